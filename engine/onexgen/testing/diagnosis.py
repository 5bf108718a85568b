"""From failed tests to root causes: each failure is recognised once, and merged with its like."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from onexgen.json_types import Json, JsonObject

PLACEHOLDER: Final = re.compile(r"\{([a-z_]+)\}")
"""What stands in texts of rules for a group of the regex that matched."""

# A line of a traceback that points into the package: "handlers/a.py:12: in f".
_FRAME: Final = re.compile(r"^([A-Za-z_][\w/]*\.py):\d+: ", re.MULTILINE)
_TYPE: Final = re.compile(r"(?:\w+\.)*(\w+)")
_SHOWN: Final = 8


@dataclass(slots=True)
class _Cause:
    """A root cause while tests are added to it."""

    rule: Mapping[str, Any]
    found: list[dict[str, str]] = field(default_factory=list)
    tests: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)


def diagnose(results: Mapping[str, Any], rules: Mapping[str, Any]) -> JsonObject:
    """Return the root causes of the failed tests of a run, and what they mean together."""
    failures: Sequence[Mapping[str, str]] = results["failed_tests"]
    causes: dict[str, _Cause] = {}
    for failure in failures:
        rule, groups = recognise(failure, rules)
        cause = causes.setdefault(rule["id"], _Cause(rule))
        _add(cause.found, groups)
        _add(cause.tests, failure["name"])
        for name in (failure["file"], *_FRAME.findall(failure["traceback"])):
            if name:
                _add(cause.files, name)
    ran = results["passed"] + results["failed"] + results["errors"]
    shown = [_shown(cause, rules, ran) for cause in causes.values()]
    shown.sort(key=lambda cause: _rank(str(cause["severity"]), rules))
    share = len(failures) / ran if ran else 0.0
    levels = [_level(share, rules), *(str(cause["severity"]) for cause in shown)]
    return {
        "root_causes": [*shown],
        "affected_tests": _merged(cause.tests for cause in causes.values()),
        "affected_files": _merged(cause.files for cause in causes.values()),
        "recommended_fixes": _merged([str(cause["recommended_fix"])] for cause in shown),
        "severity": min(levels, key=lambda name: _rank(name, rules)),
        "auto_fixable": bool(shown) and all(cause["auto_fixable"] for cause in shown),
        "minutes": sum(int(str(cause["minutes"])) for cause in shown),
        "failure_count": len(failures),
        "unique_error_types": len({_type(failure["error"]) for failure in failures}),
        "summary": _summary(shown, len(failures), ran),
    }


def recognise(
    failure: Mapping[str, str], rules: Mapping[str, Any]
) -> tuple[Mapping[str, Any], dict[str, str]]:
    """Return the rule for a failure and the groups that it found; a rule of its own if none fits.

    The line that says what was raised counts first: a traceback also shows what led there.
    """
    for text in (failure["error"], failure["traceback"]):
        for rule in rules["patterns"]:
            groups = matched(rule, text)
            if groups is not None:
                return rule, groups
    name = _type(failure["error"])
    return {
        "id": f"unrecognised:{name}",
        "category": rules["fallback"],
        "describe": f"{name}: no pattern recognises it",
        "recommend": "Read the traceback.",
        "at": "",
    }, {}


def matched(rule: Mapping[str, Any], text: str) -> dict[str, str] | None:
    """Return the groups of the first regex that matches, None when the rule does not fit."""
    for regex in rule["any"]:
        match = re.search(regex, text, re.MULTILINE)
        if match is not None:
            if any(re.search(other, text, re.MULTILINE) for other in rule["unless"]):
                return None
            return {name: value or "" for name, value in match.groupdict().items()}
    return None


def _shown(cause: _Cause, rules: Mapping[str, Any], ran: int) -> JsonObject:
    category = rules["categories"][cause.rule["category"]]
    level = _level(len(cause.tests) / ran if ran else 0.0, rules)
    levels = [level, category["raises_to"] or level]
    return {
        "id": cause.rule["id"],
        "category": cause.rule["category"],
        "title": category["title"],
        "description": _filled(cause.rule["describe"], cause.found),
        "recommended_fix": _filled(cause.rule["recommend"], cause.found),
        "severity": min(levels, key=lambda name: _rank(name, rules)),
        "fixable": category["fixable"],
        "auto_fixable": category["fixable"] == "yes",
        "minutes": category["minutes"] * len(cause.found),
        "affected_tests": [*cause.tests],
        "affected_files": [*cause.files],
        "at": cause.rule["at"],
    }


def _filled(text: str, found: Sequence[Mapping[str, str]]) -> str:
    """Put into a text what all failures of a cause found, each value once."""

    def values(match: re.Match[str]) -> str:
        several = list(dict.fromkeys(groups.get(match[1], "") for groups in found))
        more = f" and {len(several) - _SHOWN} more" if len(several) > _SHOWN else ""
        return ", ".join(several[:_SHOWN]) + more

    return PLACEHOLDER.sub(values, text).rstrip(": ")


def _level(share: float, rules: Mapping[str, Any]) -> str:
    """Return the first severity that holds for a share of failed tests; the last always does."""
    for level in rules["severities"]:
        least = level["from_share"]
        if share > least or (share == least and not level["above"]):
            return str(level["name"])
    return str(rules["severities"][-1]["name"])


def _rank(name: str, rules: Mapping[str, Any]) -> int:
    return [level["name"] for level in rules["severities"]].index(name)


def _summary(causes: Sequence[Mapping[str, Json]], failed: int, ran: int) -> str:
    if not failed:
        return "No test failed."
    said = "; ".join(f"{cause['title']}: {cause['description']}" for cause in causes)
    return f"{failed} of {ran} tests failed. {said}"


def _type(error: str) -> str:
    match = _TYPE.match(error)
    return match[1] if match else "unknown"


def _add[T](values: list[T], value: T) -> None:
    if value not in values:
        values.append(value)


def _merged(lists: Iterable[Sequence[str]]) -> list[Json]:
    return list(dict.fromkeys(item for items in lists for item in items))
