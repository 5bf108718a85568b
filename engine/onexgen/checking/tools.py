"""Runs the programs that rules name."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from onexgen.actions.base import Workspace
from onexgen.diagnostics import OutsideError, TimeoutExceeded
from onexgen.json_types import Json, JsonObject

# A command line holds 2 MB on Linux: names of files beyond this go to a further call.
_LONGEST: Final = 500_000


class Line(NamedTuple):
    """One finding that a program printed; `file` is relative to where it ran."""

    file: str
    line: int
    column: int
    code: str
    message: str


class Task(NamedTuple):
    """What a program is to look at: name, root and files of each package, in one folder."""

    folder: Path
    packages: Sequence[tuple[str, str, Sequence[str]]]

    def parts(self) -> Iterator[JsonObject]:
        """Yield the names that a command may use, for as many calls as needed."""
        names: list[Json] = []
        roots: list[Json] = []
        files: list[Json] = []
        size = 0
        for name, root, paths in self.packages:
            size += sum(map(len, paths))
            if names and size > _LONGEST:
                yield {"packages": names, "roots": roots, "files": files}
                names, roots, files, size = [], [], [], 0
            names.append(name)
            roots.append(root)
            files.extend(paths)
        yield {"packages": names, "roots": roots, "files": files}


class Running:
    """A program at work."""

    def __init__(self, tool: Mapping[str, Any], task: Task, workspace: Workspace) -> None:
        """Prepare the calls; start none."""
        self._commands = [command_of(tool, part, workspace) for part in task.parts()]
        self._folder = task.folder
        self._tool = tool
        limit = float(tool["timeout"]) * max(1, len(task.packages))
        self._deadline = workspace.deadline
        self._timeout = min(limit, self._deadline.remaining())
        self._name = ""
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Begin with the first call: until its output is asked for, one may do other things."""
        write_beside(self._tool, self._folder)
        self._process = self._started(self._commands.pop(0))

    def lines(self) -> list[Line]:
        """Wait for all calls and return what they found."""
        return parsed(self.output(), self._tool["output"])

    def output(self) -> str:
        """Wait for all calls and return what they printed: 0 and 1 are no failures."""
        outputs = []
        while self._process is not None or self._commands:
            process = self._process or self._started(self._commands.pop(0))
            outputs.append(self._finished(process))
        return "".join(outputs)

    def stop(self) -> None:
        """End the program, if it still runs."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def _started(self, command: list[str]) -> subprocess.Popen[str]:
        self._name = command[0]
        program = find_program(self._name)
        self._deadline.check()
        if program is None:
            raise OutsideError(
                f"the program '{self._name}' is not installed",
                help=f"install it: pip install {self._name}",
            )
        return subprocess.Popen(
            [program, *command[1:]], cwd=self._folder, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            text=True, encoding="utf-8", errors="replace",
        )  # fmt: skip

    def _finished(self, process: subprocess.Popen[str]) -> str:
        self._process = process
        try:
            out, err = process.communicate(timeout=max(self._timeout, 0.001))
        except subprocess.TimeoutExpired as error:
            self.stop()
            self._deadline.check()
            said = f"{self._name} took longer than {max(self._timeout, 0):.0f} s"
            raise TimeoutExceeded(said) from error
        self._process = None
        if process.returncode not in (0, 1):
            first = (err.strip() or out.strip()).splitlines()[:1]
            said = f"{self._name} failed with exit code {process.returncode}: {''.join(first)}"
            raise OutsideError(said)
        return out


def write_beside(tool: Mapping[str, Any], folder: Path) -> None:
    """Write the files that a program needs into the folder where it runs."""
    for name, text in tool["beside"].items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def command_of(tool: Mapping[str, Any], context: JsonObject, workspace: Workspace) -> list[str]:
    """Return the words of a command; an item that yields a list gives a word for each of it."""
    words: list[str] = []
    for item in workspace.expressions.fill_all(tool["command"], context):
        words += map(str, item) if isinstance(item, list) else [str(item)]
    return words


def find_program(name: str) -> str | None:
    """Return a program that came with this interpreter, else the one on PATH."""
    beside = Path(sys.executable).parent / name
    return str(beside) if beside.is_file() else shutil.which(name)


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
