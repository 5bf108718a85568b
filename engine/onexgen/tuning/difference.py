"""Two answers to the same line: what changed, what that is worth, and which rules did it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from onexgen.config.measures import Measure, Measures
from onexgen.json_types import Json, JsonObject
from onexgen.tuning.comparing import counts_for, is_right, values_at
from onexgen.tuning.labelled import Answered

_NEAR = 5e-5

type Worth = Literal["fixed", "broken", "still wrong", "still right", ""]


@dataclass(frozen=True, slots=True)
class Reason:
    """A rule that gave something in only one of two states, or other points."""

    rule: str
    at: str
    label: str
    text: str
    old: float | None
    new: float | None


@dataclass(frozen=True, slots=True)
class Change:
    """One field of one answer that differs."""

    id: str
    at: str
    field: str
    old: Json
    new: Json
    worth: Worth
    reasons: tuple[Reason, ...]


def changes(
    old: Sequence[Answered], new: Sequence[Answered], measures: Measures
) -> Iterator[Change]:
    """Yield every field that is measured and differs, line by line."""
    fields = list(dict.fromkeys(one.answer.partition(".")[0] for one in measures.measures))
    for before, after in zip(old, new, strict=True):
        different = [f for f in fields if before.answer.get(f) != after.answer.get(f)]
        if different:
            reasons = list(_reasons(before, after, measures))
        for name in different:
            yield Change(
                id=before.line.id,
                at=before.line.at,
                field=name,
                old=before.answer.get(name),
                new=after.answer.get(name),
                worth=_worth(name, before, after, measures.measures),
                reasons=_about(name, before.answer.get(name), after.answer.get(name), reasons),
            )


def _about(
    field: str, old: Json, new: Json, reasons: Sequence[tuple[str, Reason]]
) -> tuple[Reason, ...]:
    """Return the reasons that name the field, or give points to one of its two values."""
    values = [str(value) for item in (old, new) for value in _listed(item)]
    return tuple(r for where, r in reasons if where == field or (not where and r.label in values))


def _listed(value: Json) -> list[Json]:
    return value if isinstance(value, list) else [value]


def _worth(field: str, before: Answered, after: Answered, measures: Sequence[Measure]) -> Worth:
    """Return what a change means for the measures of a field."""
    truth = before.line.truth
    own = [
        one for one in measures
        if one.answer.partition(".")[0] == field and counts_for(one, truth)
    ]  # fmt: skip
    if not own:
        return ""
    old = all(is_right(one, before) for one in own)
    new = all(is_right(one, after) for one in own)
    if old == new:
        return "still right" if new else "still wrong"
    return "fixed" if new else "broken"


def _reasons(before: Answered, after: Answered, measures: Measures) -> Iterator[tuple[str, Reason]]:
    """Yield the field (if the evidence names one) and the rule of everything that differs."""
    old = _evidence(before.answer, measures.evidence)
    new = _evidence(after.answer, measures.evidence)
    for key in [*old, *(key for key in new if key not in old)]:
        scored = ("", *key[1:])
        if key != scored and (scored in old or scored in new):
            # The points of a rule say more than that its label was chosen.
            continue
        had, has = old.get(key), new.get(key)
        points = _points(had), _points(has)
        if had is not None and has is not None and _equal(*points):
            continue
        shown = has or had or {}
        said = [str(shown.get(name, "")) for name in ("rule", "at", "text")]
        label = str(shown.get("label", shown.get("value", "")))
        yield key[0], Reason(said[0], said[1], label, said[2], *points)


def _evidence(answer: JsonObject, keys: str) -> dict[tuple[str, str, str], JsonObject]:
    """Return everything below a key that names a rule, by its field, rule and label."""
    found: dict[tuple[str, str, str], JsonObject] = {}
    for item in _with_rules(values_at(answer, keys) if keys else []):
        name, rule = str(item.get("field", "")), str(item["rule"])
        found.setdefault((name, rule, str(item.get("label", item.get("value")))), item)
    return found


def _with_rules(values: Sequence[Json]) -> Iterator[JsonObject]:
    for value in values:
        if isinstance(value, dict) and "rule" in value:
            yield value
        elif isinstance(value, dict):
            yield from _with_rules(list(value.values()))
        elif isinstance(value, list):
            yield from _with_rules(value)


def _points(item: JsonObject | None) -> float | None:
    """Return the points of a piece of evidence; a rule without any counts as one."""
    if item is None:
        return None
    points = item.get("points", 1.0)
    return float(points) if isinstance(points, int | float) else 1.0


def _equal(old: float | None, new: float | None) -> bool:
    return old is not None and new is not None and abs(old - new) < _NEAR
