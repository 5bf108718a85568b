"""Runs Python programs for each package by itself, forked from a process that has loaded much."""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from onexgen.actions.base import Workspace
from onexgen.checking import forked
from onexgen.checking.tools import Line, Task, command_of, find_program, parsed, write_beside
from onexgen.diagnostics import OutsideError, TimeoutExceeded
from onexgen.json_types import Json, JsonObject


class Forking:
    """Programs at work, one after the other: each is short, and there are many."""

    def __init__(self, tool: Mapping[str, Any], task: Task, workspace: Workspace) -> None:
        """Prepare the calls; start none."""
        self._tool, self._task, self._workspace = tool, task, workspace
        self._limit = float(tool["timeout"])

    def start(self) -> None:
        """Do nothing yet."""

    def stop(self) -> None:
        """Do nothing: no program outlives the call that asked for it."""

    def lines(self) -> list[Line]:
        """Run the program for each package; return what it found, by the files of the task."""
        return [line for one in self._task.packages for line in self._found(*one)]

    def _found(self, package: str, root: str, files: Sequence[str]) -> Iterator[Line]:
        project = str(Path(root).parent)
        folder = self._task.folder / project
        write_beside(self._tool, folder)
        inside: list[Json] = [os.path.relpath(file, project) for file in files]
        names: JsonObject = {
            "packages": [package],
            "roots": [os.path.relpath(root, project)],
            "files": inside,
        }
        code, output = self._ran(command_of(self._tool, names, self._workspace), folder)
        found = parsed(output, self._tool["output"])
        for line in found:
            yield line._replace(file=_place(line.file, project, self._task.folder))
        if code and not found and self._tool["fails"]:
            said = (output.strip().splitlines() or [f"exit code {code}"])[-1]
            first = min(files, key=lambda file: (file.count("/"), file))
            yield Line(first, 1, 1, "", said.strip())

    def _ran(self, command: Sequence[str], folder: Path) -> tuple[int, str]:
        deadline = self._workspace.deadline
        deadline.check()
        program = _program(command)
        seconds = min(self._limit, deadline.remaining())
        env = {**os.environ, "PYTHONPATH": str(folder / "src"), "PYTHONDONTWRITEBYTECODE": "1"}
        code, output = forked.run(program, folder, env, seconds, self._tool["preload"])
        if code == forked.TIMED_OUT:
            deadline.check()
            raise TimeoutExceeded(f"{program[-1]} took longer than {seconds:.0f} s")
        return code, output


def missing_module(tool: Mapping[str, Any]) -> str:
    """Return the first module that is to be loaded and is not installed, or nothing."""
    tops = (name.partition(".")[0] for name in tool["preload"])
    return next((top for top in tops if importlib.util.find_spec(top) is None), "")


def _program(command: Sequence[str]) -> list[str]:
    if command[0] == "python":
        return [*command[1:]]
    script = find_program(command[0])
    if script is None or Path(script).parent != Path(sys.executable).parent:
        raise OutsideError(f"there is no script '{command[0]}' in this environment")
    return [script, *command[1:]]


def _place(file: str, project: str, folder: Path) -> str:
    """Return a path that a program printed as one from the folder of all packages on."""
    if Path(file).is_absolute():
        return os.path.relpath(os.path.realpath(file), os.path.realpath(folder))
    return os.path.normpath(f"{project}/{file}")
