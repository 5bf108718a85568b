"""Runs one program with a time limit; the programs that it started end with it."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

# Time for clean-up code to stop servers that have left the process group.
_GRACE_SECONDS: Final = 3.0
_TAIL_BYTES: Final = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """How a program ended; of what it printed, the end."""

    exit_code: int
    stdout: str
    stderr: str
    seconds: float
    timed_out: bool


def run(
    command: Sequence[str],
    *,
    folder: Path,
    environment: Mapping[str, str],
    logs: Path,
    seconds: float,
) -> Finished:
    """Run a program in `folder`; what it prints goes to files in `logs`."""
    # Files and no pipes: a program left behind could keep a pipe open for ever.
    with (logs / "stdout").open("wb+") as out, (logs / "stderr").open("wb+") as err:
        started = time.perf_counter()
        process = subprocess.Popen(
            command, cwd=folder, env=dict(environment), stdin=subprocess.DEVNULL,
            stdout=out, stderr=err, start_new_session=True,
        )  # fmt: skip
        try:
            timed_out = not _ended_within(process, seconds)
            if timed_out:
                _interrupt(process)
        finally:
            # Also after Ctrl-C, and after a normal end: a group of its own hears nothing of ours.
            _signal_group(process.pid, signal.SIGKILL)
            process.wait()
        return Finished(
            exit_code=process.returncode,
            stdout=_tail(out),
            stderr=_tail(err),
            seconds=time.perf_counter() - started,
            timed_out=timed_out,
        )


def _ended_within(process: subprocess.Popen[bytes], seconds: float) -> bool:
    try:
        process.wait(max(seconds, 0.0))
    except subprocess.TimeoutExpired:
        return False
    return True


def _interrupt(process: subprocess.Popen[bytes]) -> None:
    """Ask the program to clean up and end, as Ctrl-C does."""
    _signal_group(process.pid, signal.SIGINT)
    _ended_within(process, _GRACE_SECONDS)


def _signal_group(group: int, number: signal.Signals) -> None:
    # The group may be gone, or hold only what another user owns.
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)


def _tail(file: IO[bytes]) -> str:
    size = file.seek(0, os.SEEK_END)
    file.seek(max(size - _TAIL_BYTES, 0))
    return file.read().decode("utf-8", "replace")
