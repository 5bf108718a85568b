"""Runs the tests of a package."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Final

from onexgen.actions.base import Workspace
from onexgen.diagnostics import UsageError
from onexgen.json_types import Json, JsonObject
from onexgen.testing.place import dotted_name
from onexgen.testing.suite import Outcome, Suite, run_suite, versions

_MARKER: Final = re.compile(r"[A-Za-z_]\w*")


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecuteOptions:
    """Which tests to run, and how long they may take."""

    folder: str = ""
    """Folder of the package; the tests run in a copy of it."""
    files: dict[str, Json] = field(default_factory=dict)
    """Path -> text: the package itself, instead of its folder."""
    package: str = ""
    """Dotted name by which the tests import the package; that of the folder when empty."""
    tests: str = "tests"
    """Folder of the tests, within the package."""
    types: list[str] = field(default_factory=list)
    """Markers: run only tests that have one of them; all tests when empty."""
    plugins: list[str] = field(default_factory=list)
    """Modules of pytest plugins; no others are loaded."""
    timeout: float = 300.0
    """Seconds after which the tests are stopped."""
    coverage: bool = False
    """Measure how much of the package the tests run, if pytest-cov is installed."""
    minimum_coverage: float = 0.0
    """Smallest measured percentage that passes."""


class Execute:
    """Run the tests of a package in a process of their own."""

    Options: ClassVar[type[Any]] = ExecuteOptions
    EMPTY: ClassVar[Json] = {
        "passed": 0, "failed": 0, "skipped": 0, "errors": 0, "total": 0,
        "duration_seconds": 0.0, "success_rate": 0.0, "is_passing": False, "failed_tests": [],
        "exit_code": None, "timed_out": False, "stdout": "", "stderr": "",
        "coverage_percent": None, "versions": {},
    }  # fmt: skip
    FILES: ClassVar[Mapping[str, str]] = {}

    def __init__(self, workspace: Workspace) -> None:
        """Use the current folder and the deadline of the workspace."""
        self._workspace = workspace

    def __call__(self, options: ExecuteOptions) -> Json:
        """Return how many tests passed, and why the others did not."""
        folder = Path(os.path.normpath(self._workspace.cwd / options.folder))
        if not self._has_tests(options, folder):
            raise UsageError(
                f"{folder} has no folder '{options.tests}'", help="name the folder of a package"
            )
        for marker in options.types:
            if not _MARKER.fullmatch(marker):
                raise UsageError(f"'{marker}' cannot be the marker of a test")
        self._workspace.deadline.check()
        outcome = run_suite(
            Suite(
                folder=folder,
                files={name: str(text) for name, text in options.files.items()},
                package=options.package or dotted_name(folder),
                tests=options.tests,
                markers=tuple(options.types),
                plugins=tuple(options.plugins),
                wants_coverage=options.coverage,
                seconds=min(options.timeout, self._workspace.deadline.remaining()),
            )
        )
        # The time of the whole run being over is no result of the tests.
        self._workspace.deadline.check()
        return _result(outcome, options.minimum_coverage)

    def _has_tests(self, options: ExecuteOptions, folder: Path) -> bool:
        if options.files:
            return any(name.startswith(f"{options.tests}/") for name in options.files)
        return (folder / options.tests).is_dir()


def _result(outcome: Outcome, minimum_coverage: float) -> JsonObject:
    counts, finished = outcome.counts, outcome.finished
    ran = counts.passed + counts.failed + counts.errors
    is_covered = outcome.coverage is None or outcome.coverage >= minimum_coverage
    return {
        "passed": counts.passed,
        "failed": counts.failed,
        "skipped": counts.skipped,
        "errors": counts.errors,
        "total": ran + counts.skipped,
        "duration_seconds": round(finished.seconds, 3),
        "success_rate": round(counts.passed / ran, 4) if ran else 0.0,
        "is_passing": finished.exit_code == 0 and not finished.timed_out and is_covered,
        "failed_tests": [asdict(failure) for failure in counts.failures],
        "exit_code": finished.exit_code,
        "timed_out": finished.timed_out,
        "stdout": finished.stdout,
        "stderr": finished.stderr,
        "coverage_percent": outcome.coverage,
        "versions": dict(versions()),
    }
