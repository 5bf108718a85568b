"""Answers against labelled lines, as the measures of a pack say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from onexgen.config.measures import Measure
from onexgen.json_types import Json, JsonObject
from onexgen.tuning.labelled import Answered

_DIGITS: Final = 2
NOTHING: Final = "(nothing)"


@dataclass(slots=True)
class Counts:
    """What was right, missed and made up, over all lines that count."""

    lines: int = 0
    right: int = 0
    missed: int = 0
    noise: int = 0
    pairs: Counter[tuple[str, str]] = field(default_factory=Counter)
    missing: Counter[str] = field(default_factory=Counter)
    noisy: Counter[str] = field(default_factory=Counter)
    sure: list[tuple[float, bool]] = field(default_factory=list)
    ranked: list[bool] = field(default_factory=list)


def compare(measure: Measure, answered: Iterable[Answered]) -> Counts:
    """Return the counts of one measure."""
    counts = Counts()
    for one in answered:
        truth = one.line.truth
        if counts_for(measure, truth):
            counts.lines += 1
            _COMPARE[measure.compare](measure, one.answer, truth, counts)
    return counts


def counts_for(measure: Measure, truth: JsonObject) -> bool:
    """Tell whether a labelled line says something about a measure."""
    if any(truth.get(key) != value for key, value in measure.where.items()):
        return False
    return measure.truth.partition(".")[0] in truth


def values_at(data: Json, keys: str) -> list[Json]:
    """Return what stands at a dotted key; lists on the way, and at its end, are opened."""
    found = [data]
    for key in keys.split("."):
        found = [item.get(key) for item in _opened(found) if isinstance(item, dict)]
    return [item for item in _opened(found) if item is not None]


def is_right(measure: Measure, one: Answered) -> bool:
    """Tell whether one answer is all right."""
    counts = compare(measure, [one])
    return counts.missed == counts.noise == 0


def _opened(values: Iterable[Json]) -> list[Json]:
    opened: list[Json] = []
    for value in values:
        opened.extend(value if isinstance(value, list) else [value])
    return opened


def _words(measure: Measure, values: Iterable[Json]) -> list[str]:
    """Return labels as they are compared: of words that mean the same, one."""
    words = (measure.same.get(str(value), str(value)) for value in values)
    return [word for word in words if word and word not in measure.without]


def _label(measure: Measure, answer: JsonObject, truth: JsonObject, counts: Counts) -> None:
    wanted = next(iter(_words(measure, values_at(truth, measure.truth))), NOTHING)
    given = next(iter(_words(measure, values_at(answer, measure.answer))), NOTHING)
    is_equal = wanted == given
    counts.pairs[wanted, given] += 1
    counts.right += is_equal
    counts.missed += not is_equal
    trust = values_at(answer, measure.confidence) if measure.confidence else []
    if trust and isinstance(trust[0], int | float):
        counts.sure.append((float(trust[0]), is_equal))
    if measure.alternatives:
        others = _words(measure, values_at(answer, measure.alternatives))
        counts.ranked.append(wanted in [given, *others[:1]])


def _labels(measure: Measure, answer: JsonObject, truth: JsonObject, counts: Counts) -> None:
    given = _words(measure, values_at(answer, measure.answer))[: measure.first]
    optional = _words(measure, values_at(truth, measure.optional)) if measure.optional else []
    wanted = set(_words(measure, values_at(truth, measure.truth)))
    _bags(sorted(wanted), sorted(set(given) - (set(optional) - wanted)), counts)


def _items(measure: Measure, answer: JsonObject, truth: JsonObject, counts: Counts) -> None:
    given = [_shown(measure, item) for item in values_at(answer, measure.answer)]
    wanted = [_shown(measure, item) for item in values_at(truth, measure.truth)]
    _bags(wanted, given[: measure.first], counts)


def _bags(wanted: Sequence[str], given: Sequence[str], counts: Counts) -> None:
    gold, got = Counter(wanted), Counter(given)
    counts.right += (gold & got).total()
    counts.missed += (gold - got).total()
    counts.noise += (got - gold).total()
    counts.missing.update((gold - got).elements())
    counts.noisy.update((got - gold).elements())


def _one_of(measure: Measure, answer: JsonObject, truth: JsonObject, counts: Counts) -> None:
    given = next(iter(values_at(answer, measure.answer)), NOTHING)
    wanted = [str(value) for value in values_at(truth, measure.truth)]
    is_good = str(given) in wanted
    if measure.parts and not is_good:
        own = set(str(given).split(measure.parts))
        is_good = any(own >= set(name.split(measure.parts)) for name in wanted)
    counts.right += is_good
    counts.missed += not is_good
    if not is_good:
        counts.missing[f"{given} for {wanted[0] if wanted else NOTHING}"] += 1


def _values(measure: Measure, answer: JsonObject, truth: JsonObject, counts: Counts) -> None:
    given = {_shown(measure, item): item for item in values_at(answer, measure.answer)}
    for item in values_at(truth, measure.truth):
        other = given.get(_shown(measure, item))
        if isinstance(item, dict) and isinstance(other, dict) and item.get(measure.value):
            pair = str(item[measure.value]), str(other.get(measure.value))
            counts.pairs[pair] += 1
            counts.right += pair[0] == pair[1]
            counts.missed += pair[0] != pair[1]


def _shown(measure: Measure, item: Json) -> str:
    """Return the keys that tell an item apart, as one text."""
    if not isinstance(item, dict):
        return str(item)
    return " = ".join(_plain(item.get(key)) for key in measure.by)


def _plain(value: Json) -> str:
    return str(round(value, _DIGITS) if isinstance(value, float) else value)


_COMPARE: Final = {
    "label": _label,
    "labels": _labels,
    "items": _items,
    "one_of": _one_of,
    "values": _values,
}
