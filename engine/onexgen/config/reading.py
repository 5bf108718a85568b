"""The grammar of rules: how a text is read, what is looked for in it, how choices are scored."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from onexgen.config.base import Document, Kebab, Strict
from onexgen.config.figures import Quantities, Reach
from onexgen.config.relations import Relations
from onexgen.config.sequences import Clauses, Sequence
from onexgen.config.things import Entities, Guidance, Naming, Performance, Summary, Sureness

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]


class Term(Strict):
    """One thing to look for; exactly one of stem, phrase, word, regex, or field with `is`."""

    stem: str | None = Field(
        default=None, description="One word in any of its forms: `retry` finds retries, retried."
    )
    phrase: str | None = Field(
        default=None, description="Two to four words that follow each other, each in any form."
    )
    word: str | None = Field(default=None, description="One word in exactly this form.")
    regex: str | None = Field(
        default=None, description="A regular expression over the text, whatever the case."
    )
    field: str | None = Field(
        default=None, description="A field of what was already understood; needs `is`."
    )
    is_: str | None = Field(
        default=None, alias="is", description="Value that the field has, or holds if it is a list."
    )


class Rule(Strict):
    """Words, and what they say."""

    id: Kebab = Field(description="Name of the rule, shown as the reason of a decision.")
    label: Name = Field(description="The label that gets the points.")
    factor: str = Field(default="", description="The factor that the points count for.")
    weight: float = Field(default=1.0, description="Points; less than 0 speaks against the label.")
    any: list[Term] = Field(default_factory=list, description="One of these must be there.")
    all: list[Term] = Field(
        default_factory=list, description="Each of these must be there, in the same sentence."
    )
    beside: list[Term] = Field(
        default_factory=list, description="One of these must be there too, in the same sentence."
    )
    unless: list[Term] = Field(
        default_factory=list, description="Takes back what was found in the same sentence."
    )
    scope: Literal["sentence", "text"] = Field(
        default="sentence",
        description="Whether `all`, `beside` and `unless` look at the whole text.",
    )
    negated: Literal["cut", "also", "only"] = Field(
        default="cut",
        description="What denied words (`no ...`, `without ...`) do: they are cut, "
        "they count as well, or only they count.",
    )
    why: str = Field(min_length=1, description="Why these words say that.")
    fires: list[str] = Field(min_length=1, description="Texts on which the rule must fire.")
    silent: list[str] = Field(min_length=1, description="Texts on which it must not.")


class QuantityRule(Rule):
    """Words that tell the meaning of a number nearby; denied words count as well."""

    reach: Reach = Field(default_factory=Reach, description="Which numbers the words explain.")


class Label(Strict):
    """Something that can be chosen."""

    name: Name = Field(description="The value.")
    title: str = Field(min_length=1, description="What people read; also in summaries.")
    within: str = Field(default="", description="The wider label that this one belongs to.")
    note: str = Field(default="", description="Advice that comes with this label.")
    after: list[str] = Field(
        default_factory=list, description="Labels that are added whenever this one is chosen."
    )


class Factor(Strict):
    """A part of the score and how much it counts."""

    name: Name = Field(description="Name of the factor.")
    weight: float = Field(gt=0, le=1, description="Share of the score; all add up to 1.")
    why: str = Field(min_length=1, description="Why it counts this much.")


class Scale(Strict):
    """How points become confidence."""

    temperature: float = Field(
        default=1.0, gt=0, description="Points of lead that make a choice e times likelier."
    )
    choose_below: float = Field(
        default=0.5, ge=0, le=1, description="Below this confidence a person should choose."
    )
    margin_below: float = Field(
        default=0.0, ge=0, le=1, description="So too below this distance to the second best."
    )
    repeat: float = Field(
        default=0.0,
        ge=0,
        le=1,
        description="Share of its points that a rule adds for each further of its terms.",
    )
    further: int = Field(
        default=3, ge=0, description="Further terms of one rule that count; more say nothing new."
    )


class WithParts(Document):
    """A document whose language, and perhaps more, stands in other files."""

    title: str = Field(min_length=1, description="What this file is about.")
    parts: list[str] = Field(
        default_factory=list, description="Extraction files that belong to this one."
    )

    def references(self) -> list[tuple[tuple[str | int, ...], str, str]]:
        """Return place, file and kind of every document that this one names."""
        return [(("parts", i), name, "extraction") for i, name in enumerate(self.parts)]


class Scoring(WithParts):
    """One choice among labels, by weighted rules."""

    kind: Literal["scoring"] = Field(description="What this file describes.")
    labels: list[Label] = Field(min_length=1, description="What can be chosen; equals: the first.")
    factors: list[Factor] = Field(
        default_factory=list, description="Parts of the score; without them all rules count fully."
    )
    scale: Scale = Field(default_factory=Scale, description="How points become confidence.")
    default: str = Field(default="", description="The label when no rule fires.")
    rules: list[Rule] = Field(min_length=1, description="The rules.")


class Entry(Strict):
    """One thing that a library offers."""

    name: Name = Field(description="Name of the entry.")
    title: str = Field(min_length=1, description="What people read.")
    summary: str = Field(min_length=1, description="One sentence on what it is for.")
    applies_to: list[str] = Field(
        default_factory=list, description="Labels that it fits; all when empty."
    )
    terms: list[str] = Field(default_factory=list, description="Words that describe it.")
    priority: int = Field(
        default=0, ge=0, le=100, description="Entries with more come first, whatever their points."
    )
    requires: list[str] = Field(
        default_factory=list, description="Entries that come with it: it does not work alone."
    )
    conflicts: list[str] = Field(
        default_factory=list, description="Entries that exclude it; the one that comes first stays."
    )


class Library(WithParts):
    """Things to find by what a request needs."""

    kind: Literal["library"] = Field(description="What this file describes.")
    full_points: float = Field(
        default=3.0, gt=0, description="Points at which an entry is as relevant as can be."
    )
    threshold: float = Field(
        default=0.2, ge=0, le=1, description="Entries that are less relevant are left out."
    )
    categories: list[Name] = Field(
        default_factory=list,
        description="Kinds of need; each rule then names its own as `factor`, and results say "
        "how many points an entry got for each.",
    )
    entries: list[Entry] = Field(min_length=1, description="What is offered.")
    rules: list[Rule] = Field(min_length=1, description="Rules; their label is an entry.")


class Opener(Strict):
    """Words that deny others."""

    words: list[str] = Field(min_length=1, description="Words or phrases, in exactly this form.")
    reach: Literal["clause", "line", "behind"] = Field(
        default="clause",
        description="What they deny: the rest of the clause, the rest of the line, "
        "or what stands before them.",
    )
    at_most: int = Field(default=12, ge=1, le=60, description="Longest reach, in words.")


class Negation(Strict):
    """How a text denies."""

    openers: list[Opener] = Field(min_length=1, description="Words that deny.")
    exceptions: list[str] = Field(
        default_factory=list, description="Phrases that begin like a denial and are none."
    )
    closers: list[str] = Field(default_factory=list, description="Words that end a denial.")
    joiners: list[str] = Field(
        default_factory=list, description="Words that carry a denial over commas: `a, b or c`."
    )


class Language(Strict):
    """How texts are read."""

    stemmer: str = Field(default="english", description="Language whose word endings are cut.")
    correct: list[str] = Field(
        default_factory=list,
        description="Words that are no slips of the keyboard, though near to words of rules.",
    )
    words: list[str] = Field(
        default_factory=list,
        description="Further words that slips of the keyboard are read as; rules give theirs.",
    )
    abbreviations: list[str] = Field(
        default_factory=list, description="Words whose full stop ends no sentence."
    )
    negation: Negation = Field(description="How a text denies.")


class Otherwise(Strict):
    """A label for texts in which no rule of a choice found one."""

    id: Kebab = Field(description="Name of the rule, shown as the reason of the choice.")
    label: Name = Field(description="The label.")
    when: dict[str, str] = Field(
        default_factory=dict, description="Earlier field -> the value that it has, or holds."
    )
    why: str = Field(min_length=1, description="Why it is this label then.")


class Choice(Strict):
    """A field of the result with one label or several; rules may ask for earlier choices."""

    name: Name = Field(description="Key of the result.")
    by: str = Field(
        default="", description="Scoring file that decides, instead of `labels` and `rules`."
    )
    many: bool = Field(
        default=True, description="Whether all labels that reach the threshold count."
    )
    labels: list[Label] = Field(default_factory=list, description="Possible values.")
    default: str = Field(default="", description="Value when no rule fires (one label only).")
    threshold: float = Field(default=1.0, gt=0, description="Points that a label needs.")
    rules: list[Rule] = Field(default_factory=list, description="The rules.")
    otherwise: list[Otherwise] = Field(
        default_factory=list,
        description="What is taken when no label reaches the threshold: the first that fits.",
    )


class Notes(Strict):
    """A field of the result that collects the notes of the labels that were chosen."""

    name: Name = Field(description="Key of the result.")
    of: list[str] = Field(min_length=1, description="Choices whose notes are collected.")


class Extraction(WithParts):
    """What is looked for in a text."""

    kind: Literal["extraction"] = Field(description="What this file describes.")
    language: Language | None = Field(default=None, description="How texts are read.")
    choices: list[Choice] = Field(default_factory=list, description="Fields with labels.")
    quantities: Quantities | None = Field(default=None, description="Numbers and their meaning.")
    quantity_rules: list[QuantityRule] = Field(
        default_factory=list, description="Rules that tell the meaning of a number nearby."
    )
    entities: Entities | None = Field(default=None, description="Things with fields.")
    sequence: Sequence | None = Field(default=None, description="Names listed in their order.")
    relations: Relations | None = Field(
        default=None, description="Records of what belongs together."
    )
    clauses: list[Clauses] = Field(
        default_factory=list, description="Clauses with several values each."
    )
    naming: Naming | None = Field(default=None, description="How a name is made.")
    summary: Summary | None = Field(default=None, description="A sentence made from titles.")
    performance: Performance | None = Field(default=None, description="Targets among the numbers.")
    notes: Notes | None = Field(default=None, description="Notes of labels that were chosen.")
    sureness: Sureness | None = Field(default=None, description="How much was understood.")
    guidance: Guidance | None = Field(default=None, description="When a text says too little.")

    def references(self) -> list[tuple[tuple[str | int, ...], str, str]]:
        """Return the parts, and the scoring files that decide choices."""
        scored = [
            (("choices", index, "by"), choice.by, "scoring")
            for index, choice in enumerate(self.choices)
            if choice.by
        ]
        return [*super().references(), *scored]
