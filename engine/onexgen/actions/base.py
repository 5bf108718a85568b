"""What an action is, and all that it may reach."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Protocol

from onexgen.checking.scratch import Scratch
from onexgen.diagnostics import TimeoutExceeded, UsageError, closest
from onexgen.expressions import Expressions
from onexgen.json_types import Json
from onexgen.plan import FamilyPlan


class Deadline:
    """A point in time after which nothing more is started."""

    def __init__(
        self,
        seconds: float | None,
        title: str = "the run",
        remedy: str = "give it more time with --timeout",
        *,
        begin: float | None = None,
    ) -> None:
        """Set the deadline `seconds` from `begin`, which is now; None seconds means never."""
        self._begin = time.monotonic() if begin is None else begin
        self._end = None if seconds is None else self._begin + seconds
        self._seconds = seconds
        self._title = title
        self._remedy = remedy

    def remaining(self) -> float:
        """Return the seconds left, infinity without a limit."""
        return float("inf") if self._end is None else self._end - time.monotonic()

    def within(self, seconds: float | None, stage: str, at: str) -> Deadline:
        """Return the earlier of this deadline and that of a stage, `seconds` from now."""
        if seconds is None or seconds >= self.remaining():
            return self
        return Deadline(seconds, f"stage '{stage}'", f"give it more time at {at}")

    def after(self, seconds: float) -> Deadline:
        """Return a deadline that is later by some seconds."""
        return Deadline(self._seconds, self._title, self._remedy, begin=self._begin + seconds)

    def check(self) -> None:
        """Raise TimeoutExceeded when the time is up."""
        if self.remaining() <= 0:
            raise TimeoutExceeded(
                f"{self._title} took longer than {self._seconds:g} s",
                help=self._remedy,
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Elsewhere:
    """The folder of a person who is on another machine: nothing there can be looked at.

    `markers` holds for each place that has a marker what `found_marker` told of it there.
    """

    cwd: str = ""
    markers: Mapping[str, Json] = field(default_factory=dict)


class Workspace:
    """All that an action may reach: compiled documents, templates, the deadline."""

    def __init__(
        self,
        documents: Mapping[str, Json],
        families: Mapping[str, FamilyPlan],
        expressions: Expressions,
        *,
        digests: Mapping[str, str],
        cwd: Path,
        version: str,
        blueprints: Mapping[str, Json],
        pipeline: str,
        deadline: Deadline,
        environment: str | None = None,
        preview: str | None = None,
        keep_failed: Path | None = None,
        memory: dict[str, Any] | None = None,
    ) -> None:
        """Bundle what one run may use; `memory` outlives it, and knows only what stays true."""
        self._documents = documents
        self.families = families
        self.expressions = expressions
        self.digests = digests
        self.cwd = cwd
        self.version = version
        self.blueprints = blueprints
        self.pipeline = pipeline
        self.environment = environment
        self.deadline = deadline
        self.preview = preview
        self.keep_failed = keep_failed
        self.memory = {} if memory is None else memory
        # For whom the result is, when that is not a person at this machine.
        self.elsewhere: Elsewhere | None = None
        self._scratch: Scratch | None = None

    @property
    def scratch(self) -> Scratch:
        """Return the folder in which programs see files."""
        if self._scratch is None:
            self._scratch = Scratch()
        return self._scratch

    def close(self) -> None:
        """Remove what was needed only during the run."""
        if self._scratch is not None:
            self._scratch.close()

    def rules(self, path: str) -> Json:
        """Return the compiled form of a document of the pack."""
        return self._documents[path]

    def family(self, name: str) -> FamilyPlan:
        """Return a family of templates by its name or an alias; one that is not only a parent."""
        choices = [family for family in self.families.values() if not family.abstract]
        for family in choices:
            if name == family.name or name in family.aliases:
                return family
        known = [item.name for item in choices]
        raise UsageError(f"no family of templates is named '{name}'", help=closest(name, known))

    def evaluate(self, expression: str, context: Mapping[str, Json]) -> Json:
        """Return the value of text that may hold `${{ }}` expressions."""
        value: Json = self.expressions.fill(expression, context)
        return value

    def render(self, template: str, context: Mapping[str, Json]) -> str:
        """Return a rendered template."""
        return self.expressions.render(template, context)


class Action(Protocol):
    """A verb: options in, JSON out.

    `Options` is a frozen dataclass; `EMPTY` stands for the output when the step is skipped or
    continued past; `FILES` maps an option that names a document to the kind of that document, or
    to `family` or `blueprint`.
    """

    Options: ClassVar[type[Any]]
    EMPTY: ClassVar[Json]
    FILES: ClassVar[Mapping[str, str]]

    def __init__(self, workspace: Workspace) -> None:
        """Prepare the action for one run."""
        ...

    def __call__(self, options: Any) -> Json:
        """Do the work of one step."""
        ...
