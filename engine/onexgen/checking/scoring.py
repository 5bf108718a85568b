"""From findings to a score by component, and to passed or not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from onexgen.json_types import Json, JsonObject

type Results = list[tuple[Mapping[str, Any], list[JsonObject]]]
"""Each check that looked at something, with what it found."""


def report(
    rules: Mapping[str, Any],
    results: Results,
    minimum: float | None = None,
    not_run: Sequence[JsonObject] = (),
) -> JsonObject:
    """Return the score of one package with everything that led to it.

    `minimum` is the smallest score that passes, if not that of the rules; `not_run` are checks
    whose program is missing: they neither pass nor fail.
    """
    components = _components(rules, results)
    weights = sum(part["weight"] for part in components.values())
    total = sum(part["weight"] * part["score"] for part in components.values())
    score = round(total / weights, 4) if weights else 0.0
    findings = sorted((item for _, found in results for item in found), key=_place)
    levels = rules["thresholds"]
    least = levels["overall"] if minimum is None else minimum
    errors = [_said(item) for item in findings if item["severity"] == "error"]
    errors += _below(components, levels["error"])
    warnings = [_said(item) for item in findings if item["severity"] == "warning"]
    warnings += _below(components, levels["warning"], levels["error"])
    return {
        "score": score,
        "passed": (
            score >= least
            and all(part["score"] >= part["minimum"] for part in components.values())
            and not any(item["severity"] == "error" for item in findings)
        ),
        "minimum": least,
        "components": components,
        "findings": [*findings],
        "errors": [*errors],
        "warnings": [*warnings],
        "suggestions": [*dict.fromkeys(str(i["fix"]) for i in findings if i["fix"])],
        "not_run": [*not_run],
    }


def _components(rules: Mapping[str, Any], results: Results) -> dict[str, Any]:
    """Return the score of each component that any check looked at."""
    parts: dict[str, Any] = {}
    for name, component in rules["components"].items():
        own = [(check, found) for check, found in results if check["component"] == name]
        possible = sum(check["weight"] for check, _ in own)
        if not possible:
            continue
        reached = sum(check["weight"] for check, found in own if not found)
        parts[name] = {
            "title": component["title"],
            "score": round(reached / possible, 4),
            "weight": component["weight"],
            "minimum": component["minimum"],
            "checks": len(own),
            "failed": [check["id"] for check, found in own if found],
        }
    return parts


def _below(components: Mapping[str, Any], level: float, least: float = 0.0) -> list[str]:
    return [
        f"{part['title']} is {part['score']:.2f}, below {level:g}"
        for part in components.values()
        if least <= part["score"] < level
    ]


def _place(item: JsonObject) -> tuple[str, int, int, str]:
    return (str(item["file"]), int(str(item["line"])), int(str(item["column"])), str(item["check"]))


def _said(item: Mapping[str, Json]) -> str:
    place = f"{item['file']}:{item['line']}: " if item["file"] else ""
    return f"{place}{item['message']} [{item['check']}]"
