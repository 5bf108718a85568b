"""The grammar of numbers: their units and words, and what they can mean."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from onexgen.config.base import Strict

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]


class Unit(Strict):
    """A unit of measure."""

    name: Name = Field(description="Name of the unit, as results show it.")
    dimension: Name = Field(description="What it measures; units of one dimension convert.")
    factor: float = Field(default=1.0, gt=0, description="Its size in the dimension's base unit.")
    words: list[str] = Field(default_factory=list, description="How it is written after a number.")
    attached: list[str] = Field(
        default_factory=list, description="How it is written only right behind a number: `5m`."
    )
    exact: bool = Field(default=False, description="Whether the case of its words matters.")
    reach: int = Field(
        default=0, ge=0, le=4, description="Words that may stand between number and unit."
    )
    bare: bool = Field(default=False, description="Whether results leave the unit out.")
    keep: bool = Field(
        default=False, description="Whether a number without known meaning stays in this unit."
    )


class NumberWord(Strict):
    """A word or phrase that is a number."""

    words: list[str] = Field(min_length=1, description="The words, in exactly this form.")
    value: float = Field(description="The number.")
    unit: str = Field(default="", description="The unit that it brings along.")


class Prefix(Strict):
    """Letters that stand right before a number and say what it measures."""

    text: str = Field(min_length=1, description="The letters.")
    unit: str = Field(description="The unit that they mean.")


class Meaning(Strict):
    """What a number can mean."""

    name: Name = Field(description="The meaning, a key of the settings.")
    title: str = Field(min_length=1, description="What people read.")
    dimensions: list[str] = Field(
        default_factory=list, description="What such a number measures; empty: a bare count."
    )
    unit: str = Field(default="", description="Unit of the value; empty: as it is written.")
    many: bool = Field(default=False, description="Whether the setting is a list of all values.")
    low: str = Field(default="", description="Meaning of the lower end when a range is given.")
    points: float = Field(
        default=0.0, description="Points that any number of these dimensions has to begin with."
    )


class Mention(Strict):
    """A setting that is no number: a name, a path, an algorithm."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")] = Field(
        description="Name of the rule."
    )
    meaning: Name = Field(description="The meaning, a key of the settings.")
    name: str = Field(default="", description="What it is, when the meaning does not say.")
    regex: str = Field(description="Expression whose group `value`, or all of it, is the value.")
    value: str = Field(default="", description="The value, instead of the text that was found.")
    why: str = Field(min_length=1, description="Why these words say that.")
    fires: list[str] = Field(min_length=1, description="Texts in which it must be found.")
    silent: list[str] = Field(min_length=1, description="Texts in which it must not.")


class Tally(Strict):
    """A number that is the length of a list or table."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")] = Field(
        description="Name of the rule."
    )
    meaning: Name = Field(description="The meaning, a key of the settings.")
    heads: list[str] = Field(
        min_length=1, description="Words, in the singular, above the list or its first columns."
    )
    why: str = Field(min_length=1, description="Why the length says that.")


class Reach(Strict):
    """Which numbers the words of a rule explain."""

    side: Literal["any", "before", "after"] = Field(
        default="any", description="Where the words stand, seen from the number."
    )
    near: float | None = Field(
        default=None, gt=0, description="Words away at which they stop to count."
    )
    units: list[str] = Field(
        default_factory=list, description="Only numbers in these units; `count` is none at all."
    )


class Quantities(Strict):
    """Numbers in a text, with their units and meanings."""

    name: Name = Field(description="Key of the result with all numbers.")
    settings: Name = Field(description="Key of the result with one value for every meaning.")
    other: Name = Field(description="Meaning of a number that no rule explains.")
    after: str = Field(
        default="",
        description="Choice behind which numbers are read; later ones may ask for the meanings "
        "that were found, as field of the name of the settings.",
    )
    units: list[Unit] = Field(min_length=1, description="Units.")
    words: list[NumberWord] = Field(default_factory=list, description="Words that are numbers.")
    prefixes: list[Prefix] = Field(default_factory=list, description="Letters before numbers.")
    meanings: list[Meaning] = Field(min_length=1, description="What numbers can mean.")
    mentions: list[Mention] = Field(default_factory=list, description="Settings without numbers.")
    tallies: list[Tally] = Field(
        default_factory=list, description="Settings that are the length of a list or table."
    )
    names: list[str] = Field(
        default_factory=list, description="Words after which a number is a name: `step 3`."
    )
    each: list[str] = Field(
        default_factory=list,
        description="Words before one of `names` that make it no name: `every stage 3 retries`.",
    )
    unnamed: list[str] = Field(
        default_factory=list,
        description="Words that name no number: `4 of them`, `3 warehouses and`.",
    )
    trivial: list[float] = Field(
        default_factory=list,
        description="Numbers that say nothing without a meaning, a unit or the end of a range.",
    )
    ranges: list[str] = Field(
        default_factory=list,
        description="Words between the two ends of a range; `between and` needs both.",
    )
    joins: list[str] = Field(
        default_factory=list, description="Words between the numbers of a list."
    )
    near: float = Field(default=8.0, gt=0, description="Words away at which a word stops to count.")
    threshold: float = Field(default=0.5, gt=0, description="Points that a meaning needs.")
