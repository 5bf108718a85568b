"""What a rule can reach: terms that can never count, fields that nothing fills."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from onexgen.config.reading import Extraction, QuantityRule, Rule, Scoring
from onexgen.tuning.knowledge import Knowledge
from onexgen.tuning.terms import Placed, Stem, needs, placed

type Fields = Mapping[str, Sequence[str] | None]


def lost_terms(rule: Rule, stem: Stem) -> Iterator[tuple[Placed, str]]:
    """Yield the terms of a rule that `unless` takes back wherever they stand, and why."""
    for part in ("any", "all"):
        for one in placed(rule, part, stem):
            for other in placed(rule, "unless", stem):
                if needs(one.term, other.term, stem):
                    yield one, f"'{other.shown}' takes it back"
                    break


def unknown_fields(rule: Rule, fields: Fields, stem: Stem) -> list[tuple[Placed, str]]:
    """Return the terms that ask for a field, or for a value of one, that there never is.

    Where nothing is read, what is asked for comes from elsewhere.
    """
    found: list[tuple[Placed, str]] = []
    if not fields:
        return found
    for part in ("any", "all", "beside"):
        for one in placed(rule, part, stem):
            name, value = one.term.field, one.term.is_
            if name is None:
                continue
            values = fields.get(name)
            if name not in fields:
                found.append((one, f"nothing fills the field '{name}'"))
            elif values is not None and value not in values:
                found.append((one, f"'{name}' is never '{value}'"))
    return found


def fields_of(knowledge: Knowledge) -> Fields:
    """Return the fields that reading fills, with their values where those are known."""
    fields: dict[str, Sequence[str] | None] = {}
    for reader in knowledge.roots.values():
        fields |= dict.fromkeys(reader.read("")[0])
    for document, _ in knowledge.loaded.values():
        for choice in document.choices if isinstance(document, Extraction) else ():
            labels = choice.labels
            if choice.by:
                scoring = knowledge.loaded[choice.by][0]
                labels = scoring.labels if isinstance(scoring, Scoring) else []
            fields[choice.name] = [*(label.name for label in labels), choice.default]
    return fields


def reaches(rule: Rule) -> object:
    """Return which numbers a rule explains, None for other rules."""
    return rule.reach if isinstance(rule, QuantityRule) else None
