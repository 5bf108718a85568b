"""A Python program in a fork of a process that has loaded what the program imports."""

from __future__ import annotations

import multiprocessing
import os
import runpy
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from multiprocessing.connection import wait
from pathlib import Path
from typing import Final

TIMED_OUT: Final = 124
_CONTEXT: Final = multiprocessing.get_context("forkserver")
# Starting one process also looks which others have ended, and an end can be read only once.
_ONE_AT_A_TIME: Final = threading.Lock()


def run(
    program: Sequence[str],
    folder: Path,
    env: Mapping[str, str],
    seconds: float,
    preload: Sequence[str] = (),
) -> tuple[int, str]:
    """Run `-m MODULE ARGUMENTS` or `SCRIPT ARGUMENTS` as a new interpreter would.

    What is to `preload` is imported once, before the first of all programs is run; a module that
    is not there is no error here.

    Returns the exit code, `TIMED_OUT` after so many `seconds`, and what was written to standard
    output and error, in the order in which it was written.
    """
    with tempfile.NamedTemporaryFile(prefix="onexgen-said-") as said:
        arguments = (list(program), str(folder), dict(env), said.name)
        with _ONE_AT_A_TIME:
            _CONTEXT.set_forkserver_preload([*preload])
            process = _CONTEXT.Process(target=_become, args=arguments)
            process.start()
        is_over = bool(wait([process.sentinel], seconds))
        with _ONE_AT_A_TIME:
            if not is_over:
                process.kill()
            process.join()
        if not is_over:
            return TIMED_OUT, "timeout"
        return process.exitcode or 0, Path(said.name).read_text("utf-8", errors="replace")


def _become(program: list[str], folder: str, env: dict[str, str], said: str) -> None:
    _redirect(said)
    os.environ.clear()
    os.environ.update(env)
    os.chdir(folder)
    sys.dont_write_bytecode = bool(env.get("PYTHONDONTWRITEBYTECODE"))
    # What it raises at its end becomes its exit code and its traceback as in an interpreter:
    # that is what a Process does.
    _run(program, folder, env.get("PYTHONPATH", "").split(os.pathsep))


def _redirect(said: str) -> None:
    """Let standard output and error write to one file, unbuffered, and input be empty."""
    out = os.open(said, os.O_WRONLY | os.O_TRUNC | os.O_APPEND)
    empty = os.open(os.devnull, os.O_RDONLY)
    for here, there in ((empty, 0), (out, 1), (out, 2)):
        os.dup2(here, there)
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 - lasts as the process does
    sys.stdout = open(1, "w", encoding="utf-8", buffering=1, closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", encoding="utf-8", buffering=1, closefd=False)  # noqa: SIM115


def _run(program: list[str], folder: str, further: list[str]) -> None:
    is_module = program[0] == "-m"
    name, sys.argv = (program[1], program[1:]) if is_module else (program[0], program)
    first = folder if is_module else str(Path(name).parent)
    known = [entry for entry in sys.path if entry]
    sys.path[:] = [first, *filter(None, further), *known]
    if is_module:
        runpy.run_module(name, run_name="__main__", alter_sys=True)
    else:
        runpy.run_path(name, run_name="__main__")
