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
from onexgen.testing.pytest_runs import can_measure, run_suite, versions
from onexgen.testing.retrying import Tried, run_with_retries
from onexgen.testing.suite import Suite

_MARKER: Final = re.compile(r"[A-Za-z_]\w*")


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecuteOptions:
    """Which tests to run, and what they may use."""

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
    """Seconds after which the tests are stopped, with all that they started."""
    megabytes: int = 1000
    """How much the tests may write into one file, and into their folders, before they are
    stopped."""
    coverage: bool = False
    """Measure how much of the package the tests run; needs pytest-cov."""
    minimum_coverage: float = 0.0
    """Smallest measured percentage that passes."""
    tell_flaky: bool = False
    """When tests fail, run all of them two more times, to tell those that fail only sometimes."""


class Execute:
    """Run the tests of a package in a process of their own."""

    Options: ClassVar[type[Any]] = ExecuteOptions
    EMPTY: ClassVar[Json] = {
        "passed": 0, "failed": 0, "skipped": 0, "errors": 0, "total": 0,
        "duration_seconds": 0.0, "success_rate": 0.0, "is_passing": False, "failed_tests": [],
        "exit_code": None, "timed_out": False, "stdout": "", "stderr": "", "is_complete": False,
        "coverage_percent": None, "is_covered": True, "runs": 0, "flaky_tests": [],
        "not_run": [], "left_behind": 0, "package": "", "versions": {},
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
        suite = Suite(
            folder=folder,
            files={name: str(text) for name, text in options.files.items()},
            package=options.package or dotted_name(folder),
            tests=options.tests,
            markers=tuple(options.types),
            plugins=tuple(options.plugins),
            wants_coverage=options.coverage,
            seconds=min(options.timeout, self._workspace.deadline.remaining()),
            megabytes=options.megabytes,
        )
        tried = run_with_retries(suite, run_suite, wants_retries=options.tell_flaky)
        # The time of the whole run being over is no result of the tests.
        self._workspace.deadline.check()
        return _result(tried, suite, options.minimum_coverage)

    def _has_tests(self, options: ExecuteOptions, folder: Path) -> bool:
        if options.files:
            return any(name.startswith(f"{options.tests}/") for name in options.files)
        return (folder / options.tests).is_dir()


def _result(tried: Tried, suite: Suite, minimum_coverage: float) -> JsonObject:
    outcome = tried.outcome
    counts, finished = outcome.counts, outcome.finished
    ran = counts.passed + counts.failed + counts.errors
    # What was asked for and not measured has not passed.
    measured = outcome.coverage or 0.0
    is_covered = not (suite.wants_coverage and minimum_coverage) or measured >= minimum_coverage
    is_clean = outcome.is_complete and finished.exit_code == 0 and not counts.failures
    stdout, stderr = finished.tail
    return {
        "passed": counts.passed,
        "failed": counts.failed,
        "skipped": counts.skipped,
        "errors": counts.errors,
        "total": ran + counts.skipped,
        "duration_seconds": round(finished.seconds, 3),
        "success_rate": round(counts.passed / ran, 4) if ran else 0.0,
        "is_passing": is_clean and is_covered,
        "failed_tests": [asdict(failure) for failure in counts.failures],
        "exit_code": finished.exit_code,
        "timed_out": finished.timed_out,
        "stdout": stdout,
        "stderr": stderr,
        "is_complete": outcome.is_complete,
        "coverage_percent": outcome.coverage,
        "is_covered": is_covered,
        "runs": tried.runs,
        "flaky_tests": list(tried.flaky),
        "not_run": [*_not_run(tried, suite)],
        "left_behind": finished.left_behind,
        "package": suite.package,
        "versions": dict(versions()),
    }


def _not_run(tried: Tried, suite: Suite) -> list[str]:
    """Return what was not looked at, each with its reason."""
    found = []
    if suite.wants_coverage and tried.outcome.coverage is None:
        why = "no report was written" if can_measure() else "'pytest-cov' is not installed"
        found.append(f"coverage: {why}")
    skips = tried.outcome.counts.skips
    for reason in dict.fromkeys(skips):
        number = skips.count(reason)
        found.append(f"{number} test{'s' * (number > 1)}: {reason or 'skipped'}")
    return found
