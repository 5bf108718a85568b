"""The grammar of relations: what belongs together in a text, as records of named parts."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from onexgen.config.base import Strict

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]


class Link(Strict):
    """One way to write a relation; exactly one of regex and headings."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")] = Field(
        description="Name of the rule."
    )
    regex: str = Field(
        default="",
        description="Expression whose named groups are the parts of a record; a group in a "
        "look-ahead may begin the next record.",
    )
    headings: dict[Name, list[str]] = Field(
        default_factory=dict,
        description="Part -> headings of its column: each row of such a table is a record.",
    )
    set: dict[Name, str] = Field(
        default_factory=dict, description="Parts that are the same in each of these records."
    )
    why: str = Field(min_length=1, description="Why these words say that.")
    fires: list[str] = Field(min_length=1, description="Texts in which it must be found.")
    silent: list[str] = Field(min_length=1, description="Texts in which it must not.")


class Relation(Strict):
    """A kind of record and the ways to write it."""

    name: Name = Field(description="Key of the result: a list of records.")
    parts: list[Name] = Field(min_length=1, description="What a record may have.")
    needs: list[Name] = Field(
        default_factory=list, description="Parts without which there is no record; all when empty."
    )
    cut: dict[Name, str] = Field(
        default_factory=dict,
        description="Part -> expression at which it is cut: each piece makes a record.",
    )
    drop: list[str] = Field(
        default_factory=list, description="Words that are left out where a part begins."
    )
    stop: list[str] = Field(
        default_factory=list, description="Words that are no part; there is no record then."
    )
    words: dict[Name, dict[str, str]] = Field(
        default_factory=dict, description="Part -> how it is written -> what it is."
    )
    otherwise: dict[Name, Name] = Field(
        default_factory=dict, description="Part that was not written -> the part that it equals."
    )
    links: list[Link] = Field(min_length=1, description="The ways to write it.")


class Relations(Strict):
    """Records of things that belong together."""

    name: Name = Field(description="Key of the result with the names of the kinds that were found.")
    kinds: list[Relation] = Field(min_length=1, description="The kinds of records.")
