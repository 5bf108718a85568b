"""Findings as SARIF 2.1.0, which code hosts show beside the code."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import quote

from onexgen import __version__
from onexgen.gating.verdicts import Finding, Verdict
from onexgen.json_types import Json, JsonObject

_SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS: Final = {"error": "error", "warning": "warning", "info": "note"}


def sarif_log(verdicts: Sequence[Verdict], said: Mapping[str, JsonObject]) -> JsonObject:
    """Return one run with all findings; rules are the checks, also those that found nothing."""
    places = {check: index for index, check in enumerate(said)}
    rules: list[Json] = [_rule(check, words) for check, words in said.items()]
    results: list[Json] = [
        _result(item, places[item.check]) for verdict in verdicts for item in verdict.findings
    ]
    notes: list[Json] = [
        {
            "level": "warning",
            "descriptor": {"id": str(item["check"])},
            "message": {"text": f"{verdict.folder}: not run: {item['reason']}"},
        }
        for verdict in verdicts
        for item in verdict.not_run
    ]
    driver: JsonObject = {"name": "onexgen", "version": __version__, "rules": rules}
    invocation: JsonObject = {
        "executionSuccessful": True,
        "toolConfigurationNotifications": notes,
    }
    run: JsonObject = {
        "tool": {"driver": driver},
        "invocations": [invocation],
        "columnKind": "unicodeCodePoints",
        "results": results,
    }
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(check: str, words: JsonObject) -> JsonObject:
    rule: JsonObject = {
        "id": check,
        "shortDescription": {"text": str(words["message"])},
        "fullDescription": {"text": str(words["why"])},
        "defaultConfiguration": {"level": _LEVELS[str(words["severity"])]},
    }
    return {**rule, "help": {"text": str(words["fix"])}} if words["fix"] else rule


def _result(item: Finding, place: int) -> JsonObject:
    # The same finding keeps its mark when lines above it move.
    mark = hashlib.sha256(f"{item.file}\0{item.check}\0{item.message}".encode()).hexdigest()
    return {
        "ruleId": item.check,
        "ruleIndex": place,
        "level": _LEVELS[item.severity],
        "message": {"text": item.message},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": quote(item.file)},
                    "region": {"startLine": item.line, "startColumn": item.column},
                }
            }
        ],
        "partialFingerprints": {"onexgen/v1": mark},
    }
