"""What was found out about packages, in one form for all reports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from onexgen.gating.repairs import Repairs
from onexgen.json_types import JsonObject


class Finding(NamedTuple):
    """One finding; the file is as seen from the current folder, the line counts from 1."""

    check: str
    severity: str
    component: str
    file: str
    line: int
    column: int
    message: str
    fix: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a gate says of one package."""

    folder: str
    name: str
    score: float
    minimum: float
    passed: bool
    components: Mapping[str, Mapping[str, Any]]
    findings: Sequence[Finding]
    not_run: Sequence[Mapping[str, str]]
    repairs: Repairs | None = None

    def reasons(self) -> list[str]:
        """Return why a package did not pass, the plainest first."""
        errors = sum(item.severity == "error" for item in self.findings)
        reasons = [f"{errors} finding{'s' * (errors != 1)} of severity error"] if errors else []
        if self.score < self.minimum:
            reasons.append(f"score {self.score:.2f} is below {self.minimum:g}")
        reasons += [
            f"{part['title']} {part['score']:.2f} is below {part['minimum']:g}"
            for part in self.components.values()
            if part["score"] < part["minimum"]
        ]
        return [] if self.passed else reasons


def verdict_of(
    folder: str, name: str, quality: Mapping[str, Any], repairs: Repairs | None = None
) -> Verdict:
    """Return the verdict on a package from the report of its checks, and what was repaired."""
    base = "" if folder == "." else f"{folder}/"
    findings = [
        Finding(
            item["check"], item["severity"], item["component"], f"{base}{item['file']}".rstrip("/"),
            item["line"], item["column"], item["message"], item["fix"],
        )
        for item in quality["findings"]
    ]  # fmt: skip
    return Verdict(
        folder, name, quality["score"], quality["minimum"], quality["passed"],
        quality["components"], findings, quality["not_run"], repairs,
    )  # fmt: skip


def as_data(verdict: Verdict) -> JsonObject:
    """Return a verdict for programs."""
    return {
        "path": verdict.folder,
        "name": verdict.name,
        "passed": verdict.passed,
        "score": verdict.score,
        "minimum": verdict.minimum,
        "reasons": list(verdict.reasons()),
        "components": {k: dict(part) for k, part in verdict.components.items()},
        "findings": [dict(item._asdict()) for item in verdict.findings],
        "not_run": [dict(item) for item in verdict.not_run],
        "repairs": verdict.repairs.as_data() if verdict.repairs else None,
    }
