"""The grammar of sequences: names of things that a text lists in their order."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from onexgen.config.base import Kebab, Strict

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]


class SequenceRule(Strict):
    """One form in which items are listed; exactly one of columns, heads, marks and regex."""

    id: Kebab = Field(description="Name of the rule.")
    columns: list[str] = Field(
        default_factory=list, description="Table headings above items, in the singular."
    )
    heads: list[str] = Field(
        default_factory=list,
        description="Words, in the singular, in the line above bullets that are items; `*` is "
        "any line.",
    )
    numbered: bool = Field(default=False, description="Of bullets, only those with numbers.")
    marks: list[str] = Field(
        default_factory=list, description="Signs between the items of one line: `->`."
    )
    regex: str = Field(default="", description="Expression whose group `items` is the list.")
    splits: str = Field(
        default=r"[,;]|\band\b", description="Expression of what stands between two items."
    )
    at_least: int = Field(default=2, ge=2, description="Items that a list has at least.")
    sure: bool = Field(
        default=True,
        description="Whether the form leaves no doubt. Without it, one item that is none "
        "refuses the list; with it, the list ends there.",
    )
    why: str = Field(min_length=1, description="Why this is a list of items.")
    fires: list[str] = Field(min_length=1, description="Texts in which it must be found.")
    silent: list[str] = Field(min_length=1, description="Texts in which it must not.")


class CounterpartRule(Strict):
    """One form in which counterparts are named; exactly one of columns and regex."""

    id: Kebab = Field(description="Name of the rule.")
    columns: list[str] = Field(
        default_factory=list, description="Table headings above counterparts, in the singular."
    )
    regex: str = Field(
        default="",
        description="Expression whose group `item` is an item, and whose group `items` lists "
        "counterparts: of that item, or with `before` of those before it, the last one first.",
    )
    before: bool = Field(default=False, description="Whether items before that one are meant.")
    why: str = Field(min_length=1, description="Why these are counterparts.")
    fires: list[str] = Field(min_length=1, description="Texts in which it must be found.")
    silent: list[str] = Field(min_length=1, description="Texts in which it must not.")


class Counterparts(Strict):
    """What belongs to single items of a sequence, such as what takes them back."""

    name: Name = Field(description="Key of the result: a list of `{of, name}`.")
    nothing: list[str] = Field(
        default_factory=list,
        description="Cells of tables that say that there is none, in small letters.",
    )
    rules: list[CounterpartRule] = Field(min_length=1, description="The first that finds some.")


class Sequence(Strict):
    """Names of things in their order, in any of the forms in which people list them."""

    name: Name = Field(description="Key of the result.")
    at_most: int = Field(default=100, ge=1, le=1000, description="Items that are kept.")
    stemmer: str = Field(
        default="english", description="Language whose word endings are cut in `stop`."
    )
    longest: int = Field(default=6, ge=1, le=20, description="Longest item, in words.")
    intros: list[str] = Field(
        default_factory=list, description="Words behind which the first item begins."
    )
    drops: list[str] = Field(
        default_factory=list, description="First words that are left out of items: `the`."
    )
    cuts: list[str] = Field(default_factory=list, description="Words at which an item ends.")
    ends: list[str] = Field(
        default_factory=list, description="Last words that are left out of items: `service`."
    )
    stop: list[str] = Field(
        default_factory=list, description="Words, in any form, that no item holds."
    )
    rules: list[SequenceRule] = Field(min_length=1, description="The first that finds some.")
    counterparts: Counterparts | None = Field(
        default=None, description="What belongs to single items."
    )


class ClauseRule(Strict):
    """One form of clause: what its expression names, and what it says besides."""

    id: Kebab = Field(description="Name of the rule.")
    regex: str = Field(
        min_length=1, description="Expression; its named groups are keys of the result."
    )
    numbers: list[str] = Field(
        default_factory=list, description="Groups that are numbers; `1,000` is one as well."
    )
    set: dict[str, str] = Field(
        default_factory=dict, description="Further keys of the result, with their values."
    )
    why: str = Field(min_length=1, description="Why these words say that.")
    fires: list[str] = Field(min_length=1, description="Texts in which it must be found.")
    silent: list[str] = Field(min_length=1, description="Texts in which it must not.")


class Clauses(Strict):
    """Clauses with several values each, in the order in which a text has them."""

    name: Name = Field(description="Key of the result: a list of mappings.")
    at_most: int = Field(default=50, ge=1, le=1000, description="Clauses that are kept.")
    rules: list[ClauseRule] = Field(min_length=1, description="The forms; all are looked for.")
