"""Units, number words and meanings, checked and compiled."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from onexgen.config.figures import Mention, Quantities
from onexgen.config.reading import QuantityRule
from onexgen.diagnostics import closest
from onexgen.extraction.forms import (
    MeaningForm,
    MentionForm,
    NumberForm,
    QuantitiesForm,
    ReachForm,
    TallyForm,
    UnitForm,
)
from onexgen.extraction.literals import literals_of
from onexgen.extraction.numbers import COUNT, unit_key
from onexgen.extraction.patterns import is_safe
from onexgen.source import Marks, Path
from onexgen.spelling import slips
from onexgen.text import words_of

_NO_UNIT: Final = ""
# Behind a number, even a short word is seldom another one with a letter changed.
_SHORTEST: Final = 4


def quantities_form(
    quantities: Quantities, rules: Sequence[QuantityRule], marks: Marks
) -> QuantitiesForm:
    """Compile everything about numbers."""
    path: Path = ("quantities",)
    units = _units(quantities, path, marks)
    written = _written(quantities)

    def known(name: str, place: Path) -> None:
        if name != _NO_UNIT and name not in units:
            marks.error("unknown-unit", place, f"unknown unit '{name}'", closest(name, units))

    words: dict[str, NumberForm] = {}
    for index, item in enumerate(quantities.words):
        known(item.unit, (*path, "words", index, "unit"))
        for text in item.words:
            words[" ".join(words_of(text))] = {"value": item.value, "unit": item.unit}
    for index, prefix in enumerate(quantities.prefixes):
        known(prefix.unit, (*path, "prefixes", index, "unit"))
    return {
        "name": quantities.name,
        "settings": quantities.settings,
        "other": quantities.other,
        "after": quantities.after,
        "units": units,
        "exact": written["exact"],
        "folded": written["folded"],
        "attached": written["attached"],
        "words": words,
        "prefixes": {prefix.text: prefix.unit for prefix in quantities.prefixes},
        "meanings": _meanings(quantities, units, path, marks),
        "mentions": [
            form
            for index, mention in enumerate(quantities.mentions)
            if (form := _mention(mention, quantities, (*path, "mentions", index), marks))
        ],
        "tallies": _tallies(quantities, path, marks),
        "reach": _reaches(quantities, rules, units, marks),
        "names": quantities.names,
        "each": quantities.each,
        "unnamed": quantities.unnamed,
        "trivial": quantities.trivial,
        "ranges": [words_of(text) for text in quantities.ranges],
        "joins": quantities.joins,
        "near": quantities.near,
        "threshold": quantities.threshold,
    }


def _tallies(quantities: Quantities, path: Path, marks: Marks) -> list[TallyForm]:
    names = [meaning.name for meaning in quantities.meanings]
    forms: list[TallyForm] = []
    for index, tally in enumerate(quantities.tallies):
        place = (*path, "tallies", index)
        if tally.meaning not in names:
            said = f"unknown meaning '{tally.meaning}'"
            help_ = closest(tally.meaning, names)
            marks.error("unknown-label", (*place, "meaning"), said, help_)
        at = marks.at((*place, "id"))
        forms.append({"id": tally.id, "meaning": tally.meaning, "heads": tally.heads, "at": at})
    return forms


def _units(quantities: Quantities, path: Path, marks: Marks) -> dict[str, UnitForm]:
    units: dict[str, UnitForm] = {}
    for index, unit in enumerate(quantities.units):
        if unit.name in units:
            said = f"unit '{unit.name}' is defined twice"
            marks.error("duplicate-id", (*path, "units", index, "name"), said)
        units[unit.name] = {
            "name": unit.name,
            "dimension": unit.dimension,
            "factor": unit.factor,
            "reach": unit.reach,
            "bare": unit.bare,
            "keep": unit.keep,
        }
    return units


def _written(quantities: Quantities) -> dict[str, dict[str, str]]:
    """Return how units are written: exactly, in any case, right behind the number."""
    written: dict[str, dict[str, str]] = {"exact": {}, "folded": {}, "attached": {}}
    for unit in quantities.units:
        table = written["exact" if unit.exact else "folded"]
        for word in unit.words:
            table[unit_key(word if unit.exact else word.lower())] = unit.name
            for slip in slips(word, _SHORTEST) if word.isalpha() else ():
                table.setdefault(slip, unit.name)
        for word in unit.attached:
            written["attached"].setdefault(word, unit.name)
    return written


def _reaches(
    quantities: Quantities,
    rules: Sequence[QuantityRule],
    units: dict[str, UnitForm],
    marks: Marks,
) -> dict[str, ReachForm]:
    known = [COUNT, *units]
    for index, rule in enumerate(rules):
        for number, unit in enumerate(rule.reach.units):
            if unit not in known:
                place = ("quantity_rules", index, "reach", "units", number)
                marks.error("unknown-unit", place, f"unknown unit '{unit}'", closest(unit, known))
    return {
        rule.id: {
            "side": rule.reach.side,
            "near": rule.reach.near or quantities.near,
            "units": rule.reach.units,
        }
        for rule in rules
    }


def _meanings(
    quantities: Quantities, units: dict[str, UnitForm], path: Path, marks: Marks
) -> dict[str, MeaningForm]:
    names = [meaning.name for meaning in quantities.meanings]
    dimensions = {COUNT, *(unit["dimension"] for unit in units.values())}
    forms: dict[str, MeaningForm] = {}
    for index, meaning in enumerate(quantities.meanings):
        place = (*path, "meanings", index)
        if meaning.name in forms:
            said = f"meaning '{meaning.name}' is defined twice"
            marks.error("duplicate-id", (*place, "name"), said)
        if meaning.unit and meaning.unit not in units:
            said = f"unknown unit '{meaning.unit}'"
            marks.error("unknown-unit", (*place, "unit"), said, closest(meaning.unit, units))
        if meaning.low and meaning.low not in names:
            said = f"unknown meaning '{meaning.low}'"
            marks.error("unknown-label", (*place, "low"), said, closest(meaning.low, names))
        for number, dimension in enumerate(meaning.dimensions):
            if dimension not in dimensions:
                said = f"no unit measures '{dimension}'"
                at = (*place, "dimensions", number)
                marks.error("unknown-dimension", at, said, closest(dimension, dimensions))
        forms[meaning.name] = {
            "title": meaning.title,
            "dimensions": meaning.dimensions or [COUNT],
            "unit": meaning.unit,
            "scale": units[meaning.unit]["factor"] if meaning.unit in units else 1.0,
            "many": meaning.many,
            "low": meaning.low,
            "points": meaning.points,
            "at": marks.at((*place, "name")),
        }
    return forms


def _mention(
    mention: Mention, quantities: Quantities, path: Path, marks: Marks
) -> MentionForm | None:
    names = [quantities.other, *(meaning.name for meaning in quantities.meanings)]
    if mention.meaning not in names:
        said = f"unknown meaning '{mention.meaning}'"
        marks.error("unknown-label", (*path, "meaning"), said, closest(mention.meaning, names))
    if not is_safe(mention.regex, (*path, "regex"), marks):
        return None
    return {
        "id": mention.id,
        "meaning": mention.meaning,
        "name": mention.name,
        "regex": mention.regex,
        "needs": literals_of(mention.regex),
        "value": mention.value,
        "at": marks.at((*path, "id")),
    }
