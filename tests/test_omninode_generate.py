"""`omninode-generate`: each tests/scenarios/omninode/NAME.scenario is one call and its answer.

Times are shown as 0, counts of files as N, the id of the run as ID, the folder in which the
command runs as CWD; a line `...` stands for any number of lines. A file `taken` is in that folder.
"""

from __future__ import annotations

import os
import pty
import re
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import pytest

SCENARIOS = sorted((Path(__file__).parent / "scenarios" / "omninode").glob("*.scenario"))
COMMAND = [sys.executable, "-c", "from onexgen.codegen.generate import main; main()"]
PROMPT = "Create PostgreSQL CRUD Effect"
OURS = ("OMNINODE_", "ONEXGEN_", "LOG_LEVEL", "NO_COLOR")


def environment(**more: str) -> dict[str, str]:
    """Return the environment without what could change the command's answer."""
    kept = {name: text for name, text in os.environ.items() if not name.startswith(OURS)}
    return {**kept, **more}


def parts_of(scenario: Path) -> dict[str, str]:
    """Return name -> text of the parts of a scenario."""
    pieces = re.split(r"^====(\w+)====\n", scenario.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return dict(zip(pieces[1::2], pieces[2::2], strict=True))


def normal(text: str) -> str:
    """Return output without what differs from run to run."""
    text = re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "ID", text)
    text = re.sub(r"\[(.)\] \d+\.\d+s +│", r"[\1] 0.00s   │", text)
    text = re.sub(r"Duration: \d+\.\d+s", "Duration: 0.0s", text)
    return re.sub(
        r"Generated: \d+ \(\d+ code \+ \d+ tests\)", "Generated: N (N code + N tests)", text
    )


def fits(text: str, expected: str) -> bool:
    """Tell whether output is as expected; a line `...` stands for any lines."""
    pieces = re.split(r"^\.\.\.$", expected.strip("\n"), flags=re.MULTILINE)
    pattern = "(?s:.*)".join(re.escape(piece) for piece in pieces)
    return re.fullmatch(pattern, text.strip("\n")) is not None


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda path: path.stem)
def test_scenario(scenario: Path, tmp_path: Path) -> None:
    """The command answers as the scenario says, on both streams and with its exit code."""
    parts = parts_of(scenario)
    (tmp_path / "taken").touch()
    variables = dict(line.split("=", 1) for line in parts.get("environment", "").splitlines())

    done = subprocess.run(
        [*COMMAND, *shlex.split(parts["command"])], cwd=tmp_path, env=environment(**variables),
        capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL,
    )  # fmt: skip

    stdout, stderr = normal(done.stdout), normal(done.stderr.replace(str(tmp_path), "CWD"))
    assert fits(stderr, parts["stderr"]), stderr
    assert fits(stdout, parts["stdout"]), stdout
    assert done.returncode == int(parts["status"])


def test_counts_and_files_are_true(tmp_path: Path) -> None:
    """Every file is listed once, where it is; code and tests add up."""
    done = subprocess.run(
        [*COMMAND, PROMPT], cwd=tmp_path, env=environment(), capture_output=True, text=True,
        check=True,
    )  # fmt: skip

    listed = [line[5:] for line in done.stdout.splitlines() if line.startswith("   - ")]
    there = [str(p.relative_to(tmp_path)) for p in tmp_path.rglob("*") if p.is_file()]
    tests = sum("/tests/" in name for name in there)
    assert sorted(listed) == sorted(there)
    count = f"   Files Generated: {len(there)} ({len(there) - tests} code + {tests} tests)"
    assert count in done.stdout.splitlines()


@pytest.mark.parametrize("arguments", [["--help"], ["x", "--timeout", "0"]])
def test_answers_at_once(arguments: list[str]) -> None:
    """Help and mistakes import neither the template engine nor what validates files."""
    script = (
        "import sys\nfrom onexgen.codegen.generate import run\n"
        "try:\n    run(sys.argv[1:])\nexcept SystemExit as end:\n    assert end.code == 0\n"
        "heavy = {'jinja2', 'pydantic', 'ruamel', 'click', 'typer', 'rich'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )

    done = subprocess.run(
        [sys.executable, "-c", script, *arguments], env=environment(), capture_output=True,
        text=True, check=False,
    )  # fmt: skip

    assert done.returncode == 0, done.stderr


def test_help_names_everything() -> None:
    """Help names every option and variable of the specification."""
    done = subprocess.run(
        [*COMMAND, "--help"], env=environment(), capture_output=True, text=True, check=True
    )

    options = (
        "PROMPT --output-dir --node-type --interactive --enable-intelligence "
        "--disable-intelligence --enable-quorum --timeout --kafka-servers "
        "OMNINODE_DEFAULT_OUTPUT_DIR OMNINODE_DEFAULT_TIMEOUT_SECONDS "
        "OMNINODE_KAFKA_BOOTSTRAP_SERVERS LOG_LEVEL OMNINODE_DEBUG"
    )
    assert [name for name in options.split() if name not in done.stdout] == []


def test_debug_shows_the_traceback(tmp_path: Path) -> None:
    """OMNINODE_DEBUG shows what each stage made, and where an error was raised."""
    (tmp_path / "taken").touch()

    done = subprocess.run(
        [*COMMAND, PROMPT, "--output-dir", "taken"], cwd=tmp_path,
        env=environment(OMNINODE_DEBUG="1"), capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert done.returncode == 1
    assert "DEBUG prompt_parsing: completed, made requirements, " in done.stderr
    assert "Traceback (most recent call last):" in done.stderr


def test_interrupt(tmp_path: Path) -> None:
    """Ctrl-C ends the command with 130; nothing was written."""
    prompt = tmp_path / "prompt"
    os.mkfifo(prompt)
    process = subprocess.Popen(
        [*COMMAND, "@prompt"], cwd=tmp_path, env=environment(), stderr=subprocess.PIPE, text=True
    )
    # Opening waits for the reader; then the command waits for a prompt that never comes.
    with process, prompt.open("wb"):
        process.send_signal(signal.SIGINT)
        _, stderr = process.communicate(timeout=60)

    assert (process.returncode, stderr) == (130, "\nCancelled. Nothing was changed.\n")
    assert list(tmp_path.iterdir()) == [prompt]


@pytest.mark.parametrize(
    ("variables", "has_color"),
    [
        ({"TERM": "xterm"}, True),
        ({"TERM": "xterm", "NO_COLOR": "1"}, False),
        ({"TERM": "dumb"}, False),
    ],
    ids=["terminal", "no-color", "dumb"],
)
def test_color(tmp_path: Path, variables: dict[str, str], has_color: bool) -> None:
    """Only a terminal gets colours, and only if its user wants them."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [*COMMAND, "Create a node"], cwd=tmp_path, env=environment(**variables), stderr=theirs
    ) as process:
        os.close(theirs)
        shown = _everything(ours)
        process.wait(60)

    assert ("[\x1b[31m✗\x1b[0m]" in shown, "[✗]" in shown) == (has_color, not has_color)
    assert ("\x1b" in shown) is has_color


@pytest.mark.parametrize(
    ("answers", "code", "made"),
    [("a\n", 130, []), ("c\n" * 9, 0, ["generated_nodes"])],
    ids=["abort", "continue"],
)
def test_interactive(tmp_path: Path, answers: str, code: int, made: list[str]) -> None:
    """On a terminal each stage is shown and asked about."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [*COMMAND, PROMPT, "--interactive"], cwd=tmp_path, env=environment(TERM="dumb"),
        stdin=theirs, stderr=theirs, stdout=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        os.close(theirs)
        os.write(ours, answers.encode())
        shown = _everything(ours)
        process.communicate(timeout=60)

    assert "Prompt Parsing made:" in shown
    assert process.returncode == code
    assert [path.name for path in tmp_path.iterdir()] == made


def _everything(terminal: int) -> str:
    """Return what is written to a terminal until nobody has it open."""
    shown = b""
    try:
        while chunk := os.read(terminal, 1 << 16):
            shown += chunk
    except OSError:  # How Linux says that the other side is closed.
        pass
    os.close(terminal)
    return shown.decode("utf-8", "replace")
