"""A run by a worker is what a local run is: the same files, refusals, texts."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.service.helpers import PACK

from onexgen.diagnostics import OutsideError
from onexgen.service.extra import needed

MAKE = ["run", "pipelines/make.yaml", "--no-input"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with the small pack."""
    place = tmp_path / "work"
    shutil.copytree(PACK, place)
    return place


def onexgen(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command as a person would."""
    return subprocess.run(
        [sys.executable, "-m", "onexgen", *arguments],
        cwd=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip


def tree(folder: Path) -> dict[str, bytes]:
    """Return path -> content of all files below a folder."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def test_same_files_and_words(folder: Path) -> None:
    """A worker's run writes the same bytes and prints the same as a local one."""
    here = onexgen(folder, *MAKE, "--prompt", "hello", "-q", "--output-dir", "a/x")
    there = onexgen(
        folder, *MAKE, "--prompt", "hello", "-q", "--output-dir", "b/x", "--bus", "memory://"
    )
    again = onexgen(
        folder, *MAKE, "--prompt", "hello", "--json", "--output-dir", "b/x", "--bus", "memory://"
    )

    assert (there.returncode, there.stderr) == (0, "")
    assert there.stdout.replace("b/x", "a/x") == here.stdout
    assert tree(folder / "b") == tree(folder / "a") != {}
    result = json.loads(again.stdout)
    assert (result["success"], result["unchanged"]) == (True, True)
    assert [stage["id"] for stage in result["stages"]] == ["reading", "trying", "test_generation"]


def test_display(folder: Path) -> None:
    """Progress is shown as for a local run."""
    done = onexgen(
        folder, *MAKE, "--prompt", "hello", "--bus", "memory://", "--correlation-id", "7"
    )

    lines = [line.rpartition("]")[0] or line for line in done.stderr.splitlines()]
    assert lines[:-2] == [
        "Running make...",
        "   Correlation ID: 7",
        "   Prompt: hello",
        "   Output dir: made",
        "",
        "Stage 1/3: Reading                            [✓",
        "Stage 2/3: Trying                             [-",
        "Stage 3/3: Writing                            [✓",
        "",
    ]


def events(path: Path) -> list[dict[str, Any]]:
    """Return the events of a file, without how long anything took."""
    found = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    for one in found:
        one["data"].pop("duration_seconds", None)
    return found


def test_events(folder: Path) -> None:
    """The events of a run elsewhere are those of a local run, all of them, in their order."""
    ask = [*MAKE, "--prompt", "hello", "-q", "--correlation-id", "7", "--output-dir"]
    onexgen(folder, *ask, "a", "--events", "here")
    done = onexgen(folder, *ask, "b", "--events", "there", "--bus", "memory://")

    assert (done.returncode, done.stderr) == (0, "")
    assert events(folder / "there") == events(folder / "here")
    assert [one["kind"] for one in events(folder / "there")][-1] == "run_completed"


def test_batch(folder: Path) -> None:
    """Many requests by workers: files, words, exit code and events as of a local batch."""
    lines = [
        {"id": "one", "prompt": "first", "output_dir": "1"},
        {"id": "bad", "prompt": "x", "trial": "refused"},
        {"id": "two", "prompt": "second", "output_dir": "2"},
    ]
    requests = "\n".join(map(json.dumps, lines))
    found = {}
    for name, bus in (("here", []), ("there", ["--bus", "memory://"])):
        (folder / name).mkdir()
        shutil.copytree(PACK, folder / name, dirs_exist_ok=True)
        (folder / name / "requests.jsonl").write_text(requests, encoding="utf-8")
        done = onexgen(
            folder / name, "generate", "--pipeline", "pipelines/make.yaml", "--no-input",
            "--batch", "requests.jsonl", "--events", "events", "-q", *bus,
        )  # fmt: skip
        told = events(folder / name / "events")
        kinds = sorted((one["kind"], str(one["data"].get("stage"))) for one in told)
        ids = {one.pop("correlation_id") for one in told}
        made = {p: text for p, text in tree(folder / name).items() if p.startswith(("1/", "2/"))}
        # The worker in this process logs what it was asked and refused.
        said = "".join(done.stderr.splitlines(keepends=True)[-2:])
        found[name] = (done.returncode, done.stdout, said, kinds, len(ids), made)

    assert found["there"] == found["here"]
    assert found["there"][:3] == (
        2,
        "one: 2 files in 1/note\ntwo: 2 files in 2/note\n",
        "bad: failed in reading: This is refused.\n  ask for something else\n",
    )


def test_project_of_the_one_who_asks(folder: Path) -> None:
    """The worker cannot look at this folder: what marks it is told with the request."""
    (folder / "notes.cfg").write_text("notes here\n", encoding="utf-8")
    (folder / "src/book/notes").mkdir(parents=True)

    done = onexgen(folder, *MAKE, "--prompt", "hello", "--json", "--bus", "memory://")

    result = json.loads(done.stdout)
    assert (result["package"], result["directory"]) == (
        "book.notes.note", f"{folder}/src/book/notes/note",
    )  # fmt: skip
    assert (folder / "src/book/notes/note/note.txt").read_text("utf-8") == "hello"


def test_two_projects(folder: Path) -> None:
    """What cannot be decided about this folder is said as for a local run."""
    (folder / "notes.cfg").write_text("notes here\n", encoding="utf-8")
    for name in ("one", "two"):
        (folder / f"src/{name}/notes").mkdir(parents=True)

    local = onexgen(folder, *MAKE, "--prompt", "hello", "-q")
    remote = onexgen(folder, *MAKE, "--prompt", "hello", "-q", "--bus", "memory://")

    assert remote.returncode == local.returncode == 2
    said = f"error: {folder} holds several packages: one, two\n  say into which folder to write\n"
    assert local.stderr == said
    assert remote.stderr.endswith(said)


def test_nothing_of_others_is_replaced(folder: Path) -> None:
    """A folder that somebody else wrote is refused, and replaced with --force."""
    (folder / "made/note").mkdir(parents=True)
    (folder / "made/note/mine.txt").write_text("mine", encoding="utf-8")
    before = tree(folder / "made")

    refused = onexgen(folder, *MAKE, "--prompt", "hello", "-q", "--bus", "memory://")
    kept = tree(folder / "made")
    forced = onexgen(folder, *MAKE, "--prompt", "hello", "-q", "--force", "--bus", "memory://")

    assert (refused.returncode, kept) == (4, before)
    assert refused.stderr.startswith("error: ")
    assert "exists and was not written by onexgen" in refused.stderr
    assert forced.returncode == 0
    assert (folder / "made/note/note.txt").is_file()


def test_preview(folder: Path) -> None:
    """With --diff nothing is written, and what would change is shown."""
    done = onexgen(folder, *MAKE, "--prompt", "hello", "-q", "--diff", "--bus", "memory://")

    assert done.returncode == 0
    assert "+hello" in done.stdout.splitlines()
    assert not (folder / "made").exists()


def test_failures_keep_their_exit_code(folder: Path) -> None:
    """A failure of a run elsewhere is said as if it had happened here."""
    refused = onexgen(
        folder, *MAKE, "--prompt", "x", "-q", "--trial", "refused", "--bus", "memory://"
    )
    crashed = onexgen(
        folder, *MAKE, "--prompt", "x", "--json", "--trial", "crash", "--bus", "memory://"
    )

    assert refused.returncode == 2
    assert refused.stderr.endswith("error: This is refused.\n  ask for something else\n")
    assert crashed.returncode == 70
    assert json.loads(crashed.stdout)["error"] == "the process of the run ended with -9"


SMALL = """
version: 1
kind: pipeline
name: other
description: Not behind a bus.
stages:
  - id: one
    title: One
    steps: [{id: a, uses: override, with: {value: {}}}]
"""
REFUSED = [
    (
        ["pipelines/other.yaml", "--bus", "memory://"],
        (
            "error: pipelines/other.yaml is not offered behind a bus\n"
            "  did you mean 'pipelines/make.yaml'?\n"
        ),
    ),
    (
        ["pipelines/make.yaml", "--prompt", "x", "--timeout", "4000", "--bus", "memory://"],
        (
            "error: no such request can be sent: timeout_seconds: input should be less than or "
            "equal to 3600\n"
        ),
    ),
    (
        ["pipelines/make.yaml", "--inputs", "large.json", "--bus", "memory://"],
        ("error: the request has more than 300,000 bytes\n  run it without --bus\n"),
    ),
    (
        ["pipelines/make.yaml", "--prompt", "x", "--size", "60000", "--bus", "memory://"],
        (
            "error: the result has 6{..} bytes, too many for a message\n"
            "  start the worker with --store URL\n"
        ),
    ),
]


@pytest.mark.parametrize(
    ("arguments", "said"), REFUSED, ids=["pipeline", "time", "request", "result"]
)
def test_refused(arguments: list[str], said: str, folder: Path) -> None:
    """What no worker could do is refused, with the reason."""
    (folder / "pipelines/other.yaml").write_text(SMALL, encoding="utf-8")
    (folder / "large.json").write_text(json.dumps({"prompt": "x" * 300_000}), encoding="utf-8")

    done = onexgen(folder, "run", *arguments, "-q")

    begin, _, end = said.partition("{..}")
    assert done.returncode == 2
    assert done.stderr.startswith(begin)
    assert done.stderr.endswith(end)


@pytest.mark.slow
def test_all_kinds_of_requests(tmp_path: Path) -> None:
    """The installed pipelines answer behind a bus as they do here."""
    prompt = "Create a PostgreSQL CRUD Effect node with connection pooling and metrics"
    for pipeline in ("explain", "patterns", "mixins"):
        command = ["run", f"pipelines/{pipeline}.yaml", "--prompt", prompt, "--json"]
        here = json.loads(onexgen(tmp_path, *command).stdout)
        there = json.loads(onexgen(tmp_path, *command, "--bus", "memory://").stdout)
        for result in (here, there):
            for key in ("correlation_id", "duration_seconds", "stages"):
                del result[key]

        assert there == here


@pytest.mark.slow
def test_the_same_package(tmp_path: Path) -> None:
    """A whole package is the same, byte for byte; it can be validated behind a bus."""
    prompt = "Create a Compute node that hashes files"
    for name, bus in (("here", []), ("there", ["--bus", "memory://"])):
        done = onexgen(tmp_path, "generate", prompt, "-q", "--output-dir", name, *bus)
        assert done.returncode == 0, done.stderr
    assert tree(tmp_path / "there") == tree(tmp_path / "here")
    [package] = (tmp_path / "here").iterdir()
    files = {p: text.decode() for p, text in tree(package).items() if not p.startswith(".")}
    contract = {"name": "x"}
    inputs = {"files": files, "package": package.name, "contract": contract}
    (tmp_path / "inputs.json").write_text(json.dumps(inputs), encoding="utf-8")

    done = onexgen(
        tmp_path, "run", "pipelines/validate.yaml", "--inputs", "inputs.json", "--json", "--bus",
        "memory://",
    )  # fmt: skip

    assert json.loads(done.stdout)["quality"]["score"] > 0.5


def test_a_local_run_imports_none_of_it(folder: Path) -> None:
    """Neither --help nor a run on this machine loads a client of a broker or a database."""
    heavy = "aiokafka sqlalchemy aiosqlite asyncpg alembic onexgen.service asyncio"
    for command in (["--help"], [*MAKE, "--prompt", "hello", "-q"]):
        code = (
            "import sys; from onexgen.cli.edge import guarded; "
            f"assert guarded({command!r}) == 0; "
            f"print('loaded', sorted(set({heavy!r}.split()) & set(sys.modules)))"
        )
        done = subprocess.run(
            [sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=False
        )
        assert done.stdout.splitlines()[-1] == "loaded []", done.stderr


def test_a_bus_in_memory_needs_nothing_more(folder: Path) -> None:
    """Without the extra the same command works in one process."""
    heavy = "aiokafka sqlalchemy aiosqlite asyncpg alembic"
    command = [*MAKE, "--prompt", "hello", "-q", "--bus", "memory://"]
    code = (
        "import sys; from onexgen.cli.edge import guarded; "
        f"assert guarded({command!r}) == 0; "
        f"print('loaded', sorted(set({heavy!r}.split()) & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=False
    )

    assert done.stdout.splitlines()[-1] == "loaded []", done.stderr


def test_what_is_not_installed_is_named() -> None:
    """A missing library is said with what to install."""
    with pytest.raises(OutsideError) as caught:
        needed("json", "no_such_library")

    assert (str(caught.value), caught.value.help) == (
        "not installed: no_such_library", "pip install 'onexgen[service]'",
    )  # fmt: skip
