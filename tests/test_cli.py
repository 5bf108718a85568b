"""Each tests/scenarios/NAME.scenario is run as a person would: real processes in a real folder.

Sections: `test` (one sentence), `document PATH` (a file to write first), `folder` (`kitchen`, the
second domain, or `empty`), `stdin`, `command` (for a shell), `status`, `stdout`, `stderr`.
`WRITE=1 pytest tests/test_cli.py` writes the last three, to be read.
"""

from __future__ import annotations

import os
import pty
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from onexgen import __version__

TESTS = Path(__file__).parent
SCENARIOS = sorted((TESTS / "scenarios").glob("*.scenario"))
SECTION = re.compile(r"^====([^=\n]+)====\n", re.MULTILINE)
RESULTS = ("status", "stdout", "stderr")
# What differs from run to run.
CHANGING = [
    (re.compile(r"\b\d+\.\d{2,3}s\b"), "0.00s"),
    (re.compile(rf'(onexgen |"version": "){re.escape(__version__)}'), r"\g<1>{version}"),
    (re.compile(r'("(?:duration_)?seconds": )[\d.e-]+'), r"\g<1>0.0"),
    (re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b"), "{id}"),
    (re.compile(r"\b\d+\.\d{3} s each"), "0.000 s each"),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder that all scenarios share, one after the other: its plans stay compiled."""
    return tmp_path_factory.mktemp("cli") / "folder"


def prepare(folder: Path, sections: list[tuple[str, str]]) -> None:
    """Make the folder hold what a scenario begins with."""
    shutil.rmtree(folder, ignore_errors=True)
    kitchen = TESTS / "domains/kitchen"
    if dict(sections).get("folder", "kitchen").strip() == "kitchen":
        shutil.copytree(kitchen, folder, ignore=shutil.ignore_patterns("golden"))
    else:
        folder.mkdir()
    for name, text in sections:
        if name.startswith("document "):
            path = folder / name.removeprefix("document ")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")


def environment() -> dict[str, str]:
    """Return variables under which the same is printed everywhere."""
    kept = {key: os.environ[key] for key in ("XDG_CACHE_HOME", "HOME") if key in os.environ}
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return {**kept, "PATH": path, "COLUMNS": "90", "LC_ALL": "C.UTF-8", "NO_COLOR": "1"}


def steady(text: str, folder: Path) -> str:
    """Return what was printed without times, ids and the place of the folder."""
    text = text.replace(str(folder), "{cwd}")
    for pattern, replacement in CHANGING:
        text = pattern.sub(replacement, text)
    return text


@pytest.mark.parametrize("file", SCENARIOS, ids=lambda file: file.stem)
def test_scenario(file: Path, folder: Path) -> None:
    """The command ends with this status and prints exactly this."""
    parts = SECTION.split(file.read_text("utf-8"))[1:]
    sections = list(zip(parts[::2], parts[1::2], strict=True))
    given = dict(sections)
    prepare(folder, sections)
    done = subprocess.run(
        ["bash", "-c", given["command"]],
        cwd=folder, env=environment(), input=given.get("stdin", ""),
        capture_output=True, encoding="utf-8", check=False, timeout=60,
    )  # fmt: skip
    actual = {
        "status": f"{done.returncode}\n",
        "stdout": steady(done.stdout, folder),
        "stderr": steady(done.stderr, folder),
    }
    if "WRITE" in os.environ:
        kept = [section for section in sections if section[0] not in RESULTS]
        text = "".join(f"===={name}====\n{text}" for name, text in [*kept, *actual.items()])
        file.write_text(text, encoding="utf-8")
        given |= actual

    assert actual == {name: given[name] for name in RESULTS}


def test_cancelled(folder: Path) -> None:
    """Ctrl-C ends a run with its own status, and nothing is left behind."""
    prepare(folder, [])
    rules = folder / "rules/taste.yaml"
    slow = "tool: {command: [sleep, '60'], output: x}"
    text = rules.read_text("utf-8").replace('expects: "${{ plan.salt > 0 }}"', slow)
    rules.write_text(text, encoding="utf-8")
    command = ["run", "pipelines/recipe.yaml", "--wish", "Lentil soup", "--events", "events"]
    running = subprocess.Popen(
        [sys.executable, "-m", "onexgen", *command],
        cwd=folder, env=environment(), stderr=subprocess.PIPE, encoding="utf-8",
    )  # fmt: skip
    events = folder / "events"
    end = time.monotonic() + 30
    while not (events.exists() and '"stage": "tasting"' in events.read_text("utf-8")):
        assert time.monotonic() < end
        time.sleep(0.01)
    time.sleep(0.05)
    running.send_signal(signal.SIGINT)
    _, said = running.communicate(timeout=30)

    assert running.returncode == 130
    assert said.endswith("\nCancelled. Nothing was changed.\n")
    assert not (folder / "cards").exists()


RECIPE = ["run", "pipelines/recipe.yaml", "--interactive"]


def at_a_terminal(
    folder: Path, answers: list[tuple[str, str]], command: list[str] = RECIPE, **variables: str
) -> tuple[int, str]:
    """Run interactively; each answer is typed when its question is there."""
    master, slave = pty.openpty()
    running = subprocess.Popen(
        [sys.executable, "-m", "onexgen", *command],
        cwd=folder, env={**environment(), **variables}, stdin=slave, stdout=slave, stderr=slave,
    )  # fmt: skip
    os.close(slave)
    shown = ""
    try:
        for question, answer in answers:
            start = len(shown)
            while question not in shown[start:]:
                shown += os.read(master, 4096).decode()
            os.write(master, f"{answer}\n".encode())
        while chunk := os.read(master, 4096):
            shown += chunk.decode()
    except OSError:
        pass  # The other side is closed: the program has ended.
    os.close(master)
    return running.wait(timeout=30), shown.replace("\r\n", "\n")


GO_ON = ("[c]ontinue, [e]dit, [a]bort", "c")


def test_edited_at_a_terminal(folder: Path) -> None:
    """A person is asked for what is missing, and may change what a stage made."""
    prepare(folder, [])
    answers = [
        ("for how many people, in how many minutes", "Tomato soup"),
        (GO_ON[0], "e"),
        ("Which value", "dish"),
        *[GO_ON] * 6,
    ]
    status, shown = at_a_terminal(folder, answers, EDITOR="sed -i 2s/soup/dessert/")

    assert status == 0, shown
    assert "Choosing a side made:" in shown
    assert (folder / "cards/tomato/oven.txt").read_text("utf-8") == "180 degrees\n"


def test_editor_that_fails(folder: Path) -> None:
    """Without an editor nothing is changed and nothing is lost: the question comes again."""
    prepare(folder, [])
    answers = [
        ("in how many minutes", "Tomato soup"),
        (GO_ON[0], "e"),
        ("Which value", "dish"),
        *[GO_ON] * 6,
    ]
    status, shown = at_a_terminal(folder, answers, EDITOR="false")

    assert status == 0, shown
    said = "nothing was changed: false: Editing failed; set EDITOR to an editor that you have\n"
    assert said in shown
    assert (folder / "cards/tomato/card.md").exists()


def test_aborted_at_a_terminal(folder: Path) -> None:
    """Who aborts has changed nothing."""
    prepare(folder, [])
    answers = [("in how many minutes", "Tomato soup"), GO_ON, (GO_ON[0], "a")]
    status, shown = at_a_terminal(folder, answers)

    assert status == 130
    assert shown.endswith("\nCancelled. Nothing was changed.\n")
    assert not (folder / "cards").exists()


def test_asked_to_choose_at_a_terminal(folder: Path) -> None:
    """When a decision is not clear, a person chooses by number, and the run begins anew with it."""
    prepare(folder, [])
    answers = [("Number [1]: ", "9"), ("Number [1]: ", "2")]
    status, shown = at_a_terminal(folder, answers, command=["explain", "Something"])

    assert status == 0, shown
    question = (
        "What kind of dish is it?\n  1. soup     0.33\n  2. bread    0.33\n  3. dessert  0.33\n"
    )
    assert question in shown
    assert "Error: 9 is not in the range 1<=x<=3." in shown
    assert shown.endswith("\nBread (1.00)\n")
