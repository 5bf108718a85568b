"""Entries of a library, by how well they fit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypedDict

from onexgen.json_types import Json, JsonObject
from onexgen.matching import Matcher, RulesForm
from onexgen.scoring import evidence_of, points_of

_DIGITS = 4


class EntryForm(TypedDict):
    """One thing that a library offers."""

    name: str
    title: str
    summary: str
    applies_to: list[str]
    terms: list[str]
    priority: int
    requires: list[str]
    conflicts: list[str]
    at: str


class LibraryForm(TypedDict):
    """A compiled library."""

    parts: list[str]
    full_points: float
    threshold: float
    entries: list[EntryForm]
    rules: RulesForm


def search(
    form: LibraryForm,
    matcher: Matcher,
    query: Mapping[str, Json],
    text: str,
    *,
    among: str = "",
    limit: int = 5,
) -> list[JsonObject]:
    """Return the entries that fit, best first."""
    reading = matcher.read(text, query)
    points: dict[str, float] = {}
    scores: dict[str, dict[str, float]] = {}
    evidence: dict[str, list[Json]] = {}
    for firing in matcher.firings(reading):
        name, category, given = firing.rule.label, firing.rule.factor, points_of(firing, {})
        points[name] = points.get(name, 0.0) + given
        own = scores.setdefault(name, {})
        own[category] = own.get(category, 0.0) + given
        evidence.setdefault(name, []).append(evidence_of(firing, given, reading))
    fitting = {entry["name"]: entry for entry in _fitting(form["entries"], among)}
    relevance = {
        name: min(1.0, points[name] / form["full_points"]) for name in fitting if name in points
    }
    chosen = {name: share for name, share in relevance.items() if share >= form["threshold"]}
    kept = _compatible(fitting, _completed(fitting, chosen))
    return [
        {
            **_result(fitting[name], share, scores.get(name, {}), evidence.get(name, [])),
            "instead_of": list[Json](others),
        }
        for name, (share, others) in kept.items()
    ][:limit]


def _completed(entries: Mapping[str, EntryForm], chosen: Mapping[str, float]) -> dict[str, float]:
    """Add what the chosen entries require, as relevant as who requires it."""
    found = dict(chosen)
    waiting = list(chosen)
    while waiting:
        name = waiting.pop(0)
        for other in entries[name]["requires"]:
            if other in entries and found.get(other, 0.0) < found[name]:
                found[other] = found[name]
                waiting.append(other)
    return found


def _compatible(
    entries: Mapping[str, EntryForm], chosen: Mapping[str, float]
) -> dict[str, tuple[float, list[str]]]:
    """Return by priority, then relevance; what excludes one that came before is told by that."""
    kept: dict[str, tuple[float, list[str]]] = {}
    ordered = [name for name in entries if name in chosen]
    for name in sorted(ordered, key=lambda one: (-entries[one]["priority"], -chosen[one])):
        excluded = entries[name]["conflicts"]
        winners = [one for one in kept if one in excluded or name in entries[one]["conflicts"]]
        for winner in winners:
            kept[winner][1].append(name)
        if not winners:
            kept[name] = (chosen[name], [])
    return kept


def _fitting(entries: Sequence[EntryForm], among: str) -> list[EntryForm]:
    return [
        entry for entry in entries
        if not among or not entry["applies_to"] or among in entry["applies_to"]
    ]  # fmt: skip


def _result(
    entry: EntryForm, relevance: float, scores: Mapping[str, float], evidence: list[Json]
) -> JsonObject:
    return {
        "name": entry["name"],
        "title": entry["title"],
        "summary": entry["summary"],
        "applies_to": list[Json](entry["applies_to"]),
        "terms": list[Json](entry["terms"]),
        "relevance": round(relevance, _DIGITS),
        "scores": {name: round(given, _DIGITS) for name, given in scores.items() if name},
        "at": entry["at"],
        "evidence": evidence,
    }
