"""The action `execute`: tests of small packages, really run."""

from __future__ import annotations

import importlib.util
import os
import time
from pathlib import Path
from typing import Any

import pytest

from onexgen.actions.execute import Execute, ExecuteOptions
from onexgen.diagnostics import OutsideError, TimeoutExceeded, UsageError
from onexgen.session import Session

PASSES = "def test_one():\n    assert True\n"
HANGS = "import time\n\n\ndef test_quick():\n    pass\n\n\ndef test_slow():\n    time.sleep(60)\n"
STUBBORN = """\
import pathlib, signal, subprocess, time


def test_deaf():
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    child = subprocess.Popen(["sleep", "600"])
    pathlib.Path({place!r}).write_text(str(child.pid))
    time.sleep(60)
"""
MARKED = """\
import pytest


def pytest_configure(config):
    for name in ("unit", "integration"):
        config.addinivalue_line("markers", name)
"""
TWO_KINDS = """\
import pytest


@pytest.mark.unit
def test_a():
    pass


@pytest.mark.integration
def test_b():
    assert 1 == 2


@pytest.mark.unit
@pytest.mark.skip
def test_c():
    pass
"""


def package(**tests: str) -> dict[str, str]:
    """Return a package with these files below tests/."""
    files = {f"tests/{name}.py": text for name, text in tests.items()}
    return {"__init__.py": "", "tests/__init__.py": "", **files}


def executed(cwd: Path, **options: Any) -> dict[str, Any]:
    """Return what the action returns for a package in memory."""
    workspace = Session("pipelines/test.yaml", cwd=cwd).workspace(options.pop("limit", None))
    files = options.pop("files", {})
    package_name = {"package": "soup"} if files else {}
    result = Execute(workspace)(ExecuteOptions(**{"files": files, **package_name, **options}))
    assert isinstance(result, dict)
    return result


def counts(result: dict[str, Any]) -> tuple[int, ...]:
    """Return passed, failed, errors, skipped and total."""
    return tuple(result[name] for name in ("passed", "failed", "errors", "skipped", "total"))


def test_passing(tmp_path: Path) -> None:
    """All tests pass: nothing has failed, and the versions are named."""
    result = executed(tmp_path, files=package(test_a=PASSES))

    assert counts(result) == (1, 0, 0, 0, 1)
    assert (result["success_rate"], result["is_passing"], result["exit_code"]) == (1.0, True, 0)
    assert result["failed_tests"] == []
    assert sorted(result["versions"]) == ["pytest", "python"]
    assert "test_a.py::test_one PASSED" in result["stdout"]


def test_failures_are_named(tmp_path: Path) -> None:
    """A failed test, a broken fixture and a module that cannot be imported are told apart."""
    result = executed(
        tmp_path,
        files=package(
            test_a="class TestPot:\n    def test_taste(self):\n        assert 'salt' == 'sugar'\n",
            test_b="import pytest\n\n\n@pytest.fixture\ndef pot():\n    raise KeyError('lid')\n\n\n"
            "def test_boil(pot):\n    pass\n",
            test_c="import spoon_that_nobody_has\n",
            test_d=PASSES,
        ),
    )

    assert counts(result) == (1, 1, 2, 0, 4)
    assert (result["success_rate"], result["is_passing"]) == (0.25, False)
    shown = {(t["name"], t["file"], t["error"]) for t in result["failed_tests"]}
    missing = "ModuleNotFoundError: No module named 'spoon_that_nobody_has'"
    assert shown == {
        ("TestPot::test_taste", "tests/test_a.py", "AssertionError: assert 'salt' == 'sugar'"),
        ("test_boil", "tests/test_b.py", "KeyError: 'lid'"),
        ("tests.test_c", "tests/test_c.py", missing),
    }
    boil = next(t for t in result["failed_tests"] if t["name"] == "test_boil")
    assert boil["traceback"].splitlines() == [
        "tests/test_b.py:6: in pot",
        "    raise KeyError('lid')",
        "E   KeyError: 'lid'",
    ]


@pytest.mark.parametrize(
    ("types", "expected"),
    [
        ([], (1, 1, 0, 1, 3)),
        (["unit"], (1, 0, 0, 1, 2)),
        (["unit", "integration"], (1, 1, 0, 1, 3)),
    ],
)
def test_types(tmp_path: Path, types: list[str], expected: tuple[int, ...]) -> None:
    """Types choose tests by their markers; skipped tests do not count as run."""
    files = package(conftest=MARKED, test_a=TWO_KINDS)

    assert counts(executed(tmp_path, files=files, types=types)) == expected


def test_no_test_is_no_success(tmp_path: Path) -> None:
    """Tests that were not found have not passed."""
    result = executed(tmp_path, files=package(test_a="x = 1\n"))

    assert counts(result) == (0, 0, 1, 0, 1)
    assert (result["is_passing"], result["exit_code"], result["success_rate"]) == (False, 5, 0.0)
    [failure] = result["failed_tests"]
    assert failure["error"] == "Empty: there is no test in tests/"


def test_broken_conftest(tmp_path: Path) -> None:
    """Without a report, what pytest printed is the error."""
    result = executed(tmp_path, files=package(conftest="import no_such_oven\n", test_a=PASSES))

    assert counts(result) == (0, 0, 1, 0, 1)
    [failure] = result["failed_tests"]
    expected = "ModuleNotFoundError: No module named 'no_such_oven'"
    assert (failure["name"], failure["file"], failure["error"]) == ("all tests", "", expected)


def test_time_limit(tmp_path: Path) -> None:
    """A test that runs when time is over is named; those before it count."""
    result = executed(tmp_path, files=package(test_a=HANGS), timeout=2.5)

    assert counts(result) == (1, 0, 1, 0, 2)
    assert (result["is_passing"], result["timed_out"]) == (False, True)
    [failure] = result["failed_tests"]
    expected = "Timeout: the tests took longer than 2.5 s"
    assert (failure["name"], failure["file"]) == ("test_slow", "tests/test_a.py")
    assert failure["error"] == expected
    assert result["duration_seconds"] < 10


def test_time_limit_ends_children(tmp_path: Path) -> None:
    """Tests that do not listen are killed, with the programs that they started."""
    place = tmp_path / "pid"
    files = package(test_a=STUBBORN.format(place=str(place)))

    result = executed(tmp_path, files=files, timeout=2.5)

    assert result["timed_out"] is True
    assert _is_gone(int(place.read_text()))


def _is_gone(process: int) -> bool:
    for _ in range(50):
        try:
            state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            return True
        if state == "Z":
            return True
        time.sleep(0.1)
    return False


def test_run_is_over(tmp_path: Path) -> None:
    """The end of the whole run's time is no result of the tests."""
    with pytest.raises(TimeoutExceeded):
        executed(tmp_path, files=package(test_a=HANGS), limit=2.0)


def test_folder_stays_clean(tmp_path: Path) -> None:
    """Tests run in a copy: the package's folder has no trace of them."""
    folder = tmp_path / "soup"
    for name, text in package(test_a=PASSES).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    result = executed(tmp_path, folder="soup")

    assert result["is_passing"] is True
    assert sorted(path.name for path in tmp_path.rglob("*")) == [
        "__init__.py", "__init__.py", "soup", "test_a.py", "tests",
    ]  # fmt: skip


def test_package_of_a_project(tmp_path: Path) -> None:
    """Tests import the package by its whole dotted name, found in the folders."""
    folder = tmp_path / "src" / "kitchen" / "soups" / "hot"
    text = "from kitchen.soups.hot.pot import LID\n\n\ndef test_lid():\n    assert LID == 1\n"
    for name, content in {**package(test_a=text), "pot.py": "LID = 1\n"}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    for parent in (folder.parent, folder.parent.parent):
        (parent / "__init__.py").touch()

    assert counts(executed(tmp_path, folder="src/kitchen/soups/hot")) == (1, 0, 0, 0, 1)


def test_surroundings_do_not_matter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither variables for pytest nor files above the package change the run."""
    monkeypatch.setenv("PYTEST_ADDOPTS", "--no-such-option")
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = --no-such-option\n")

    assert executed(tmp_path, files=package(test_a=PASSES))["is_passing"] is True


def test_async_plugin(tmp_path: Path) -> None:
    """Only plugins that are named are loaded."""
    text = "import pytest\n\n\n@pytest.mark.asyncio\nasync def test_a():\n    assert True\n"
    files = package(test_a=text)

    assert executed(tmp_path, files=files)["is_passing"] is False
    assert executed(tmp_path, files=files, plugins=["pytest_asyncio.plugin"])["is_passing"] is True


def test_coverage(tmp_path: Path) -> None:
    """Coverage is measured if pytest-cov is installed, else it is none; tests do not count."""
    text = "from soup.pot import fill\n\n\ndef test_fill():\n    assert fill(1) == 1\n"
    pot = "def fill(n):\n    if n > 1:\n        n = n + 1\n        n = n + 2\n    return n\n"
    files = {**package(test_a=text), "pot.py": pot}

    result = executed(tmp_path, files=files, coverage=True, minimum_coverage=90.0)

    is_installed = importlib.util.find_spec("pytest_cov") is not None
    assert result["coverage_percent"] == (60.0 if is_installed else None)
    assert result["is_passing"] is not is_installed


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"folder": "nowhere"}, UsageError, "{cwd}/nowhere has no folder 'tests'"),
        ({"types": ["unit or"]}, UsageError, "'unit or' cannot be the marker of a test"),
        ({"plugins": ["no_such.plugin"]}, OutsideError, "'no-such' is not installed"),
    ],
)
def test_refused(
    tmp_path: Path, options: dict[str, Any], error: type[Exception], message: str
) -> None:
    """What cannot be run is refused before anything is run."""
    files = {} if "folder" in options else package(test_a=PASSES)

    with pytest.raises(error) as caught:
        executed(tmp_path, files=files, **options)

    assert str(caught.value) == message.format(cwd=os.fspath(tmp_path))
