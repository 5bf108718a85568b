"""The grammar of placement: where a package goes."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from onexgen.config.base import Document, Kebab, Strict


class Marker(Strict):
    """How a project is recognised, from the current folder upwards."""

    file: str = Field(min_length=1, description="Name of a file in the project's own folder.")
    contains: str = Field(min_length=1, description="Text that the file holds.")
    beside: str = Field(
        min_length=1,
        description="Folders beside the file, such as lib/*/parts; the star is a whole name.",
    )


class Where(Strict):
    """One place for packages."""

    id: Kebab = Field(description="Name of the place.")
    why: str = Field(min_length=1, description="Why packages go there.")
    when: str | bool = Field(default=True, description="Use the place only if this is true.")
    marker: Marker | None = Field(
        default=None, description="Use the place only in such a project; see `marker.root`."
    )
    directory: str = Field(
        min_length=1,
        description="Folder of the package; expressions know the record, `cwd`, and with a "
        "marker `marker.root` and `marker.match` (the name in the place of the star).",
    )
    package: str = Field(min_length=1, description="Dotted name by which the package is imported.")
    standalone: bool = Field(
        default=True, description="Whether the package has to bring along what it needs."
    )


class Placement(Document):
    """Places for packages, the first that fits is taken."""

    kind: Literal["placement"] = Field(description="What this file describes.")
    suffix: str = Field(
        default="", description="Added to the folder and to the package, whatever the place."
    )
    places: list[Where] = Field(min_length=1, description="Places, the first that fits is taken.")
