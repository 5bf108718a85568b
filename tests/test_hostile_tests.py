"""Tests that misbehave: whatever they do, the answer comes in time and is right."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from onexgen.actions.execute import Execute, ExecuteOptions
from onexgen.session import Session

OK = "def test_before():\n    assert True\n\n\n"


def executed(cwd: Path, body: str, **options: Any) -> dict[str, Any]:
    """Return what comes out of one file of tests; `{place}` in it is a file that outlives them."""
    text = OK + body.replace("{place}", str(cwd / "place"))
    files = {"__init__.py": "", "tests/test_a.py": text, **options.pop("files", {})}
    chosen = {"package": "soup", "timeout": 30.0, **options}
    workspace = Session("pipelines/test.yaml", cwd=cwd).workspace()
    result = Execute(workspace)(ExecuteOptions(files=files, **chosen))
    assert isinstance(result, dict)
    return result


def errors(result: dict[str, Any]) -> list[tuple[str, str]]:
    """Return name and error of what failed."""
    return [(one["name"], one["error"]) for one in result["failed_tests"]]


def is_gone(process: int) -> bool:
    """Tell whether a process has ended, or is about to."""
    for _ in range(100):
        try:
            state = Path(f"/proc/{process}/stat").read_text("utf-8").rpartition(")")[2].split()[0]
        except OSError:
            return True
        if state == "Z":
            return True
        time.sleep(0.05)
    return False


FORKS = {
    "child": "subprocess.Popen(['sleep', '600'])",
    "own session": "subprocess.Popen(['sleep', '600'], start_new_session=True)",
    "no variables": "subprocess.Popen(['/bin/sleep', '600'], start_new_session=True, env={})",
}
DAEMON = """\
import os, pathlib, time


def test_daemon():
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            os.closerange(0, 100)
            pathlib.Path("{place}").write_text(str(os.getpid()))
            time.sleep(600)
        os._exit(0)
    while not pathlib.Path("{place}").exists() or not pathlib.Path("{place}").read_text():
        time.sleep(0.01)
"""


@pytest.mark.parametrize("start", FORKS.values(), ids=FORKS)
@pytest.mark.parametrize("waits", [False, True])
def test_children_end(start: str, waits: bool, tmp_path: Path) -> None:
    """What tests started ends with them, in time or when time is up, wherever it has gone."""
    body = (
        "import pathlib, subprocess, threading\n\n\n"
        f"def test_child():\n    child = {start}\n"
        "    pathlib.Path('{place}').write_text(str(child.pid))\n"
    )
    body += "    threading.Event().wait()\n" * waits

    result = executed(tmp_path, body, timeout=4.0 if waits else 30.0)

    assert result["is_passing"] is not waits
    assert result["timed_out"] is waits
    assert waits or result["left_behind"] == 1
    assert is_gone(int((tmp_path / "place").read_text()))


def test_daemon_ends(tmp_path: Path) -> None:
    """A process that has left its session and its parent is found, too."""
    result = executed(tmp_path, DAEMON)

    assert (result["is_passing"], result["left_behind"]) == (True, 1)
    assert is_gone(int((tmp_path / "place").read_text()))


def test_whoever_watches_is_killed(tmp_path: Path) -> None:
    """Tests that kill the process that watches them end as well, and have not passed."""
    body = (
        "import os, pathlib, signal, threading\n\n\n"
        "def test_kill():\n    pathlib.Path('{place}').write_text(str(os.getpid()))\n"
        "    os.kill(os.getppid(), signal.SIGKILL)\n    threading.Event().wait()\n"
    )

    result = executed(tmp_path, body)

    assert result["is_passing"] is False
    said = "Ended: SIGKILL ended the tests before they had reported"
    # What was printed last may have ended with the one that read it.
    assert [error for _, error in errors(result)] == [said]
    assert is_gone(int((tmp_path / "place").read_text()))


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ("os._exit(0)", "Ended: the tests left Python with exit code 0 before they had reported"),
        ("os._exit(1)", "Ended: the tests left Python with exit code 1 before they had reported"),
        ("os.killpg(0, signal.SIGKILL)", "Ended: SIGKILL ended the tests before they had reported"),
        ("ctypes.string_at(0)", "Ended: SIGSEGV ended the tests before they had reported"),
    ],
)
def test_python_ends(line: str, error: str, tmp_path: Path) -> None:
    """Tests that end Python have not passed, whatever the exit code; those before them count."""
    body = f"import ctypes, os, signal\n\n\ndef test_end():\n    {line}\n"

    result = executed(tmp_path, body)

    assert (result["passed"], result["errors"], result["is_passing"]) == (1, 1, False)
    assert errors(result) == [("test_end", error)]


def test_much_is_printed(tmp_path: Path) -> None:
    """A hundred megabytes of output are no result, and need no memory here."""
    body = (
        "import os\n\n\ndef test_print(capfd):\n    with capfd.disabled():\n"
        "        for _ in range(1000):\n            os.write(1, b'x' * 99_999 + b'\\n')\n"
    )
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    result = executed(tmp_path, body)

    assert (result["passed"], result["is_passing"]) == (2, True)
    assert len(result["stdout"]) <= 20_000
    # In kilobytes: far less than was printed.
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000


def test_huge_error(tmp_path: Path) -> None:
    """An error of thirty megabytes is told by its beginning and its end."""
    result = executed(tmp_path, "def test_huge():\n    raise ValueError('x' * 30_000_000)\n")

    [(name, error)] = errors(result)
    assert (name, result["passed"], result["failed"]) == ("test_huge", 1, 1)
    assert error.startswith("ValueError: xxx")
    assert len(error) < 21_000


FILL = {
    "one file": "with open('{place}', 'wb') as file:\n"
    "        while True:\n            file.write(b'x' * 1_000_000)",
    "many files": "n = 0\n    while True:\n        n += 1\n"
    "        (tmp_path / str(n)).write_bytes(b'x' * 1_000_000)\n        time.sleep(0.002)",
}


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (FILL["one file"], "OSError: [Errno 27] File too large"),
        (FILL["many files"], "Overflow: the tests wrote more than 50 MB"),
    ],
    ids=FILL,
)
def test_disk_is_not_filled(body: str, error: str, tmp_path: Path) -> None:
    """Tests may write only so much, in one file or in many."""
    result = executed(tmp_path, f"import time\n\n\ndef test_fill(tmp_path):\n    {body}\n",
                      megabytes=50)  # fmt: skip

    assert result["is_passing"] is False
    assert ("test_fill", error) in errors(result)
    file = tmp_path / "place"
    assert not file.exists() or file.stat().st_size <= 50_000_000


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    """Output that is not UTF-8 is shown as well as it can be."""
    body = (
        "import os\n\n\ndef test_bytes():\n    os.write(1, b'\\xff\\xfe caf\\xe9\\n')\n"
        "    raise ValueError('\\udcff \\x00 \\x1b[1m')\n"
    )

    result = executed(tmp_path, body)

    assert (result["passed"], result["failed"], len(result["failed_tests"])) == (1, 1, 1)
    assert result["failed_tests"][0]["error"].startswith("ValueError: ")
    assert "caf\ufffd" in result["stdout"]


BROKEN = {
    "package": ({"__init__.py": "1 / 0\n"}, "from soup import x\n", "ZeroDivisionError: "),
    "conftest": ({"tests/conftest.py": "def broken(:\n"}, "", "SyntaxError: "),
    "syntax": ({"tests/test_b.py": "def test(:\n"}, "", "SyntaxError: "),
    "collection": ({"tests/test_b.py": "raise OSError('no')\n"}, "", "OSError: no"),
    "exit": ({"tests/test_b.py": "import sys\nsys.exit(0)\n"}, "", "SystemExit: 0"),
    "exit in conftest": ({"tests/conftest.py": "import os\nos._exit(0)\n"}, "", "Ended: the tests"),
}


@pytest.mark.parametrize(("files", "body", "error"), BROKEN.values(), ids=BROKEN)
def test_nothing_can_be_collected(
    files: dict[str, str], body: str, error: str, tmp_path: Path
) -> None:
    """What keeps tests from being collected is the error, and nothing has passed."""
    result = executed(tmp_path, body, files=files)

    assert result["is_passing"] is False
    assert any(said.startswith(error) for _, said in errors(result)), errors(result)


def test_all_are_skipped(tmp_path: Path) -> None:
    """Tests that were all skipped have shown nothing; why is said once."""
    text = (
        "import pytest\n\n\n@pytest.mark.skip('no oven')\n@pytest.mark.parametrize('n', [1, 2])\n"
    )
    text += "def test_bake(n):\n    pass\n"
    result = executed(tmp_path, "", files={"tests/test_a.py": text})

    assert (result["skipped"], result["is_passing"], result["exit_code"]) == (2, False, 0)
    assert result["not_run"] == ["2 tests: no oven"]
    assert errors(result) == [("all tests", "Skipped: all 2 tests, none was run. no oven")]


@pytest.mark.slow
def test_ten_thousand_tests(tmp_path: Path) -> None:
    """Ten thousand tests are counted, and those that fail among them."""
    body = (
        "import pytest\n\n\n@pytest.mark.parametrize('n', range(10_000))\n"
        "def test_n(n):\n    assert n % 100\n"
    )

    result = executed(tmp_path, body, timeout=300.0)

    assert (result["passed"], result["failed"], result["total"]) == (9_901, 100, 10_001)
    assert len(result["failed_tests"]) == 100


def test_flaky(tmp_path: Path) -> None:
    """What fails in some of three runs only is flaky and has not passed; the rest is as it was."""
    body = (
        "import pathlib\n\n\ndef test_luck():\n    place = pathlib.Path('{place}')\n"
        "    runs = len(place.read_text()) if place.exists() else 0\n"
        "    place.write_text('x' * (runs + 1))\n    assert runs\n\n\n"
        "def test_always():\n    assert 1 == 2\n"
    )

    result = executed(tmp_path, body, tell_flaky=True)

    assert (result["runs"], result["flaky_tests"]) == (3, ["test_luck"])
    assert (result["passed"], result["failed"], result["is_passing"]) == (1, 2, False)
    assert errors(result) == [
        ("test_luck", "Flaky: failed in 1 of 3 runs: assert 0"),
        ("test_always", "assert 1 == 2"),
    ]


def test_flaky_alone_is_no_pass(tmp_path: Path) -> None:
    """A second run that passes changes nothing."""
    body = (
        "import pathlib\n\n\ndef test_luck():\n    place = pathlib.Path('{place}')\n"
        "    is_there = place.exists()\n    place.touch()\n    assert is_there\n"
    )

    result = executed(tmp_path, body, tell_flaky=True)

    assert (result["is_passing"], result["flaky_tests"]) == (False, ["test_luck"])


def test_cancelled(tmp_path: Path) -> None:
    """Ctrl-C ends the tests with all that they started."""
    folder = tmp_path / "soup"
    (folder / "tests").mkdir(parents=True)
    (folder / "__init__.py").touch()
    text = (
        "import os, pathlib, threading\n\n\ndef test_wait():\n"
        f"    pathlib.Path({str(tmp_path / 'place')!r}).write_text(str(os.getpid()))\n"
        "    threading.Event().wait()\n"
    )
    (folder / "tests/test_a.py").write_text(text)
    running = subprocess.Popen(
        [sys.executable, "-m", "onexgen", "test", "soup", "--quiet"],
        cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={**os.environ},
    )  # fmt: skip
    place = tmp_path / "place"
    end = time.monotonic() + 60
    while not (place.exists() and place.read_text()):
        assert time.monotonic() < end
        assert running.poll() is None
        time.sleep(0.02)
    running.send_signal(signal.SIGINT)
    _, said = running.communicate(timeout=60)

    assert running.returncode == 130
    assert said.decode().endswith("Cancelled. Nothing was changed.\n")
    assert is_gone(int(place.read_text()))
