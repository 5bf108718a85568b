"""Repairs: what fixes do to their examples, and what `onexgen gate --fix` does to packages."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.reading.pack import ROOT

from onexgen.checking.repairing import apply
from onexgen.cli.edge import guarded
from onexgen.compiler.of_kind import documents_of_kind
from onexgen.config.quality import Checks, Fix
from onexgen.resources import Pack
from onexgen.session import Session


def fixes() -> list[Fix]:
    """Return all fixes of the installed rules."""
    documents = documents_of_kind(Pack((ROOT,)), "checks").values()
    return [fix for one in documents if isinstance(one, Checks) for fix in one.fixes]


EXAMPLES = [
    pytest.param(fix, example, id=f"{fix.id}-{number}")
    for fix in fixes()
    for number, example in enumerate(fix.examples)
]


@pytest.fixture(scope="module")
def session() -> Session:
    """Return a session in which fixes can be applied."""
    return Session("pipelines/gate.yaml", cwd=ROOT)


@pytest.mark.parametrize(("fix", "example"), EXAMPLES)
def test_examples_of_a_fix(session: Session, fix: Fix, example: Any) -> None:
    """A fix changes the files as it says, and none that it does not name; twice changes nothing."""
    data = fix.model_dump(mode="json")
    after = apply(data, example.files, "", session.workspace(), example.files)
    assert after == {**example.files, **example.becomes}
    assert apply(data, after, "", session.workspace(), after) == after


FAULTS = yaml.safe_load((ROOT / "tests/gate/faults.yaml").read_text(encoding="utf-8"))
REPAIRABLE = [fault for fault in FAULTS if "fix" in fault]
PROMPT = "Create a PostgreSQL CRUD Effect node with connection pooling and retry"


def texts(folder: Path) -> dict[str, str]:
    """Return the texts of a folder."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    shown = ((str(path.relative_to(folder)), path) for path in files)
    return {name: path.read_text("utf-8") for name, path in shown if "__pycache__" not in name}


def damaged(output: Path, faults: list[dict[str, Any]]) -> Path:
    """Return a made package with faults planted."""
    arguments = ["run", "pipelines/default.yaml", "--prompt", PROMPT, "--output-dir", str(output)]
    assert guarded([*arguments, "--quiet"]) == 0
    (package,) = (path for path in output.iterdir() if path.is_dir())
    for fault in faults:
        path = package / fault["file"]
        text, count = re.subn(fault["find"], fault["put"], path.read_text("utf-8"), count=1)
        assert count == 1, fault["name"]
        path.write_text(text, "utf-8")
    return package


def gate(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, Any]:
    """Return the exit code of a gate, and what it says of the one package."""
    capsys.readouterr()
    code = guarded(["gate", *map(str, arguments), "--json"])
    (verdict,) = json.loads(capsys.readouterr().out)["packages"]
    return code, verdict


@pytest.mark.slow
def test_repairs_of_planted_faults(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Safe fixes leave alone what the code does; the others repair it, and the tests still pass."""
    package = damaged(tmp_path, REPAIRABLE)

    code, verdict = gate(capsys, package, "--fix")
    assert code == 3
    assert {change["fix"] for change in verdict["repairs"]["changes"]} == {"lint-fixes", "layout"}
    safe = {"lint-fixes", "layout"}
    found = {item["check"] for item in verdict["findings"]}
    assert {fault["check"] for fault in REPAIRABLE if fault["fix"] not in safe} <= found

    code, verdict = gate(capsys, package, "--unsafe-fixes")
    assert verdict["repairs"]["refused"] == ""
    assert (code, [item for item in verdict["findings"] if item["severity"] == "error"]) == (0, [])
    changed = {change["fix"] for change in verdict["repairs"]["changes"]}
    assert {fault["fix"] for fault in REPAIRABLE} - safe <= changed
    assert gate(capsys, package, "--unsafe-fixes")[1]["repairs"]["changes"] == []


@pytest.mark.judge
def test_repaired_package_is_accepted(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, judge: Callable[[Path], list[str]]
) -> None:
    """What was damaged in eight ways and repaired is accepted by the judge."""
    # A handler that catches everything and does nothing with it stays a finding of lint.
    faults = [fault for fault in REPAIRABLE if fault["check"] != "no-bare-except"]
    assert len(faults) == 8
    package = damaged(tmp_path, faults)
    assert gate(capsys, package, "--unsafe-fixes")[0] == 0
    assert judge(package) == []


SMALL = {
    "contract.yaml": "name: a\nnode_type: EFFECT_GENERIC\n",
    "node.py": """\
import json

def f() -> None:
    print( "x" )
""",
    "tests/test_a.py": """\
from pathlib import Path


def test_a() -> None:
    assert 'print' in (Path(__file__).parents[1] / "node.py").read_text()
""",
}


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """Return a package whose test notices one of the repairs."""
    for name, text in SMALL.items():
        path = tmp_path / "small" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return tmp_path / "small"


def test_repairs_that_break_tests_are_not_kept(
    capsys: pytest.CaptureFixture[str], small: Path
) -> None:
    """Nothing is written, and the report says why; the score is that of what is there."""
    before = texts(small)
    verdict = gate(capsys, small, "--unsafe-fixes")[1]
    assert verdict["repairs"]["refused"] == "tests that passed would fail"
    assert "lint-unsafe-fixes" in {change["fix"] for change in verdict["repairs"]["changes"]}
    assert texts(small) == before
    assert "no-print" in {item["check"] for item in verdict["findings"]}

    assert guarded(["gate", str(small), "--unsafe-fixes"]) == 3
    assert "small: nothing of it is kept: tests that passed would fail" in capsys.readouterr().out


def test_repairs_keep_the_form_of_a_file(capsys: pytest.CaptureFixture[str], small: Path) -> None:
    """Byte order marks, line ends and permissions stay; other files are not touched."""
    node = small / "node.py"
    node.write_bytes(b"\xef\xbb\xbf" + SMALL["node.py"].replace("\n", "\r\n").encode())
    node.chmod(0o750)
    untouched = (small / "tests/test_a.py").stat()
    verdict = gate(capsys, small, "--fix")[1]
    changes = verdict["repairs"]["changes"]
    assert [(c["fix"], c["file"], c["line"]) for c in changes] == [
        ("lint-fixes", "node.py", 1),
        ("layout", "node.py", 1),
    ]
    assert "-import json" in changes[0]["diff"].splitlines()
    raw = node.read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    assert b"import json" not in raw
    assert raw.count(b"\n") == raw.count(b"\r\n") >= 2
    assert node.stat().st_mode & 0o777 == 0o750
    assert (small / "tests/test_a.py").stat().st_mtime_ns == untouched.st_mtime_ns
