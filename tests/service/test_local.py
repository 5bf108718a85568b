"""Runs of this process, kept in a history when one is configured."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.service.test_client import MAKE, folder, onexgen

__all__ = ["folder"]
STORE = ["--store", "sqlite:///history.db"]


def told(place: Path, *arguments: str) -> Any:
    """Return what the history says, as data."""
    # `show` prints nothing but JSON.
    form = [] if arguments[0] == "show" else ["--json"]
    done = onexgen(place, "runs", *arguments, *STORE, *form)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_a_local_run_is_kept_where_a_store_is_configured(folder: Path) -> None:
    """Good or bad, with its stages, its events and what it used; a preview is no run."""
    good = onexgen(folder, *MAKE, "--prompt", "hello", "-q", "--correlation-id", "good", *STORE)
    bad = onexgen(
        folder,
        *MAKE,
        "--prompt",
        "x",
        "--trial",
        "refused",
        "-q",
        "--correlation-id",
        "bad",
        *STORE,
    )
    onexgen(folder, *MAKE, "--prompt", "hello", "-q", "--dry-run", *STORE)

    runs = {run["correlation_id"]: run for run in told(folder, "list")["runs"]}
    assert {name: run["exit_code"] for name, run in runs.items()} == {
        "good": good.returncode,
        "bad": bad.returncode,
    }
    assert (good.returncode, runs["good"]["status"], runs["good"]["mode"]) == (
        0, "completed", "make",
    )  # fmt: skip
    assert bad.returncode != 0
    one = told(folder, "show", "good")
    assert [stage["name"] for stage in one["stages"]] == ["reading", "trying", "test_generation"]
    assert (one["events"][0]["kind"], one["events"][-1]["kind"]) == (
        "run_started", "run_completed",
    )  # fmt: skip
    assert one["inputs"]["prompt"] == "hello"


def test_each_run_of_a_batch_is_kept(folder: Path) -> None:
    """Every line is a run with its own events."""
    lines = [{"prompt": text, "output_dir": text} for text in ("hello", "world")]
    (folder / "lines").write_text("\n".join(map(json.dumps, lines)))
    done = onexgen(
        folder, "generate", "--pipeline", "pipelines/make.yaml", "--batch", "lines", "-q", *STORE
    )

    assert done.returncode == 0, done.stderr
    runs = told(folder, "list")["runs"]
    shown = [told(folder, "show", run["correlation_id"]) for run in runs]
    assert sorted(one["inputs"]["prompt"] for one in shown) == ["hello", "world"]
    assert {len(one["events"]) for one in shown} == {len(shown[0]["events"])} != {0}


def test_without_a_store_nothing_is_kept(folder: Path) -> None:
    """A run leaves no history behind that nobody asked for."""
    assert onexgen(folder, *MAKE, "--prompt", "hello", "-q").returncode == 0
    assert onexgen(folder, "runs", "list", *STORE).returncode == 6


def test_a_history_that_is_away_takes_nothing_from_a_run(folder: Path) -> None:
    """The result is written; that it is in no history is said."""
    (folder / "file").write_text("")
    done = onexgen(folder, *MAKE, "--prompt", "hello", "-q", "--store", "sqlite:///file/history.db")

    assert done.returncode == 0
    assert (folder / "made").is_dir()
    assert done.stderr == ("warning: not kept in the history: cannot make file: File exists\n")
