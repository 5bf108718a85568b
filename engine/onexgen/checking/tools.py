"""Runs the programs that rules name."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from onexgen.actions.base import Workspace
from onexgen.diagnostics import OutsideError, TimeoutExceeded
from onexgen.json_types import Json, JsonObject


@dataclass(frozen=True, slots=True)
class Line:
    """One finding that a program printed; `file` is relative to where it ran."""

    file: str
    line: int
    column: int
    code: str
    message: str


def find_program(name: str) -> str | None:
    """Return a program that came with this interpreter, else the one on PATH."""
    beside = Path(sys.executable).parent / name
    return str(beside) if beside.is_file() else shutil.which(name)


def run_tool(tool: Mapping[str, Json], folder: Path, context: JsonObject, w: Workspace) -> str:
    """Run a program in a folder and return what it printed; None of its exit codes is an error."""
    command = [str(part) for part in w.expressions.fill_all(tool["command"], context)]
    program = find_program(command[0])
    if program is None:
        raise OutsideError(
            f"the program '{command[0]}' is not installed",
            help=f"install it: pip install {command[0]}",
        )
    w.deadline.check()
    timeout = min(float(str(tool["timeout"])), w.deadline.remaining())
    try:
        done = subprocess.run(
            [program, *command[1:]], cwd=folder, capture_output=True,
            text=True, encoding="utf-8", errors="replace",
            timeout=max(timeout, 0.001), check=False, stdin=subprocess.DEVNULL,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        w.deadline.check()
        raise TimeoutExceeded(f"{command[0]} took longer than {timeout:.0f} s") from error
    if done.returncode not in (0, 1):
        first = (done.stderr.strip() or done.stdout.strip()).splitlines()[:1]
        said = f"{command[0]} failed with exit code {done.returncode}: {''.join(first)}"
        raise OutsideError(said)
    return done.stdout


def parsed(output: str, pattern: str) -> list[Line]:
    """Return the findings in a program's output."""
    found = []
    for match in re.finditer(pattern, output, re.MULTILINE):
        groups = match.groupdict()
        found.append(
            Line(
                file=groups.get("file") or "",
                line=int(groups.get("line") or 1),
                column=int(groups.get("column") or 1),
                code=groups.get("code") or "",
                message=groups.get("message") or match[0],
            )
        )
    return found
