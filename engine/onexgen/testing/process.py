"""Runs one program with limits; everything that it started ends with it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from onexgen.testing import warden

# Time for clean-up code to stop servers that have left the process group.
_GRACE_SECONDS: Final = 3.0
# More than the warden needs to end everything.
_PATIENCE_SECONDS: Final = 15.0
_TAIL_CHARACTERS: Final = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a program may use: seconds, and bytes in one file and in the watched folder."""

    seconds: float
    most_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """How a program ended; of what it printed, the beginning and the end.

    `overflowed`: it was stopped since it wrote too much. `left_behind`: how many processes of its
    were still there when it had ended.
    """

    exit_code: int
    stdout: str
    stderr: str
    seconds: float
    timed_out: bool
    overflowed: bool = False
    left_behind: int = 0

    @property
    def tail(self) -> tuple[str, str]:
        """Return the ends of both outputs, short enough to be shown."""
        return self.stdout[-_TAIL_CHARACTERS:], self.stderr[-_TAIL_CHARACTERS:]


def run(
    command: Sequence[str],
    *,
    folder: Path,
    environment: Mapping[str, str],
    watched: Path,
    limits: Limits,
) -> Finished:
    """Run a program in `folder`; what it prints goes to files in `watched`.

    `watched` is its folder for temporary files, too: by that its processes are known.
    """
    orders: warden.Orders = {
        "command": list(command), "folder": str(folder), "seconds": max(limits.seconds, 0.0),
        "grace": _GRACE_SECONDS, "watched": str(watched), "most_bytes": limits.most_bytes,
        "stdout": str(watched / "stdout"), "stderr": str(watched / "stderr"),
    }  # fmt: skip
    answer = _obeyed(orders, {**environment, "TMPDIR": str(_temporary(watched))})
    if not answer:
        _kill_marked(_temporary(watched))
    return Finished(
        exit_code=answer.get("exit_code", -signal.SIGKILL),
        stdout=_text(watched / "stdout"),
        stderr=_text(watched / "stderr"),
        seconds=answer.get("seconds", 0.0),
        timed_out=answer.get("timed_out", False),
        overflowed=answer.get("overflowed", False),
        left_behind=answer.get("left_behind", 0),
    )


def _temporary(watched: Path) -> Path:
    # A short name: the path of a socket may have 108 bytes.
    folder = watched / "t"
    folder.mkdir(exist_ok=True)
    return folder


def _obeyed(orders: warden.Orders, environment: Mapping[str, str]) -> dict[str, Any]:
    """Return what the warden says; nothing if the program has ended even that."""
    command = [sys.executable, "-I", "-S", str(warden.__file__), json.dumps(orders)]
    process = subprocess.Popen(
        command, env=dict(environment), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    with process:
        try:
            process.wait(orders["seconds"] + orders["grace"] + _PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
        except BaseException:
            # Ctrl-C: the warden ends everything when its lifeline is cut.
            _cut(process)
            raise
        # An answer is shorter than what a pipe holds: it is all there.
        said = process.stdout.read() if process.stdout and process.wait() == 0 else b""
    try:
        answer: dict[str, Any] = json.loads(said)
    except ValueError:
        return {}
    return answer


def _cut(process: subprocess.Popen[bytes]) -> None:
    if process.stdin:
        process.stdin.close()
    try:
        process.wait(_PATIENCE_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()


def _kill_marked(temporary: Path) -> None:
    """Kill what a killed warden has left: processes with this folder for temporary files."""
    mark = f"TMPDIR={temporary}\0".encode()
    for environ in Path("/proc").glob("[0-9]*/environ"):
        with suppress(OSError):
            if mark in environ.read_bytes():
                os.kill(int(environ.parent.name), signal.SIGKILL)


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8", "replace")
    except OSError:
        return ""
