"""From a pack and a pipeline to a runner: the one way in which commands and libraries run."""

from __future__ import annotations

import os
import uuid
from collections.abc import Generator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from onexgen import __version__
from onexgen.actions.base import Deadline, Elsewhere, Workspace
from onexgen.diagnostics import OnexgenError
from onexgen.events import Bus, MemoryBus
from onexgen.expressions import CodeStore, Expressions
from onexgen.json_types import Json, JsonObject
from onexgen.plan import Plan
from onexgen.resources import Pack
from onexgen.runner import Runner
from onexgen.runs import Progress, Request, Run
from onexgen.settings import load_settings
from onexgen.store import PlanStore, Shelf, shelf_of

# What a run knows of itself when somebody else will write what it made.
ELSEWHERE: Final = "elsewhere"


class Session:
    """A compiled pipeline, ready for any number of runs."""

    def __init__(
        self,
        pipeline: str,
        *,
        cwd: Path | None = None,
        environment: str | None = None,
        pack: Pack | None = None,
        passing: bool = False,
    ) -> None:
        """Find, compile and remember a pipeline; raises ConfigError with all that is wrong.

        Without a `pack` it is that of the settings' folder. What is `passing` is not remembered.
        """
        self.cwd = cwd or Path.cwd()
        self.settings = load_settings(self.cwd)
        self.pack = pack or self.settings.pack()
        self.environment = environment = self.settings.environment(environment)
        name = os.path.normpath(pipeline).replace(os.sep, "/")
        outside = self._outside(name)
        store = None if passing else PlanStore(self.pack, name, environment, outside)
        self._codes = CodeStore(store.codes_path, store.engine) if store else CodeStore(None)
        stored = store.load() if store else None
        if stored is None:
            # Compiling needs pydantic and a YAML parser; a warm start never imports them.
            from onexgen.compiler import compile_plan

            shelf = shelf_of(self.pack) if store else Shelf(None)
            try:
                self.plan = compile_plan(self.pack, name, environment, self._codes, outside, shelf)
            finally:
                # What is right with a pack in which something is wrong need not be looked at again.
                shelf.keep()
            if store:
                store.save(self.plan.to_json())
        else:
            self.plan = Plan.from_json(stored)
        self.expressions = Expressions(self._template, codes=self._codes)
        self._memory: dict[str, Any] = {}

    def _outside(self, name: str) -> dict[str, bytes]:
        """Return a pipeline file that is no part of the pack."""
        file = self.cwd / name
        return {} if name in self.pack.files or not file.is_file() else {name: file.read_bytes()}

    def _template(self, name: str) -> str | None:
        raw = self.pack.read(f"templates/{name}")
        return None if raw is None else raw.decode("utf-8-sig")

    def run(
        self,
        inputs: Sequence[JsonObject],
        *,
        bus: Bus | None = None,
        timeout: float | None = None,
        correlation_ids: Sequence[str] = (),
        preview: str | None = None,
        keep_failed: Path | None = None,
        elsewhere: Elsewhere | None = None,
    ) -> Generator[Progress, Mapping[str, Json] | None, list[Run]]:
        """Yield progress; returns one run for each set of inputs."""
        workspace = self.workspace(timeout, preview, keep_failed, elsewhere)
        ids = list(correlation_ids) or [str(uuid.uuid4()) for _ in inputs]
        requests = [
            Request(inputs=given, correlation_id=name)
            for given, name in zip(inputs, ids, strict=True)
        ]
        try:
            return (yield from Runner(self.plan, workspace, bus or MemoryBus())(requests))
        finally:
            workspace.close()
            self.remember()

    def remember(self) -> None:
        """Keep what Jinja2 compiled, for the next start."""
        self._codes.keep()

    def workspace(
        self,
        timeout: float | None = None,
        preview: str | None = None,
        keep_failed: Path | None = None,
        elsewhere: Elsewhere | None = None,
    ) -> Workspace:
        """Return what actions may reach; `preview` (list or diff) makes nothing be written.

        With `elsewhere` nothing is written either: whoever is there does it, from the record.
        """
        workspace = Workspace(
            self.plan.documents,
            self.plan.families,
            self.expressions,
            digests=self.plan.digests,
            cwd=self.cwd,
            version=__version__,
            blueprints=self.plan.blueprints,
            pipeline=self.plan.name,
            deadline=Deadline(timeout),
            environment=self.environment,
            preview=ELSEWHERE if elsewhere is not None else preview,
            keep_failed=keep_failed,
            memory=self._memory,
        )
        workspace.elsewhere = elsewhere
        return workspace

    def outputs(self, run: Run) -> JsonObject:
        """Return the outputs of a completed run, as the pipeline declares them."""
        context = {**run.record, "record": run.record}
        values: JsonObject = self.expressions.fill_all(self.plan.outputs, context)
        return values

    def reached(self, run: Run) -> JsonObject:
        """Return those outputs of a run that failed for which it had come far enough."""
        context = {**run.record, "record": run.record}
        values: JsonObject = {}
        for name, text in self.plan.outputs.items():
            with suppress(OnexgenError):
                values[name] = self.expressions.fill_all(text, context)
        return values

    def summary(self, run: Run) -> list[str]:
        """Return the lines that the pipeline prints after a successful run."""
        context = {**run.record, "record": run.record}
        lines = [str(self.expressions.fill(text, context)) for text in self.plan.summary]
        return [line for line in lines if line]


def drain(steps: Generator[Progress, Mapping[str, Json] | None, list[Run]]) -> list[Run]:
    """Run to the end without watching."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            result: list[Run] = end.value
            return result
