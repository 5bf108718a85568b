"""Runs the tests of a package with pytest, in a process that knows nothing of this one."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from onexgen.diagnostics import OutsideError
from onexgen.testing.junit import Counts, Failure, read
from onexgen.testing.place import Place, copy_of
from onexgen.testing.process import Finished, run

# What changes pytest or the interpreter from outside is not for the tests of a package.
_DROPPED: Final = ("PYTEST_", "COVERAGE_", "COV_CORE_", "PYTHONSTARTUP", "PYTHONWARNINGS")
_NO_REPORT: Final = "no report"
# With -v, a test's line is complete only when it ended: "tests/test_a.py::test_b PASSED [ 5%]".
_BEGUN: Final = re.compile(r"^(\S+\.py)::(\S+) *$", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Suite:
    """Which tests to run, and how; the package is in memory, or in a folder."""

    folder: Path
    files: Mapping[str, str]
    package: str
    tests: str
    markers: tuple[str, ...]
    plugins: tuple[str, ...]
    wants_coverage: bool
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How the tests went; `coverage` is None when it was not measured."""

    counts: Counts
    finished: Finished
    coverage: float | None


def run_suite(suite: Suite) -> Outcome:
    """Run tests in a private copy of their package; raises OutsideError without pytest."""
    for module in ("pytest", *suite.plugins):
        top = module.partition(".")[0]
        if find_spec(top) is None:
            name = top.replace("_", "-")
            raise OutsideError(f"'{name}' is not installed", help=f"pip install {name}")
    has_coverage = suite.wants_coverage and find_spec("pytest_cov") is not None
    with copy_of(suite.folder, suite.files, suite.package) as place:
        # The package's own settings hold; without any, pytest must not find those of strangers.
        (place.root / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
        (place.root / "coveragerc").write_text(
            f"[run]\nomit = */{suite.tests}/*\ndata_file = {place.root}/coverage.db\n",
            encoding="utf-8",
        )
        finished = run(
            _command(suite, place, has_coverage=has_coverage), folder=place.package,
            environment=_environment(os.environ, place), logs=place.root, seconds=suite.seconds,
        )  # fmt: skip
        shown = _shortened(finished, place)
        counts = read(place.root / "report.xml", lambda text: _shorten(text, place))
        coverage = _coverage(place.root / "coverage.json") if has_coverage else None
    return Outcome(counts=_completed(counts, shown, suite), finished=shown, coverage=coverage)


def _command(suite: Suite, place: Place, *, has_coverage: bool) -> list[str]:
    # -P: else the package's own folder would be a place to import from.
    command = [sys.executable, "-P", "-m", "pytest", str(place.package / suite.tests)]
    command += ["-v", "--color=no", "--tb=short", "--continue-on-collection-errors"]
    command += ["--rootdir", str(place.package)]
    command += ["--basetemp", str(place.root / "temporary"), "-p", "no:cacheprovider"]
    command += ["--junitxml", str(place.root / "report.xml"), "-o", "junit_family=xunit1"]
    for plugin in suite.plugins:
        command += ["-p", plugin]
    if suite.markers:
        command += ["-m", " or ".join(suite.markers)]
    if has_coverage:
        command += ["-p", "pytest_cov", f"--cov={suite.package}", "--cov-report="]
        command += [f"--cov-report=json:{place.root}/coverage.json"]
        command += ["--cov-config", str(place.root / "coveragerc")]
    return command


def _environment(current: Mapping[str, str], place: Place) -> dict[str, str]:
    kept = {name: value for name, value in current.items() if not name.startswith(_DROPPED)}
    paths = [str(place.source), kept.get("PYTHONPATH", "")]
    return {
        **kept,
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "PYTHONPATH": os.pathsep.join(path for path in paths if path),
    }


def _shorten(text: str, place: Place) -> str:
    """Make paths relative to the package: the copy is gone when somebody reads them."""
    return text.replace(f"{place.package}/", "").replace(f"{place.root}/", "")


def _shortened(finished: Finished, place: Place) -> Finished:
    return Finished(
        exit_code=finished.exit_code,
        stdout=_shorten(finished.stdout, place),
        stderr=_shorten(finished.stderr, place),
        seconds=finished.seconds,
        timed_out=finished.timed_out,
    )


def _coverage(path: Path) -> float | None:
    try:
        percent = json.loads(path.read_bytes())["totals"]["percent_covered"]
    except (OSError, ValueError, KeyError):
        return None
    return round(float(percent), 2)


def _completed(counts: Counts | None, finished: Finished, suite: Suite) -> Counts:
    """Add what no report can say: that time ran out, or that pytest did not get to a report."""
    result = counts or Counts()
    if finished.timed_out:
        said = f"Timeout: the tests took longer than {suite.seconds:g} s"
        result.failures.append(_without_report(said, finished))
    elif counts is None:
        lines = (finished.stderr or finished.stdout).strip().splitlines()
        said = lines[-1].removeprefix("E").strip() if lines else _NO_REPORT
        result.failures.append(_without_report(said, finished))
    else:
        return result
    result.errors += 1
    return result


def _without_report(error: str, finished: Finished) -> Failure:
    """Return a failure of the run; if a test had begun and did not end, that is the one."""
    begun = _BEGUN.findall(finished.stdout) if finished.timed_out else []
    file, name = begun[-1] if begun else ("", "all tests")
    return Failure(
        name=name,
        file=file,
        error=error,
        traceback=f"{finished.stdout}\n{finished.stderr}".strip(),
    )


def versions() -> dict[str, str]:
    """Return the versions of what runs the tests."""
    return {"pytest": version("pytest"), "python": sys.version.partition(" ")[0]}
