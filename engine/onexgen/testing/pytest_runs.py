"""Runs the tests of a package with pytest, in a process that knows nothing of this one."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from dataclasses import replace
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from onexgen.diagnostics import OutsideError
from onexgen.testing import junit, printed
from onexgen.testing.ending import add_ending
from onexgen.testing.place import Place, copy_of
from onexgen.testing.process import Finished, Limits, run
from onexgen.testing.suite import Outcome, Suite

# What changes pytest or the interpreter from outside is not for the tests of a package.
_DROPPED: Final = ("PYTEST_", "COVERAGE_", "COV_CORE_", "PYTHONSTARTUP", "PYTHONWARNINGS")
_MEGABYTE: Final = 1_000_000
_REPORT: Final = "report.xml"


def run_suite(suite: Suite) -> Outcome:
    """Run tests in a private copy of their package; raises OutsideError without pytest."""
    for module in ("pytest", *suite.plugins):
        top = module.partition(".")[0]
        if find_spec(top) is None:
            name = top.replace("_", "-")
            raise OutsideError(f"'{name}' is not installed", help=f"pip install {name}")
    has_coverage = suite.wants_coverage and can_measure()
    with copy_of(suite.folder, suite.files, suite.package) as place:
        # The package's own settings hold; without any, pytest must not find those of strangers.
        (place.root / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
        (place.root / "coveragerc").write_text(
            f"[run]\nomit = */{suite.tests}/*\ndata_file = {place.root}/coverage.db\n",
            encoding="utf-8",
        )
        finished = run(
            _command(suite, place, has_coverage=has_coverage), folder=place.package,
            environment=_environment(os.environ, place), watched=place.root,
            limits=Limits(seconds=suite.seconds, most_bytes=suite.megabytes * _MEGABYTE),
        )  # fmt: skip
        coverage = _coverage(place.root / "coverage.json") if has_coverage else None
        return outcome_of(suite, _shortened(finished, place), place, coverage)


def outcome_of(
    suite: Suite, finished: Finished, place: Place, coverage: float | None = None
) -> Outcome:
    """Return what came out of a run: from its report, or from what it printed if it wrote none."""
    reported = junit.read(place.root / _REPORT, lambda text: _shorten(text, place))
    counts = printed.read(finished.stdout) if reported is None else reported
    add_ending(counts, finished, suite, has_report=reported is not None)
    is_complete = reported is not None and not (finished.timed_out or finished.overflowed)
    return Outcome(counts=counts, finished=finished, coverage=coverage, is_complete=is_complete)


def can_measure() -> bool:
    """Tell whether coverage can be measured."""
    return find_spec("pytest_cov") is not None


def _command(suite: Suite, place: Place, *, has_coverage: bool) -> list[str]:
    # -P: else the package's own folder would be a place to import from.
    command = [sys.executable, "-P", "-m", "pytest", str(place.package / suite.tests)]
    command += ["-v", "--color=no", "--tb=short", "--continue-on-collection-errors"]
    command += ["--rootdir", str(place.package)]
    command += ["--basetemp", str(place.root / "temporary"), "-p", "no:cacheprovider"]
    # What tests print may be without end, and tells nothing of how they ended.
    command += ["--junitxml", str(place.root / _REPORT), "-o", "junit_family=xunit1"]
    command += ["-o", "junit_logging=no"]
    for plugin in suite.plugins:
        command += ["-p", plugin]
    if suite.markers:
        command += ["-m", " or ".join(suite.markers)]
    if has_coverage:
        command += ["-p", "pytest_cov", f"--cov={place.package}", "--cov-report="]
        command += [f"--cov-report=json:{place.root}/coverage.json"]
        command += ["--cov-config", str(place.root / "coveragerc")]
    return command


def _environment(current: Mapping[str, str], place: Place) -> dict[str, str]:
    kept = {name: value for name, value in current.items() if not name.startswith(_DROPPED)}
    paths = [*map(str, place.sources), kept.get("PYTHONPATH", "")]
    return {
        **kept,
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "PYTHONPATH": os.pathsep.join(path for path in paths if path),
    }


def _shorten(text: str, place: Place) -> str:
    """Make paths relative to the package: the copy is gone when somebody reads them."""
    return text.replace(f"{place.package}/", "").replace(f"{place.root}/", "")


def _shortened(finished: Finished, place: Place) -> Finished:
    return replace(
        finished,
        stdout=_shorten(finished.stdout, place),
        stderr=_shorten(finished.stderr, place),
    )


def _coverage(path: Path) -> float | None:
    try:
        percent = json.loads(path.read_bytes())["totals"]["percent_covered"]
    except (OSError, ValueError, KeyError):
        return None
    return round(float(percent), 2)


def versions() -> dict[str, str]:
    """Return the versions of what runs the tests."""
    return {"pytest": version("pytest"), "python": sys.version.partition(" ")[0]}
