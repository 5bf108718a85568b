"""The grammar of template families."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from onexgen.config.base import Document, Strict


class FamilyFile(Strict):
    """One file that a family makes."""

    path: str = Field(min_length=1, description="Path in the package; may hold expressions.")
    template: str = Field(min_length=1, description="Template, looked up child first.")
    group: str = Field(min_length=1, description="Which render step makes it.")
    when: str | bool = Field(default=True, description="Make the file only if this is true.")


class Family(Document):
    """A folder of templates that together make one kind of package."""

    kind: Literal["family"] = Field(description="What this file describes.")
    title: str = Field(description="Name for people.")
    summary: str = Field(description="One line for lists.")
    extends: str | None = Field(default=None, description="Parent family.")
    abstract: bool = Field(default=False, description="Only a parent: never chosen itself.")
    aliases: list[str] = Field(default_factory=list, description="Other names of the family.")
    files: list[FamilyFile] = Field(
        default_factory=list, description="Files; the same path replaces the parent's entry."
    )
