"""Explains failed tests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from onexgen.actions.base import Workspace
from onexgen.json_types import Json
from onexgen.testing.diagnosis import diagnose


@dataclass(frozen=True, slots=True, kw_only=True)
class DiagnoseOptions:
    """Which failures to explain, by which rules."""

    results: dict[str, Json]
    """What `execute` returned."""
    rules: str
    """A document of kind failures."""


class Diagnose:
    """Find the root causes of failed tests, and what to do about each."""

    Options: ClassVar[type[Any]] = DiagnoseOptions
    EMPTY: ClassVar[Json] = {
        "root_causes": [], "affected_tests": [], "affected_files": [], "recommended_fixes": [],
        "severity": "", "auto_fixable": False, "minutes": 0, "failure_count": 0,
        "unique_error_types": 0, "summary": "",
    }  # fmt: skip
    FILES: ClassVar[Mapping[str, str]] = {"rules": "failures"}

    def __init__(self, workspace: Workspace) -> None:
        """Use the rules of the workspace."""
        self._workspace = workspace

    def __call__(self, options: DiagnoseOptions) -> Json:
        """Return the causes, worst first."""
        rules: Any = self._workspace.rules(options.rules)
        return diagnose(options.results, rules)
