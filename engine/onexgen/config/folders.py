"""The grammar of template folders that need no family.yaml."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from onexgen.config.base import Document, Strict

FolderName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]


class Beginning(Strict):
    """What a folder extends that says so by its name only."""

    begins: FolderName = Field(description="First word of the name of a folder.")
    extends: FolderName = Field(description="Family that it extends.")


class FileGroup(Strict):
    """Which render step makes the files of a folder."""

    files: str = Field(min_length=1, description="Path in the package, with `*` for any part.")
    group: str = Field(min_length=1, description="Which render step makes it.")


class Folders(Document):
    """Folders of templates that are families although nothing but templates is in them."""

    kind: Literal["folders"] = Field(description="What this file describes.")
    below: FolderName = Field(description="Folder in templates/ that they stand in.")
    families: list[Beginning] = Field(
        min_length=1,
        description="What they extend; a family whose whole name a folder's name begins with "
        "comes first.",
    )
    groups: list[FileGroup] = Field(
        min_length=1, description="Render steps of files that no parent has; the first that fits."
    )
