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
    evidence: dict[str, list[Json]] = {}
    for firing in matcher.firings(reading):
        name = firing.rule.label
        points[name] = points.get(name, 0.0) + points_of(firing, {})
        evidence.setdefault(name, []).append(evidence_of(firing, reading, {}))
    found = [
        _result(entry, points[entry["name"]] / form["full_points"], evidence[entry["name"]])
        for entry in _fitting(form["entries"], among)
        if points.get(entry["name"], 0.0) / form["full_points"] >= form["threshold"]
    ]
    found.sort(key=lambda item: -float(str(item["relevance"])))
    return found[:limit]


def _fitting(entries: Sequence[EntryForm], among: str) -> list[EntryForm]:
    return [
        entry for entry in entries
        if not among or not entry["applies_to"] or among in entry["applies_to"]
    ]  # fmt: skip


def _result(entry: EntryForm, relevance: float, evidence: list[Json]) -> JsonObject:
    return {
        "name": entry["name"],
        "title": entry["title"],
        "summary": entry["summary"],
        "applies_to": list[Json](entry["applies_to"]),
        "terms": list[Json](entry["terms"]),
        "relevance": round(min(1.0, relevance), _DIGITS),
        "at": entry["at"],
        "evidence": evidence,
    }
