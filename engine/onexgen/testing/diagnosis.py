"""From failed tests to root causes: each failure is recognised once, and merged with its like."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from onexgen.json_types import Json, JsonObject
from onexgen.testing.recognising import Known, recognise, type_of

PLACEHOLDER: Final = re.compile(r"\{([a-z_]+)\}")
"""What stands in texts of rules for a group of the regex that matched."""

# A line of a traceback that points into the package: "handlers/a.py:12: in f".
_FRAME: Final = re.compile(r"^([A-Za-z_][\w/]*\.py):\d+: ", re.MULTILINE)
_SHOWN: Final = 8
_SHORT: Final = 200
_BLAMES: Final = {frozenset({"code"}): "code", frozenset({"environment"}): "environment"}


@dataclass(slots=True)
class _Found:
    """What a rule found in a failure, and the files of the package in which it was raised."""

    groups: Mapping[str, str]
    files: dict[str, None] = field(default_factory=dict)


@dataclass(slots=True)
class _Cause:
    """A root cause while tests are added to it; the keys keep the order of what was found."""

    rule: Mapping[str, Any]
    found: dict[tuple[tuple[str, str], ...], _Found] = field(default_factory=dict)
    tests: dict[str, None] = field(default_factory=dict)
    files: dict[str, None] = field(default_factory=dict)


def diagnose(
    results: Mapping[str, Any], rules: Mapping[str, Any], known: Known | None = None
) -> JsonObject:
    """Return the root causes of the failed tests of a run, and what they mean together."""
    failures: Sequence[Mapping[str, str]] = results["failed_tests"]
    causes = _causes(failures, rules, known or Known())
    ran = results["passed"] + results["failed"] + results["errors"]
    shown = [_shown(cause, rules, ran) for cause in causes]
    shown.sort(key=lambda cause: _rank(str(cause["severity"]), rules))
    share = len(failures) / ran if ran else 0.0
    levels = [_level(share, rules), *(str(cause["severity"]) for cause in shown)]
    blames = frozenset(str(cause["blame"]) for cause in shown)
    return {
        "root_causes": [*shown],
        "affected_tests": _merged(cause.tests for cause in causes),
        "affected_files": _merged(cause.files for cause in causes),
        "recommended_fixes": _merged([str(cause["recommended_fix"])] for cause in shown),
        "severity": min(levels, key=lambda name: _rank(name, rules)),
        "blame": _BLAMES.get(blames, "both") if blames else "",
        "auto_fixable": bool(shown) and all(cause["auto_fixable"] for cause in shown),
        "declare": [item for cause in causes for item in _declared(cause)],
        "minutes": sum(int(str(cause["minutes"])) for cause in shown),
        "failure_count": len(failures),
        "unique_error_types": len({type_of(failure["error"]) for failure in failures}),
        "summary": _summary(shown, len(failures), ran),
    }


def _causes(
    failures: Sequence[Mapping[str, str]], rules: Mapping[str, Any], known: Known
) -> list[_Cause]:
    causes: dict[str, _Cause] = {}
    for failure in failures:
        rule, groups = recognise(failure, rules, known)
        cause = causes.setdefault(rule["id"], _Cause(rule))
        found = cause.found.setdefault(tuple(sorted(groups.items())), _Found(groups))
        cause.tests[failure["name"]] = None
        files = [failure["file"], *_FRAME.findall(failure["traceback"])]
        cause.files |= dict.fromkeys(filter(None, files))
        found.files |= dict.fromkeys(filter(None, files[-1:]))
    return list(causes.values())


def _shown(cause: _Cause, rules: Mapping[str, Any], ran: int) -> JsonObject:
    category = rules["categories"][cause.rule["category"]]
    level = _level(len(cause.tests) / ran if ran else 0.0, rules)
    levels = [level, category["raises_to"] or level]
    found = [one.groups for one in cause.found.values()]
    return {
        "id": cause.rule["id"],
        "category": cause.rule["category"],
        "title": category["title"],
        "description": _filled(cause.rule["describe"], found),
        "recommended_fix": _filled(cause.rule["recommend"], found),
        "severity": min(levels, key=lambda name: _rank(name, rules)),
        "blame": cause.rule["blame"],
        "fixable": cause.rule["fixable"],
        "auto_fixable": cause.rule["fixable"] == "yes",
        "declare": [*_declared(cause)],
        "minutes": category["minutes"] * len(found),
        "affected_tests": [*cause.tests],
        "affected_files": [*cause.files],
        "at": cause.rule["at"],
    }


def _declared(cause: _Cause) -> Iterator[JsonObject]:
    """Yield the packages whose declaration repairs a cause, with the files that need them."""
    text = cause.rule["declare"]
    for one in cause.found.values() if text else ():
        yield {"package": _filled(text, [one.groups]), "files": [*one.files]}


def _filled(text: str, found: Sequence[Mapping[str, str]]) -> str:
    """Put into a text what all failures of a cause found, each value once."""

    def values(match: re.Match[str]) -> str:
        several = list(dict.fromkeys(groups.get(match[1], "")[:_SHORT] for groups in found))
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


def _merged(lists: Iterable[Iterable[str]]) -> list[Json]:
    return list(dict.fromkeys(item for items in lists for item in items))
