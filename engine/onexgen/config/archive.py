"""The grammar of archives: how a package is packed into one file that can be handed on."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from onexgen.config.base import Document
from onexgen.json_types import Json


class Archive(Document):
    """One file made of a package: where its files lie in it, and what is added.

    Expressions know `reads` (the data of that file), `directory` (the folder's name),
    `files` (path -> SHA-256 of every file that is packed) and `version` (of this tool).
    """

    kind: Literal["archive"] = Field(description="What this file describes.")
    reads: str = Field(min_length=1, description="YAML file without which a folder is no package.")
    name: str = Field(min_length=1, description="Name of the archive.")
    folder: str = Field(default="", description="Folder of the archive that holds the files.")
    beside: list[str] = Field(
        default_factory=list, description="Files that lie beside that folder, not in it."
    )
    needs: dict[str, str] = Field(
        default_factory=dict,
        description="Pattern of paths, such as tests/test_*.py -> why one file must fit it.",
    )
    leave_out: list[str] = Field(
        default_factory=list,
        description="Names of files and folders, with * and ?, that are not packed.",
    )
    add: dict[str, Json] = Field(
        default_factory=dict, description="Path -> data that is written there, as YAML or JSON."
    )
