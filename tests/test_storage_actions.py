"""The verbs that seal, stage and commit, as a pipeline uses them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from onexgen.actions.base import Deadline, Workspace
from onexgen.actions.commit import Commit, CommitOptions
from onexgen.actions.recall import Recall, RecallOptions
from onexgen.actions.seal import Seal, SealOptions
from onexgen.actions.stage import Stage, StageOptions
from onexgen.diagnostics import TimeoutExceeded, UnsafeError
from onexgen.expressions import Expressions
from onexgen.json_types import JsonObject
from onexgen.plan import FamilyPlan
from onexgen.storage import manifest

DIGESTS = {
    "rules/a.yaml": "1" * 64,
    "templates/x/a.j2": "2" * 64,
    "templates/x/b.j2": "3" * 64,
    "templates/y/a.j2": "4" * 64,
}
FILES: JsonObject = {"node.py": "X = 1\n", "tests/test_x.py": "\n"}
DIFF = "--- /dev/null\n+++ b/a.txt\n@@ -0,0 +1 @@\n+one\n"
INPUTS: JsonObject = {"prompt": "x", "output_dir": "/somewhere"}


def workspace(cwd: Path, seconds: float | None = None, preview: str | None = None) -> Workspace:
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
        preview=preview,
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
    """Templates of other families are not recorded; rules and shared files are."""
    place = workspace(tmp_path)
    place.families = {"x": family("x", ["templates/x/a.j2"])}

    files: Any = Seal(place)(SealOptions(files={}, inputs={}, family="x"))

    assert list(json.loads(files[manifest.PATH])["sources"]) == ["rules/a.yaml", "templates/x/a.j2"]


def family(name: str, sources: list[str]) -> FamilyPlan:
    """Return a family that is made of these files."""
    return FamilyPlan(
        name=name,
        title="",
        summary="",
        abstract=False,
        aliases=[],
        chain=[name],
        files=(),
        blueprints={},
        sources=sources,
    )


@pytest.mark.parametrize(("mode", "diff"), [("list", ""), ("diff", DIFF)])
def test_a_preview_writes_nothing(tmp_path: Path, mode: str, diff: str) -> None:
    """A dry run says what a commit would do; with a diff, it shows every changed file."""
    place = workspace(tmp_path, preview=mode)
    staged: Any = Stage(place)(StageOptions(files={"a.txt": "one\n"}, target="made/package"))

    done = Commit(place)(CommitOptions(staged=staged))

    assert done == {
        "target": str(tmp_path / "made/package"),
        "files": ["a.txt"],
        "written": 1,
        "unchanged": False,
        "carried": [],
        "replaced": [],
        "diff": diff,
    }
    assert list(tmp_path.iterdir()) == []


def test_a_preview_refuses_what_a_commit_refuses(tmp_path: Path) -> None:
    """A changed file is named by the dry run already."""
    files = sealed(tmp_path)
    real = workspace(tmp_path)
    Commit(real)(CommitOptions(staged=staged_in(real, files)))
    (tmp_path / "made/package/node.py").write_text("X = 2\n")
    place = workspace(tmp_path, preview="list")

    with pytest.raises(UnsafeError) as caught:
        Commit(place)(CommitOptions(staged=staged_in(place, {**files, "node.py": "X = 3\n"})))

    target = tmp_path / "made/package"
    expected = f"{target} has files that were changed since they were written: node.py"
    assert caught.value.message == expected


def staged_in(place: Workspace, files: dict[str, Any]) -> dict[str, Any]:
    """Return what `stage` says of these files."""
    result: Any = Stage(place)(StageOptions(files=files, target="made/package"))
    return result


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


RESULTS: JsonObject = {"score": 0.9, "components": {"b": 1, "a": 0.8}}


def made(cwd: Path) -> JsonObject:
    """Make a package in the folder `package`; returns its files."""
    sealing = SealOptions(
        files=FILES, inputs=INPUTS, without=["output_dir"], context={"root": "a.b"}, results=RESULTS
    )
    files: Any = Seal(workspace(cwd))(sealing)
    staged: Any = Stage(workspace(cwd))(StageOptions(files=files, target="package"))
    Commit(workspace(cwd))(CommitOptions(staged=staged))
    return files


def recalled(place: Workspace, **changed: Any) -> Any:
    """Ask for the package again."""
    given: dict[str, Any] = {
        "target": "package", "inputs": {"prompt": "x", "output_dir": "elsewhere"},
        "without": ["output_dir"], "context": {"root": "a.b"},
    }  # fmt: skip
    return Recall(place)(RecallOptions(**{**given, **changed}))


def test_a_package_made_from_the_same_is_recalled(tmp_path: Path) -> None:
    """Its files, what was found out about it in its order, and what a commit would say."""
    files = made(tmp_path)
    (tmp_path / "package/mine.txt").write_text("added by the user")
    found = recalled(workspace(tmp_path))

    assert found == {
        "found": True,
        "files": files,
        "results": RESULTS,
        "written": {
            "target": f"{tmp_path}/package",
            "files": sorted(files),
            "written": 0,
            "unchanged": True,
            "carried": [],
            "replaced": [],
            "diff": "",
        },
    }
    assert list(found["results"]["components"]) == ["b", "a"]


@pytest.mark.parametrize(
    "changed",
    [
        {"target": "other"},
        {"inputs": {"prompt": "y"}},
        {"inputs": {"prompt": "x", "more": None}},
        {"without": []},
        {"context": {"root": "b"}},
        {"context": {}},
    ],
)
def test_nothing_is_recalled_for_another_request(changed: dict[str, Any], tmp_path: Path) -> None:
    """Whatever can shape the files must be the same."""
    made(tmp_path)

    assert recalled(workspace(tmp_path), **changed) == Recall.EMPTY


@pytest.mark.parametrize("attribute", ["version", "pipeline", "environment"])
def test_nothing_is_recalled_for_another_program(attribute: str, tmp_path: Path) -> None:
    """Another version, pipeline or environment may make other files."""
    made(tmp_path)
    place = workspace(tmp_path)
    setattr(place, attribute, "another")

    assert recalled(place) == Recall.EMPTY


def test_nothing_is_recalled_for_other_rules(tmp_path: Path) -> None:
    """A rule or a template that changed may make other files."""
    made(tmp_path)
    place = workspace(tmp_path)
    place.digests = {**DIGESTS, "rules/a.yaml": "9" * 64}

    assert recalled(place) == Recall.EMPTY


@pytest.mark.parametrize("content", [b"X = 2\n", b"X = 1", b"\xff", None])
def test_nothing_is_recalled_of_a_changed_package(content: bytes | None, tmp_path: Path) -> None:
    """A file that was changed or removed is for the commit to judge."""
    made(tmp_path)
    path = tmp_path / "package/node.py"
    path.unlink()
    if content is not None:
        path.write_bytes(content)

    assert recalled(workspace(tmp_path)) == Recall.EMPTY
