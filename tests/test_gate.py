"""`onexgen gate`: planted faults, packages that cannot be read, and the forms of reports."""

from __future__ import annotations

import importlib.util
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
import yaml
from tests.reading.pack import ROOT

from onexgen.checking.tools import find_program as find
from onexgen.cli.edge import guarded

FAULTS = yaml.safe_load((ROOT / "tests/gate/faults.yaml").read_text(encoding="utf-8"))
PROMPT = "Create a PostgreSQL CRUD Effect node with connection pooling and retry"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a package that the gate accepts."""
    output = tmp_path_factory.mktemp("made")
    arguments = ["run", "pipelines/default.yaml", "--prompt", PROMPT, "--output-dir", str(output)]
    assert guarded([*arguments, "--quiet"]) == 0
    (package,) = (path for path in output.iterdir() if path.is_dir())
    return package


@pytest.fixture
def package(made: Path, tmp_path: Path) -> Path:
    """Return a copy that may be damaged."""
    return Path(shutil.copytree(made, tmp_path / made.name))


def gate(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, Any]:
    """Return the exit code and the report of a gate, as data."""
    capsys.readouterr()
    code = guarded(["gate", *map(str, arguments), "--json"])
    return code, json.loads(capsys.readouterr().out)


def test_clean_package_passes(capsys: pytest.CaptureFixture[str], package: Path) -> None:
    """Nothing is found in what was made, and the score is full."""
    code, report = gate(capsys, package)
    assert (code, report["passed"], report["score"]) == (0, True, 1.0)
    (verdict,) = report["packages"]
    assert (verdict["name"], verdict["findings"], verdict["not_run"]) == (package.name, [], [])


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault["name"])
def test_planted_fault_is_found(
    capsys: pytest.CaptureFixture[str], package: Path, fault: dict[str, Any]
) -> None:
    """Each fault is found at its line, with its severity; errors fail the gate."""
    path = package / fault["file"]
    text = path.read_text(encoding="utf-8")
    found = re.search(fault["find"], text)
    assert found, "the package has changed: there is no place for this fault"
    path.write_text(text[: found.start()] + fault["put"] + text[found.end() :], encoding="utf-8")
    line = text.count("\n", 0, found.start()) + 1
    expected = fault.get("line", 0)

    code, report = gate(capsys, package)

    findings = report["packages"][0]["findings"]
    (item,) = (item for item in findings if item["check"] == fault["check"])
    if "elsewhere" in fault:
        other = (package / fault["elsewhere"]).read_text(encoding="utf-8").splitlines()
        expected = 1 + [one[:11] for one in other].index("class Mixin")
    assert item["file"] == f"{package}/{fault.get('elsewhere', fault['file'])}"
    assert item["line"] == (expected if expected > 0 else line + expected)
    assert item["severity"] == fault["severity"]
    assert code == (3 if fault["severity"] == "error" else 0)


def damage(package: Path, kind: str) -> None:
    """Put something into a package that cannot be read as it should be."""
    readme, contract = package / "README.md", package / "contract.yaml"
    if kind == "binary":
        readme.write_bytes(b"# A\0")
    elif kind == "another encoding":
        readme.write_bytes("# A\n\ncafé\n".encode("latin-1"))
    elif kind == "too large":
        readme.write_text("#" * 10_000_000)
    elif kind == "a link that leads out":
        readme.unlink()
        readme.symlink_to("/etc/hostname")
    elif kind == "a link to a folder that leads out":
        (package / "more").symlink_to("/etc")
    elif kind == "a link to nothing":
        readme.unlink()
        readme.symlink_to("nothing")
    elif kind == "no contract":
        contract.unlink()
    elif kind == "a contract that does not parse":
        contract.write_text("name: [a\n")
    elif kind == "a contract that is a list":
        contract.write_text("- a\n")
    else:
        (package / "node.py").write_text("def f(:\n")


DAMAGES = {
    "binary": ("README.md", 1, "readable", "cannot be read: README.md is binary"),
    "another encoding": ("README.md", 3, "readable", "cannot be read: README.md is not UTF-8"),
    "too large": (
        "README.md", 1, "readable",
        "cannot be read: README.md has 10,000,000 bytes, more than 1,000,000",
    ),
    "a link that leads out": (
        "README.md", 1, "readable", "cannot be read: README.md leads out of the package",
    ),
    "a link to a folder that leads out": (
        "more", 1, "readable", "cannot be read: more leads out of the package",
    ),
    "a link to nothing": (
        "README.md", 1, "readable", "cannot be read: README.md: No such file or directory",
    ),
    "no contract": ("contract.yaml", 1, "contract-is-there", "file missing: contract.yaml"),
    "a contract that does not parse": (
        "contract.yaml", 2, "contract-parses",
        "not valid YAML: expected ',' or ']' before this",
    ),
    "a contract that is a list": (
        "contract.yaml", 1, "contract-parses", "not valid YAML: contract.yaml holds no mapping",
    ),
    "code that does not parse": ("node.py", 1, "python-parses", "does not parse: invalid syntax"),
}  # fmt: skip


@pytest.mark.parametrize("kind", DAMAGES)
def test_what_cannot_be_read_is_a_finding(
    capsys: pytest.CaptureFixture[str], package: Path, kind: str
) -> None:
    """A package that is damaged fails the gate, at the place of the damage."""
    damage(package, kind)
    file, line, check, message = DAMAGES[kind]
    code, report = gate(capsys, package)
    findings = [
        (item["file"], item["line"], item["message"])
        for item in report["packages"][0]["findings"]
        if item["check"] == check
    ]
    assert (code, findings) == (3, [(f"{package}/{file}", line, message)])


def test_known_findings_do_not_count(
    capsys: pytest.CaptureFixture[str], package: Path, tmp_path: Path
) -> None:
    """What a baseline has passes, also on another line; the same once more does not."""
    node, baseline = package / "node.py", tmp_path / "known.json"
    text = node.read_text(encoding="utf-8")
    topic = 'TOPIC = "onex.evt.shop.order-placed.v1"\n'
    node.write_text(text + topic, encoding="utf-8")
    assert gate(capsys, package)[0] == 3
    assert guarded(["gate", str(package), "--write-baseline", str(baseline)]) == 0
    assert capsys.readouterr().out.endswith("1 findings of 1 packages\n")

    node.write_text(text + "\n\n" + topic, encoding="utf-8")
    assert gate(capsys, package, "--baseline", baseline)[0] == 0
    node.write_text(text + topic + topic, encoding="utf-8")
    assert gate(capsys, package, "--baseline", baseline)[0] == 3


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[", "it is not JSON (Expecting value: line 1 column 2 (char 1))"),
        ("{}", "its version is not 1"),
        ('{"version": 1, "known": {"a": 1}}', "`known` has no lists of findings"),
    ],
)
def test_a_baseline_that_is_none(
    capsys: pytest.CaptureFixture[str], package: Path, tmp_path: Path, text: str, why: str
) -> None:
    """The command line is wrong then; nothing is judged."""
    baseline = tmp_path / "known.json"
    baseline.write_text(text)
    assert guarded(["gate", str(package), "--baseline", str(baseline)]) == 2
    assert capsys.readouterr().err == (
        f"error: {baseline} is no baseline: {why}\n  make a new one with --write-baseline\n"
    )


def test_junit_has_a_failure_for_each_bad_check(
    capsys: pytest.CaptureFixture[str], package: Path
) -> None:
    """One case is one check; the gate itself is one more."""
    (package / "README.md").unlink()
    assert guarded(["gate", str(package), "--format", "junit"]) == 3
    (suite,) = ET.fromstring(capsys.readouterr().out)  # noqa: S314 - it is our own.
    failed = [case.get("name") for case in suite if case.find("failure") is not None]
    assert failed == ["readme", "gate"]
    assert (suite.get("failures"), suite.get("tests")) == ("2", str(len(suite)))


def test_other_reports(capsys: pytest.CaptureFixture[str], package: Path) -> None:
    """The same finding in every form."""
    (package / "README.md").unlink()
    said, fix = "no README.md: README.md", ""
    place = f"{package}/README.md"

    assert guarded(["gate", str(package)]) == 3
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == f"{place}:1:1: error[readme]: {said}"
    assert lines[-4].startswith(f"{package}: not passed, score 0.9")
    assert lines[-3:] == ["  = 1 finding of severity error", "", "0 of 1 package passed."]

    assert guarded(["gate", str(package), "--format", "github"]) == 3
    assert capsys.readouterr().out.splitlines() == [
        f"::error file={place},line=1,col=1,title=readme::{said}{fix}",
        f"::error file={package},title=gate::1 finding of severity error",
    ]

    assert guarded(["gate", str(package), "--format", "markdown"]) == 3
    assert f"| ❌ | `{place}:1` | {said} (`readme`) |  |" in capsys.readouterr().out.splitlines()

    assert guarded(["gate", str(package), "--format", "sarif"]) == 3
    (run,) = json.loads(capsys.readouterr().out)["runs"]
    (result,) = run["results"]
    assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == "readme"
    assert (result["level"], result["message"]) == ("error", {"text": said})


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nowhere"], "error: nowhere is no folder\n  name folders with packages\n"),
        (
            ["."],
            "error: no package is in .\n  a package has a contract.yaml or node.py\n",
        ),
        (["--format", "sarf"], "error: there is no format 'sarf'\n  did you mean 'sarif'?\n"),
        (
            ["--explain", "prints"],
            "error: no check is named 'prints'\n  did you mean 'no-print'?\n",
        ),
    ],
)
def test_a_wrong_command_line(
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    said: str,
) -> None:
    """What is wrong, and how to repair it."""
    monkeypatch.chdir(tmp_path)
    assert guarded(["gate", *arguments]) == 2
    assert capsys.readouterr().err == said


def test_only_packages_that_changed(
    capsys: pytest.CaptureFixture[str], package: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Packages that are as git knows them are left out."""
    root = package.parent
    other = Path(shutil.copytree(package, root / "other"))
    monkeypatch.chdir(root)
    for command in (["init", "-q"], ["add", "."], ["commit", "-qm", "Begin"]):
        identity = ["-c", "user.name=A", "-c", "user.email=a@example.org"]
        subprocess.run(["git", *identity, *command], check=True)
    assert [item["path"] for item in gate(capsys, ".", "--changed", "HEAD")[1]["packages"]] == []
    (other / "more.py").write_text('"""More."""\n')
    assert [item["path"] for item in gate(capsys, ".", "--changed", "HEAD")[1]["packages"]] == [
        "other"
    ]


def test_a_missing_program_is_no_pass(
    capsys: pytest.CaptureFixture[str], package: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What could not be looked at is said; it counts neither for nor against the package."""
    monkeypatch.setattr("onexgen.checking.asking.find_program", lambda _: None)
    code, report = gate(capsys, package)
    (verdict,) = report["packages"]
    assert code == 0
    assert verdict["not_run"] == [
        {"check": "types-agree", "reason": "the program 'ty' is not installed"},
        {"check": "lint", "reason": "the program 'ruff' is not installed"},
    ]


PROGRAMS = {
    "hangs": ("exec sleep 60", "ruff took longer than 1 s"),
    "crashes": ("kill -SEGV $$", "ruff failed with exit code -11: "),
    "complains": ("echo no room >&2; exit 3", "ruff failed with exit code 3: no room"),
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_failing_program_is_no_pass(
    capsys: pytest.CaptureFixture[str],
    package: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
) -> None:
    """A program that hangs, crashes or gives up is told of; the other checks count."""
    does, reason = PROGRAMS[name]
    program = tmp_path / "ruff"
    program.write_text(f"#!/bin/sh\n{does}\n", encoding="utf-8")
    program.chmod(0o755)
    mine = {"ruff": str(program)}
    monkeypatch.setattr("onexgen.checking.tools.find_program", lambda n: mine.get(n) or find(n))
    (tmp_path / "rules").mkdir()
    rules = yaml.safe_load((ROOT / "rules/quality.yaml").read_text(encoding="utf-8"))
    for check in rules["checks"]:
        if check["id"] == "lint":
            check["tool"]["timeout"] = 1
    (tmp_path / "rules/quality.yaml").write_text(yaml.safe_dump(rules), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    code, report = gate(capsys, package)
    (verdict,) = report["packages"]
    assert (code, verdict["passed"]) == (0, True)
    assert verdict["not_run"] == [{"check": "lint", "reason": reason}]


def test_nonsense_of_a_program_finds_nothing(
    capsys: pytest.CaptureFixture[str], package: Path, tmp_path: Path, monkeypatch: Any
) -> None:
    """Lines that say nothing of a file of the package are no findings."""
    program = tmp_path / "ruff"
    program.write_text(
        "#!/bin/sh\nhead -c 1000000 /dev/urandom; echo; echo /etc/passwd:1:1: E1 x\n"
    )
    program.chmod(0o755)
    mine = {"ruff": str(program)}
    monkeypatch.setattr("onexgen.checking.tools.find_program", lambda n: mine.get(n) or find(n))
    code, report = gate(capsys, package)
    assert (code, report["packages"][0]["findings"]) == (0, [])


def test_programs_of_somebody_elses_rules_do_not_run(
    capsys: pytest.CaptureFixture[str],
    package: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A command that the installed rules do not have runs only when it is trusted."""
    (tmp_path / "rules").mkdir()
    rules = yaml.safe_load((ROOT / "rules/quality.yaml").read_text(encoding="utf-8"))
    mark = tmp_path / "it-ran"
    tool = {"command": ["touch", str(mark), "${{ files }}"], "output": "^never (?P<file>.)$"}
    check = {"id": "touch", "component": "code_quality", "severity": "info", "why": "None."}
    rules["checks"].append({**check, "message": "touched", "tool": tool})
    (tmp_path / "rules/quality.yaml").write_text(yaml.safe_dump(rules), encoding="utf-8")
    monkeypatch.chdir(tmp_path)

    assert guarded(["gate", str(package)]) == 4
    said = capsys.readouterr().err
    assert "'touch' runs 'touch' as none of the installed rules does" in said
    assert "say --trust if you know who wrote this" in said
    assert not mark.exists()
    assert gate(capsys, package, "--trust")[0] == 0
    assert mark.exists()


@pytest.mark.judge
def test_framework_profile(capsys: pytest.CaptureFixture[str], package: Path) -> None:
    """The framework's own validators pass what was made, and place what they refuse."""
    assert guarded(["gate", str(package), "--profile", "framework"]) == 0
    assert capsys.readouterr().out.endswith("\n1 of 1 package passed.\n")

    node = package / "node.py"
    text = node.read_text("utf-8")
    topic = 'TOPIC = "onex.evt.shop.order.v1"\nHOST = "http://localhost:8080"\n'
    node.write_text(f"{text}\n{topic}", "utf-8")
    last = len(text.splitlines()) + 3
    code, report = gate(capsys, package, "--profile", "framework")
    (verdict,) = report["packages"]
    found = {(item["check"], Path(item["file"]).name, item["line"]) for item in verdict["findings"]}
    assert (code, verdict["not_run"]) == (3, [])
    assert {
        ("hardcoded-topics", "node.py", last - 1),
        ("hardcoded-topic", "node.py", last - 1),
        ("localhost-url", "node.py", last),
        ("url-authority", "node.py", last),
        ("antipatterns", "node.py", last),
    } <= found
    assert not {check for check, _, _ in found} & {"mypy-strict", "spdx-headers", "node-purity"}


def test_pipelines_of_somebody_else_run_no_tests(
    capsys: pytest.CaptureFixture[str],
    package: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A pipeline of the judged folder runs code of packages only when it is trusted."""
    mark = tmp_path / "it-ran"
    (package / "tests/test_unit.py").write_text(f"open({str(mark)!r}, 'w').close()\n")
    text = (ROOT / "pipelines/gate.yaml").read_text(encoding="utf-8")
    step = "      - {id: tried, uses: execute, with: {folder: '${{ inputs.path }}'}}\n"
    (tmp_path / "pipelines").mkdir()
    changed = text.replace("  - id: validation\n", f"{FIRST}{step}  - id: validation\n", 1)
    (tmp_path / "pipelines/gate.yaml").write_text(changed, encoding="utf-8")
    monkeypatch.chdir(tmp_path)

    assert guarded(["gate", str(package)]) == 4
    said = "'tried' runs code of the package, in a pipeline that is not installed"
    assert said in capsys.readouterr().err
    assert not mark.exists()
    guarded(["gate", str(package), "--trust"])
    assert mark.exists()


FIRST = "  - id: trying\n    title: Trying\n    steps:\n"


def test_framework_that_is_missing_is_no_pass(
    capsys: pytest.CaptureFixture[str], package: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the framework is not installed, its validators are told of as not run."""
    there = importlib.util.find_spec
    monkeypatch.setattr(
        "importlib.util.find_spec", lambda name: there(name) if name != "omnibase_core" else None
    )
    monkeypatch.setattr("onexgen.checking.asking.find_program", lambda _: None)
    verdict = gate(capsys, package, "--profile", "framework")[1]["packages"][0]
    reasons = {item["reason"] for item in verdict["not_run"]}
    assert "the module 'omnibase_core' is not installed" in reasons
    assert len(verdict["not_run"]) == len({item["check"] for item in verdict["not_run"]}) > 50


def test_rules_of_ones_own_that_read_nothing(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A project whose rules do not say how packages are read is told so."""
    rules = yaml.safe_load((ROOT / "rules/quality.yaml").read_text(encoding="utf-8"))
    del rules["reading"]
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules/quality.yaml").write_text(json.dumps(rules), encoding="utf-8")
    (tmp_path / ".onexgen.toml").touch()
    monkeypatch.chdir(tmp_path)
    assert guarded(["gate"]) == 2
    assert capsys.readouterr().err == (
        "error: rules/quality.yaml does not say how packages are read\n  give it a part `reading`\n"
    )
