"""What programs say of packages: all are started, then waited for; no text is shown twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from onexgen.actions.base import Workspace
from onexgen.checking.globs import selected
from onexgen.checking.looking import MOST_TEXTS
from onexgen.checking.measuring import Found
from onexgen.checking.packages import Packages
from onexgen.checking.tools import Line, Running, Task, find_program
from onexgen.diagnostics import OutsideError, TimeoutExceeded

if TYPE_CHECKING:
    from onexgen.checking.forking import Forking

type Told = list[dict[str, list[Found] | str]]
"""For each package: id of a check -> what its program found, or why it did not run."""


@dataclass(slots=True)
class _Known:
    """What one program said: by the place of each file, the text it saw and what it found."""

    texts: dict[str, str] = field(default_factory=dict)
    found: dict[str, list[Found]] = field(default_factory=dict)

    def forget(self) -> None:
        """Know nothing any more."""
        self.texts.clear()
        self.found.clear()


class _Question(NamedTuple):
    """A check, the files of each package that its program is asked about, and the program."""

    check: Mapping[str, Any]
    asked: list[tuple[str, ...]]
    running: Running | Forking | None
    missing: str = ""
    """Why the program cannot be asked."""
    tell: bool = False
    """Whether a program that fails is told of, in place of an error."""


class Asker:
    """Asks programs, and remembers what those that look at single files said of a text."""

    def __init__(self, workspace: Workspace) -> None:
        """Know what was heard in earlier runs."""
        self._workspace = workspace
        self._known: dict[str, _Known] = workspace.memory.setdefault("asked", {})

    @contextmanager
    def asked(
        self,
        checks: Sequence[Mapping[str, Any]],
        packages: Sequence[tuple[str, Mapping[str, str]]],
        *,
        tell: bool = False,
    ) -> Iterator[Callable[[], Told]]:
        """Start the programs of some checks; what is yielded waits for what they say.

        Meanwhile one may do other things. A program that is missing is an error, unless `tell`.
        """
        if not checks:
            yield lambda: [{} for _ in packages]
            return
        written = Packages(self._workspace.scratch, packages)
        with ExitStack() as started:
            questions = [self._question(check, written, tell=tell) for check in checks]
            for question in questions:
                if question.running is not None:
                    started.callback(question.running.stop)
                    question.running.start()
            yield lambda: self._answers(questions, written)

    def _question(self, check: Mapping[str, Any], packages: Packages, *, tell: bool) -> _Question:
        known = self._known_of(check)
        if len(known.texts) > MOST_TEXTS:
            known.forget()
        is_by_file = check["tool"]["by_file"]
        names = packages.without(known.texts) if is_by_file else packages.names
        asked = [selected(own, check["files"]) for own in names]
        if not is_by_file and known.texts == dict(packages.places(asked)):
            asked = [() for _ in asked]
        missing = _missing(check["tool"])
        if tell and missing:
            return _Question(check, asked, None, missing)
        task = packages.task(asked)
        running = self._running(check["tool"], task) if task.packages else None
        return _Question(check, asked, running, tell=tell)

    def _known_of(self, check: Mapping[str, Any]) -> _Known:
        """Return what a check's program said; its place tells it from others of that name."""
        return self._known.setdefault(check["at"], _Known())

    def _running(self, tool: Mapping[str, Any], task: Task) -> Running | Forking:
        if not tool["preload"]:
            return Running(tool, task, self._workspace)
        # Imports a third as much again as all else that checks need.
        from onexgen.checking.forking import Forking

        return Forking(tool, task, self._workspace)

    def _answers(self, questions: Sequence[_Question], packages: Packages) -> Told:
        told: Told = [{} for _ in packages.names]
        for question in questions:
            known = self._known_of(question.check)
            if obstacle := question.missing or self._heard(question, known, packages):
                for found in told:
                    found[question.check["id"]] = obstacle
                continue
            everything = packages.all_places(question.check["files"])
            for found, places in zip(told, everything, strict=True):
                seen = [known.found.get(place, []) for place in places]
                found[question.check["id"]] = [item for items in seen for item in items]
        return told

    def _heard(self, question: _Question, known: _Known, packages: Packages) -> str:
        """Learn what a program says; returns why it said nothing, if it did not."""
        if question.running is None:
            return ""
        try:
            lines = question.running.lines()
        except (OutsideError, TimeoutExceeded) as error:
            self._workspace.deadline.check()
            if not question.tell:
                raise
            return str(error)
        if not question.check["tool"]["by_file"]:
            known.forget()
        known.texts.update(packages.places(question.asked))
        _learn(known, question, packages, lines)
        return ""


def _missing(tool: Mapping[str, Any]) -> str:
    """Return why a program cannot be run here, or nothing."""
    if tool["preload"]:
        from onexgen.checking.forking import missing_module

        module = missing_module(tool)
        return f"the module '{module}' is not installed" if module else ""
    program = str(tool["command"][0])
    return "" if find_program(program) else f"the program '{program}' is not installed"


def _learn(known: _Known, question: _Question, packages: Packages, lines: Sequence[Line]) -> None:
    for place, _ in packages.places(question.asked):
        known.found[place] = []
    for line in lines:
        name = packages.name_of(line.file)
        if name is not None:
            words = f"{line.code} {line.message}".strip()
            found = known.found.setdefault(line.file, [])
            found.append((name, line.line, line.column, words))
