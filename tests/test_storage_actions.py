"""The verbs that seal, stage and commit, as a pipeline uses them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from onexgen.actions.base import Deadline, Workspace
from onexgen.actions.commit import Commit, CommitOptions
from onexgen.actions.seal import Seal, SealOptions
from onexgen.actions.stage import Stage, StageOptions
from onexgen.diagnostics import ConfigError, TimeoutExceeded, UnsafeError
from onexgen.expressions import Expressions
from onexgen.json_types import JsonObject
from onexgen.storage import manifest

DIGESTS = {
    "rules/a.yaml": "1" * 64,
    "templates/x/a.j2": "2" * 64,
    "templates/x/b.j2": "3" * 64,
    "templates/y/a.j2": "4" * 64,
}
FILES: JsonObject = {"node.py": "X = 1\n", "tests/test_x.py": "\n"}
INPUTS: JsonObject = {"prompt": "x", "output_dir": "/somewhere"}


def workspace(cwd: Path, seconds: float | None = None) -> Workspace:
    """Return what actions may reach."""
    return Workspace(
        {},
        {},
        Expressions(lambda _: None),
        digests=DIGESTS,
        cwd=cwd,
        version="0.1.0",
        blueprints={},
        pipeline="default",
        deadline=Deadline(seconds),
    )


def sealed(cwd: Path) -> dict[str, Any]:
    """Return the sealed files."""
    options = SealOptions(files=FILES, inputs=INPUTS, without=["output_dir"])
    result: Any = Seal(workspace(cwd))(options)
    return result


def test_the_way_of_a_package(tmp_path: Path) -> None:
    """Seal, stage, stage more, commit: relative to the current folder of the run."""
    files = sealed(tmp_path)
    stage, commit = Stage(workspace(tmp_path)), Commit(workspace(tmp_path))

    first: Any = stage(StageOptions(files={"node.py": files["node.py"]}, target="made/package"))
    second: Any = stage(StageOptions(files=files, target="made/package", onto=first))
    done = commit(CommitOptions(staged=second))

    target = f"{tmp_path}/made/package"
    assert second == {
        "target": target,
        "staging": f"{tmp_path}/made/.package.onexgen-staging",
        "directory": f"{tmp_path}/made/.package.onexgen-staging/package",
        "files": [".onexgen/manifest.json", "node.py", "tests/test_x.py"],
    }
    assert done == {
        "target": target,
        "files": [".onexgen/manifest.json", "node.py", "tests/test_x.py"],
        "written": 3,
        "unchanged": False,
        "carried": [],
        "replaced": [],
        "diff": "",
    }
    assert Path(target, "node.py").read_text() == "X = 1\n"


def test_a_seal_is_the_same_everywhere(tmp_path: Path) -> None:
    """Sealing again, elsewhere, and of sealed files makes the same manifest."""
    files = sealed(tmp_path)
    again: Any = Seal(workspace(tmp_path / "elsewhere"))(
        SealOptions(files=files, inputs={**INPUTS, "output_dir": "y"}, without=["output_dir"])
    )

    assert again == files
    assert list(files) == [".onexgen/manifest.json", "node.py", "tests/test_x.py"]
    data = json.loads(files[manifest.PATH])
    assert data["inputs"] == {"prompt": "x"}
    assert data["sources"] == DIGESTS
    assert sorted(data["files"]) == ["node.py", "tests/test_x.py"]


def test_only_the_sources_that_were_used(tmp_path: Path) -> None:
    """Files and whole folders of the pack can be named."""
    options = SealOptions(files={}, inputs={}, sources=["rules/a.yaml", "templates/x/"])

    files: Any = Seal(workspace(tmp_path))(options)

    assert list(json.loads(files[manifest.PATH])["sources"]) == [
        "rules/a.yaml",
        "templates/x/a.j2",
        "templates/x/b.j2",
    ]


def test_an_unknown_source(tmp_path: Path) -> None:
    """A misspelt source is an error of the pipeline."""
    with pytest.raises(ConfigError) as caught:
        Seal(workspace(tmp_path))(SealOptions(files={}, inputs={}, sources=["rules/b.yaml"]))

    assert caught.value.message == "the run used no file 'rules/b.yaml' of the pack"
    assert caught.value.help == "did you mean 'rules/a.yaml'?"


def test_undo_removes_what_was_staged(tmp_path: Path) -> None:
    """The runner calls it for a failed run, also for a step that was skipped."""
    stage = Stage(workspace(tmp_path))
    staged = stage(StageOptions(files=FILES, target="made/package"))

    stage.undo(staged)
    stage.undo(staged)
    stage.undo(Stage.EMPTY)

    assert list(tmp_path.iterdir()) == []


def test_nothing_staged_nothing_committed(tmp_path: Path) -> None:
    """After a skipped stage step the commit yields its empty value."""
    empty: Any = Stage.EMPTY

    assert Commit(workspace(tmp_path))(CommitOptions(staged=empty)) == {
        "target": "",
        "files": [],
        "written": 0,
        "unchanged": False,
        "carried": [],
        "replaced": [],
        "diff": "",
    }


def test_a_target_has_to_be_named(tmp_path: Path) -> None:
    """An empty name would mean the current folder itself."""
    with pytest.raises(UnsafeError) as caught:
        Stage(workspace(tmp_path))(StageOptions(files=FILES, target=""))

    assert caught.value.message == "no folder to write to is named"


def test_no_commit_after_the_deadline(tmp_path: Path) -> None:
    """When the time is up, nothing changes any more."""
    staged: Any = Stage(workspace(tmp_path))(StageOptions(files=sealed(tmp_path), target="package"))

    with pytest.raises(TimeoutExceeded):
        Commit(workspace(tmp_path, seconds=0.0))(CommitOptions(staged=staged))

    Stage(workspace(tmp_path)).undo(staged)
    assert list(tmp_path.iterdir()) == []
