"""Runs one program with limits; everything that it started ends with it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from onexgen.testing import warden

# Imported and not run as a file: so its bytecode is kept.
_BEGIN: Final = "import sys; sys.path.append(sys.argv.pop(1)); import warden; warden.main()"
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
    stdout, stderr = watched / "stdout", watched / "stderr"
    seconds = max(limits.seconds, 0.0)
    # The order is that of `warden.Orders`.
    places = [folder, watched, stdout, stderr]
    orders = [*map(str, [*places, seconds, _GRACE_SECONDS, limits.most_bytes]), *command]
    started = time.perf_counter()
    answer = _obeyed(orders, {**environment, "TMPDIR": str(_temporary(watched))}, seconds)
    if answer is None:
        _kill_marked(_temporary(watched))
        answer = [-signal.SIGKILL, time.perf_counter() - started, False, False, 0]
    code, took, timed_out, overflowed, left_behind = answer
    return Finished(
        exit_code=int(code),
        stdout=_text(stdout),
        stderr=_text(stderr),
        seconds=took,
        timed_out=bool(timed_out),
        overflowed=bool(overflowed),
        left_behind=int(left_behind),
    )


def _temporary(watched: Path) -> Path:
    # A short name: the path of a socket may have 108 bytes.
    folder = watched / "t"
    folder.mkdir(exist_ok=True)
    return folder


def _obeyed(
    orders: Sequence[str], environment: Mapping[str, str], seconds: float
) -> list[float] | None:
    """Return what the warden says; None if the program has ended even that."""
    at = str(Path(warden.__file__).parent)
    command = [sys.executable, "-I", "-S", "-c", _BEGIN, at, *orders]
    process = subprocess.Popen(
        command, env=dict(environment), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    with process:
        try:
            process.wait(seconds + _GRACE_SECONDS + _PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
        except BaseException:
            # Ctrl-C: the warden ends everything when its lifeline is cut.
            _cut(process)
            raise
        # An answer is shorter than what a pipe holds: it is all there.
        said = process.stdout.read() if process.stdout and process.wait() == 0 else b""
    answer = [float(number) for number in said.split()]
    return answer or None


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
