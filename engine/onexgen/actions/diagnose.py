"""Explains failed tests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from onexgen.actions.base import Workspace
from onexgen.json_types import Json
from onexgen.testing.diagnosis import diagnose
from onexgen.testing.recognising import Known, normalised


@dataclass(frozen=True, slots=True, kw_only=True)
class DiagnoseOptions:
    """Which failures to explain, by which rules."""

    results: dict[str, Json]
    """What `execute` returned."""
    rules: str
    """A document of kind failures."""
    package: str = ""
    """Dotted name of the tested package: what it lacks of itself is no missing dependency."""
    declared: list[str] = field(default_factory=list)
    """Packages that the tested one declares: what they bring is not missing, but not installed."""


class Diagnose:
    """Find the root causes of failed tests, and what to do about each."""

    Options: ClassVar[type[Any]] = DiagnoseOptions
    EMPTY: ClassVar[Json] = {
        "root_causes": [], "affected_tests": [], "affected_files": [], "recommended_fixes": [],
        "severity": "", "blame": "", "auto_fixable": False, "declare": [], "minutes": 0,
        "failure_count": 0,
        "unique_error_types": 0, "summary": "",
    }  # fmt: skip
    FILES: ClassVar[Mapping[str, str]] = {"rules": "failures"}

    def __init__(self, workspace: Workspace) -> None:
        """Use the rules of the workspace."""
        self._workspace = workspace

    def __call__(self, options: DiagnoseOptions) -> Json:
        """Return the causes, worst first."""
        rules: Any = self._workspace.rules(options.rules)
        known = Known(
            own=options.package,
            declared=frozenset(map(normalised, options.declared)),
        )
        return diagnose(options.results, rules, known)
