"""What every document has in common."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Kebab = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]


class Strict(BaseModel):
    """A part of a document: unknown keys are errors, nothing is converted, nothing changes."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Document(Strict):
    """A file that a user may write: its format version and its kind stand on top."""

    version: Literal[1] = Field(description="Format version of this file.")
    kind: str = Field(description="What this file describes.")

    def references(self) -> list[tuple[tuple[str | int, ...], str, str]]:
        """Return place, file and kind of every document that this one names."""
        return []
