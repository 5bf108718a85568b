"""The grammar of names, things with fields, summaries and advice."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from onexgen.config.base import Kebab, Strict

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]


class TypeWords(Strict):
    """A type of field and how people write it."""

    name: Name = Field(description="The type, as results show it.")
    words: list[str] = Field(default_factory=list, description="Words that name it.")
    soft: list[str] = Field(
        default_factory=list,
        description="Words that name it and may belong to the field: `date of birth`.",
    )
    many: bool = Field(default=False, description="Whether it holds many: `list of tags`.")
    endings: list[str] = Field(
        default_factory=list,
        description="Last words of field names that suggest it; `is_` is a first word.",
    )
    form: str = Field(default="", description="Expression that its values in examples match.")


class FieldsRule(Strict):
    """A way to list the fields of a thing that only some kinds of text have."""

    id: Kebab = Field(description="Name of the rule.")
    regex: str = Field(
        min_length=1,
        description="Expression; its group `fields` is the list, `thing` what they belong to.",
    )
    when: dict[str, str] = Field(
        default_factory=dict, description="Choice -> the label that it has, or holds."
    )
    thing: str = Field(default="", description="Name of the thing, where the text gives none.")
    why: str = Field(min_length=1, description="Why these words say that.")
    fires: list[str] = Field(min_length=1, description="Texts in which it must be found.")
    silent: list[str] = Field(min_length=1, description="Texts in which it must not.")


class Entities(Strict):
    """Things with fields: lists in sentences, bullets, calls, examples and tables."""

    name: Name = Field(description="Key of the result.")
    types: list[TypeWords] = Field(min_length=1, description="Types of fields.")
    of: str = Field(description="Word between a type and what it belongs to.")
    joins: list[str] = Field(
        default_factory=list, description="Words left out within names of fields."
    )
    places: list[str] = Field(
        default_factory=list,
        description="Words between a field and the proper name of where it is kept.",
    )
    turns: list[str] = Field(
        default_factory=list,
        description="Words between a verb and a field that is only spoken of: `sort by taken_at`.",
    )
    choice: Name = Field(description="The type of a field whose values are listed.")
    opens: list[str] = Field(
        min_length=1, description="Words between a thing and its fields: `has`, `consists of`."
    )
    strong: list[str] = Field(
        default_factory=list,
        description="Of `opens` those behind which a list needs no types to be one of fields.",
    )
    labels: list[str] = Field(
        default_factory=list, description="Words before a colon that introduce fields."
    )
    results: list[str] = Field(
        default_factory=list, description="Of `labels` those before what comes out: `out`."
    )
    result: Name = Field(default="result", description="Name of what comes out.")
    symbols: dict[str, str] = Field(
        default_factory=dict,
        description="Unit -> how it ends a name of a field: `volume in litres` is `volume_l`.",
    )
    spans: list[str] = Field(
        default_factory=list,
        description="Words before a number with a unit in a name of a field: `rows per 10 cm`.",
    )
    columns: list[str] = Field(
        default_factory=list, description="Table headings above names of fields."
    )
    type_columns: list[str] = Field(
        default_factory=list, description="Table headings above types of fields."
    )
    stop: list[str] = Field(
        default_factory=list, description="Words that are no part of a name of a thing or field."
    )
    words: list[str] = Field(
        default_factory=list, description="Words of names of fields, for those that are misspelt."
    )
    cuts: list[str] = Field(
        default_factory=list, description="Words at which the name of a field ends: `every`."
    )
    tellers: dict[str, Name] = Field(
        default_factory=dict,
        description="Of `opens` those behind who tells -> how what it tells is called: "
        "`each scale sends ...` gives a `scale_reading`.",
    )
    closes: list[str] = Field(
        default_factory=list, description="Words behind a list of fields: `are in the event`."
    )
    breaks: list[str] = Field(
        default_factory=list, description="Words at which a list of fields ends: `which`."
    )
    keys: list[str] = Field(
        default_factory=list, description="Last words of keys, whose first words name the thing."
    )
    key_type: str = Field(
        default="", description="Type of a first field that is surely the thing's own key."
    )
    plain: list[str] = Field(
        default_factory=list, description="Words that name no thing by themselves: `data`."
    )
    pairs: list[str] = Field(
        default_factory=list, description="Words that name a thing with the word before: `line`."
    )
    each: list[str] = Field(
        default_factory=list,
        description="Words before what a text speaks of one by one: `read every product`.",
    )
    short: list[str] = Field(
        default_factory=list,
        description="Of `pairs` those that say too little alone: `event` for `match event`.",
    )
    loose: list[str] = Field(
        default_factory=list, description="Words that say nothing before one of `pairs`: `own`."
    )
    articles: list[str] = Field(
        default_factory=list, description="Words that begin the name of a thing: `opens an order`."
    )
    default: Name = Field(description="Name of a thing that the text leaves without one.")
    rules: list[FieldsRule] = Field(
        default_factory=list, description="Further ways to list fields, for some kinds of text."
    )


class Role(Strict):
    """A last word for names, by what was chosen."""

    when: dict[str, str] = Field(
        min_length=1, description="Choice -> the label that it has, or holds."
    )
    word: Name = Field(description="Last word of the name.")


class Act(Strict):
    """Words of a text that say what is done, as nouns for names."""

    when: dict[str, str] = Field(
        default_factory=dict, description="Choice -> the label that it has, or holds."
    )
    nouns: dict[str, Name] = Field(
        min_length=1, description="Word in any form -> the noun that stands in a name."
    )


class PhraseWeights(Strict):
    """What speaks for a phrase to be what the text is about."""

    first: float = Field(default=1.0, description="It stands in the first sentence.")
    later: float = Field(default=0.0, description="For each sentence before its own.")
    object: float = Field(default=1.0, description="It is the object of a verb of `actions`.")
    about: float = Field(default=1.0, description="It stands behind one of `before`.")
    aside: float = Field(default=0.0, description="It stands behind one of `aside`.")
    agent: float = Field(default=0.0, description="One of `wanting` stands behind it.")
    thing: float = Field(default=1.0, description="It names a thing whose fields are given.")
    label: float = Field(default=0.0, description="The text begins with it and a colon.")
    role: float = Field(default=0.0, description="Its last word says what it does: `ends`.")
    longer: float = Field(default=0.0, description="For its second and third word.")
    repeated: float = Field(default=0.5, description="For each time that its last word returns.")


class Naming(Strict):
    """How a name is made from the words of a text."""

    name: Name = Field(description="Key of the result.")
    default: Name = Field(description="Name when no word is left.")
    at_most: int = Field(default=4, ge=1, le=6, description="Longest name, in words.")
    heads: list[str] = Field(
        default_factory=list, description="Words behind the name that somebody asks for."
    )
    things: list[str] = Field(
        default_factory=list,
        description="Words of `actions` and `tools` that name what a text is about: `webhook`.",
    )
    drop: list[str] = Field(default_factory=list, description="Words that never stand in a name.")
    vague: list[str] = Field(
        default_factory=list, description="Words that stand in a name only beside others."
    )
    before: list[str] = Field(
        default_factory=list, description="Words before what a text is about: `for`."
    )
    determiners: list[str] = Field(
        default_factory=list, description="First words of sentences that are no verbs."
    )
    verbs: list[str] = Field(
        default_factory=list,
        description="Verbs with which a clause begins; there they are no part of a name.",
    )
    openers: list[str] = Field(
        default_factory=list, description="Words behind which a clause begins: `that`, `which`."
    )
    aside: list[str] = Field(
        default_factory=list, description="Words before places and tools: `in`, `with`."
    )
    wanting: list[str] = Field(
        default_factory=list, description="Verbs behind the one who asks or acts: `needs`."
    )
    ends: list[str] = Field(
        default_factory=list, description="Last words that need no role behind them."
    )
    of: list[str] = Field(
        default_factory=list, description="Words that turn two names round: `list of prices`."
    )
    weights: PhraseWeights = Field(
        default_factory=PhraseWeights, description="What speaks for a phrase."
    )
    drop_choices: list[str] = Field(
        default_factory=list, description="Choices whose words are left out of names."
    )
    tools: list[str] = Field(
        default_factory=list, description="Choices whose words are left out if others remain."
    )
    actions: str = Field(default="", description="Choice whose words are verbs.")
    roles: list[Role] = Field(
        default_factory=list, description="Last words for subjects; the first that fits is taken."
    )
    stemmer: str = Field(
        default="english", description="Language whose word endings are cut in `acts`."
    )
    acts: list[Act] = Field(
        default_factory=list, description="Nouns between subject and role, where they fit."
    )
    replace: dict[str, str] = Field(
        default_factory=dict, description="Words that are written differently in a name."
    )


class SummaryPart(Strict):
    """One choice in the summary."""

    of: str = Field(description="Name of the choice.")
    before: str = Field(default="", description="Text before its titles.")
    without: str = Field(default="", description="Text when nothing was chosen.")


class Summary(Strict):
    """A sentence made only from titles of labels, never from the text itself."""

    name: Name = Field(description="Key of the result.")
    parts: list[SummaryPart] = Field(min_length=1, description="Parts, in order.")


class Performance(Strict):
    """Numbers that are targets."""

    name: Name = Field(description="Key of the result.")
    meanings: list[str] = Field(min_length=1, description="Meanings that are targets.")


class Sureness(Strict):
    """How much of a text was understood."""

    name: Name = Field(description="Key of the result.")
    base: float = Field(ge=0, le=1, description="Where it begins.")
    found: dict[str, float] = Field(description="Field -> what it adds when it was found.")


class Need(Strict):
    """Something that a good text says."""

    name: Name = Field(description="What is missing, when it is.")
    of: list[str] = Field(min_length=1, description="Fields; one that was found is enough.")
    essential: bool = Field(
        default=False, description="Without any essential one the text says too little."
    )
    advice: str = Field(min_length=1, description="What to add, with an example.")


class Guidance(Strict):
    """When a text says too little, and what to tell its author."""

    needs: list[Need] = Field(min_length=1, description="What a good text says.")
