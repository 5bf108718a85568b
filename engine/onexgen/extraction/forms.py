"""The compiled forms of extraction documents: plain data, with the places they came from."""

from __future__ import annotations

from typing import TypedDict

from onexgen.extraction.clauses import ClausesForm
from onexgen.extraction.sequences import SequenceForm
from onexgen.matching import RulesForm
from onexgen.needs import Needs
from onexgen.scoring import LabelForm
from onexgen.text import LanguageForm


class OtherwiseForm(TypedDict):
    """A label for texts without one."""

    id: str
    label: str
    when: dict[str, str]
    at: str


class ChoiceForm(TypedDict):
    """A field with one label or several."""

    name: str
    by: str
    many: bool
    labels: list[LabelForm]
    default: str
    threshold: float
    otherwise: list[OtherwiseForm]


class UnitForm(TypedDict):
    """A unit."""

    name: str
    dimension: str
    factor: float
    reach: int
    bare: bool
    keep: bool


class NumberForm(TypedDict):
    """A word or phrase that is a number."""

    value: float
    unit: str


class MeaningForm(TypedDict):
    """What a number can mean; `scale` is the size of its unit."""

    title: str
    dimensions: list[str]
    unit: str
    scale: float
    many: bool
    low: str
    points: float
    at: str


class MentionForm(TypedDict):
    """A setting that is no number."""

    id: str
    meaning: str
    name: str
    regex: str
    needs: Needs
    value: str
    at: str


class TallyForm(TypedDict):
    """A number that is the length of a list."""

    id: str
    meaning: str
    heads: list[str]
    at: str


class ReachForm(TypedDict):
    """Which numbers the words of a rule explain."""

    side: str
    near: float
    units: list[str]


class QuantitiesForm(TypedDict):
    """Numbers: everything is keyed by what is looked up."""

    name: str
    settings: str
    other: str
    after: str
    units: dict[str, UnitForm]
    exact: dict[str, str]
    folded: dict[str, str]
    attached: dict[str, str]
    words: dict[str, NumberForm]
    prefixes: dict[str, str]
    meanings: dict[str, MeaningForm]
    mentions: list[MentionForm]
    tallies: list[TallyForm]
    reach: dict[str, ReachForm]
    names: list[str]
    each: list[str]
    unnamed: list[str]
    trivial: list[float]
    ranges: list[list[str]]
    joins: list[str]
    near: float
    threshold: float


class FieldsRuleForm(TypedDict):
    """A way to list the fields of a thing."""

    id: str
    regex: str
    needs: Needs
    when: dict[str, str]
    thing: str
    at: str


class EntitiesForm(TypedDict):
    """Things with fields."""

    name: str
    types: dict[str, str]
    endings: dict[str, str]
    forms: dict[str, str]
    soft: list[str]
    many: list[str]
    joins: list[str]
    places: list[str]
    turns: list[str]
    of: str
    choice: str
    opens: list[list[str]]
    strong: list[list[str]]
    labels: list[list[str]]
    results: list[list[str]]
    result: str
    symbols: dict[str, str]
    spans: list[str]
    columns: list[str]
    type_columns: list[str]
    stop: list[str]
    breaks: list[str]
    slips: dict[str, str]
    cuts: list[str]
    tellers: dict[str, str]
    closes: list[list[str]]
    plain: list[str]
    pairs: list[str]
    loose: list[str]
    articles: list[str]
    short: list[str]
    each: list[str]
    keys: list[str]
    key_type: str
    default: str
    rules: list[FieldsRuleForm]


class RoleForm(TypedDict):
    """A last word for names."""

    when: dict[str, str]
    word: str


class ActForm(TypedDict):
    """Nouns by the stems of what is done."""

    when: dict[str, str]
    nouns: dict[str, str]


class NamingForm(TypedDict):
    """Names."""

    name: str
    default: str
    at_most: int
    drop: list[str]
    vague: list[str]
    heads: list[str]
    things: list[str]
    before: list[str]
    determiners: list[str]
    verbs: list[str]
    openers: list[str]
    aside: list[str]
    wanting: list[str]
    ends: list[str]
    of: list[str]
    weights: dict[str, float]
    drop_choices: list[str]
    tools: list[str]
    actions: str
    roles: list[RoleForm]
    acts: list[ActForm]
    replace: dict[str, str]


class SummaryPartForm(TypedDict):
    """One choice in the summary."""

    of: str
    before: str
    without: str


class SummaryForm(TypedDict):
    """The summary."""

    name: str
    parts: list[SummaryPartForm]


class PerformanceForm(TypedDict):
    """Targets."""

    name: str
    meanings: list[str]


class NotesForm(TypedDict):
    """Notes of labels."""

    name: str
    of: list[str]


class SurenessForm(TypedDict):
    """How much was understood."""

    name: str
    base: float
    found: dict[str, float]


class NeedForm(TypedDict):
    """Something that a good text says."""

    name: str
    of: list[str]
    essential: bool
    advice: str


class GuidanceForm(TypedDict):
    """Advice."""

    needs: list[NeedForm]


class LinkForm(TypedDict):
    """One way to write a relation."""

    id: str
    regex: str
    needs: Needs
    headings: dict[str, list[str]]
    set: dict[str, str]
    at: str


class RelationForm(TypedDict):
    """A kind of record."""

    name: str
    parts: list[str]
    needed: list[str]
    cut: dict[str, str]
    drop: list[str]
    stop: list[str]
    words: dict[str, dict[str, str]]
    otherwise: dict[str, str]
    links: list[LinkForm]


class RelationsForm(TypedDict):
    """Records of what belongs together."""

    name: str
    kinds: list[RelationForm]


class ExtractionForm(TypedDict):
    """A compiled extraction document."""

    parts: list[str]
    language: LanguageForm | None
    choices: list[ChoiceForm]
    rules: RulesForm
    quantities: QuantitiesForm | None
    entities: EntitiesForm | None
    sequence: SequenceForm | None
    relations: RelationsForm | None
    clauses: list[ClausesForm]
    naming: NamingForm | None
    summary: SummaryForm | None
    performance: PerformanceForm | None
    notes: NotesForm | None
    sureness: SurenessForm | None
    guidance: GuidanceForm | None
