"""Calls the actions of steps, for all runs that have not failed, and takes back what they did."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from onexgen.actions import load_action
from onexgen.actions.base import Workspace
from onexgen.actions.options import make_options
from onexgen.diagnostics import OnexgenError
from onexgen.json_types import Json, JsonObject
from onexgen.plan import StagePlan, StepPlan
from onexgen.runs import Run


class Steps:
    """The actions of one run of a plan, each made on its first use."""

    def __init__(self, workspace: Workspace) -> None:
        """Let actions reach one workspace."""
        self._workspace = workspace
        self._actions: dict[str, Any] = {}
        # What a crash leaves behind, when there is no run to ask any more.
        self._journal: list[tuple[str, Json]] = []

    def call(self, step: StepPlan, runs: Sequence[Run]) -> list[Run]:
        """Return the runs after a step."""
        calls: list[tuple[int, Any]] = []
        result = list(runs)
        for index, run in enumerate(runs):
            if run.error is not None:
                continue
            try:
                self._workspace.deadline.check()
                if self.holds(step.when, run, step.at):
                    calls.append((index, self._options(step, run)))
                else:
                    result[index] = _with(run, step, _unchanged(run, step))
            except OnexgenError as error:
                result[index] = replace(run, error=error)
        for (index, _), value in zip(calls, self._values(step, calls), strict=True):
            run = result[index]
            if isinstance(value, OnexgenError):
                result[index] = replace(run, error=value)
            else:
                self._journal.append((step.uses, value))
                done = (*run.done, (step.uses, value))
                result[index] = replace(_with(run, step, value), done=done)
        return result

    def holds(self, condition: str | bool, run: Run, at: str) -> bool:
        """Tell whether a condition holds; an error in it says where it stands."""
        if isinstance(condition, bool):
            return condition
        return bool(_placed(lambda: self._workspace.evaluate(condition, _context(run)), at))

    def emptied(self, stage: StagePlan, run: Run) -> Run:
        """Return a run as if the stage had been skipped: later steps find every value."""
        for step in stage.steps:
            run = _with(run, step, _unchanged(run, step))
        return replace(run, error=None, failed_stage=None)

    def take_back(self, done: Iterable[tuple[str, Json]]) -> None:
        """Let actions take back what they did, latest first."""
        for name, value in reversed(list(done)):
            undo = getattr(self._action(name), "undo", None)
            if undo is not None:
                # The first failure is what matters; the next run settles what stays.
                with suppress(OnexgenError):
                    undo(value)

    def take_back_all(self) -> None:
        """Take back everything of all runs."""
        self.take_back(self._journal)

    def _options(self, step: StepPlan, run: Run) -> Any:
        fill = self._workspace.expressions.fill_all
        values: JsonObject = _placed(lambda: fill(step.options, _context(run)), step.at)
        return make_options(self._action(step.uses).Options, values, step.at)

    def _values(self, step: StepPlan, calls: list[tuple[int, Any]]) -> list[Json | OnexgenError]:
        """Call an action once a run, or once for all where it knows how."""
        if not calls:
            return []
        action = self._action(step.uses)
        every = [options for _, options in calls]
        many = getattr(action, "many", None)
        if many is None or len(calls) < 2:
            return [_tried(action, options) for options in every]
        try:
            return list(many(every))
        except OnexgenError as error:
            return [error] * len(calls)

    def _action(self, name: str) -> Any:
        if name not in self._actions:
            self._actions[name] = load_action(name)(self._workspace)
        return self._actions[name]


def _tried(action: Any, options: Any) -> Json | OnexgenError:
    try:
        value: Json = action(options)
    except OnexgenError as error:
        return error
    return value


def _placed[T](evaluate: Callable[[], T], at: str) -> T:
    try:
        return evaluate()
    except OnexgenError as error:
        raise OnexgenError(f"{at}: {error.message}", help=error.help) from error


def _unchanged(run: Run, step: StepPlan) -> Json:
    """Return what a skipped step yields: the value that it would have changed, or empty."""
    return run.record.get(step.key, step.empty)


def _with(run: Run, step: StepPlan, value: Json) -> Run:
    return replace(run, record={**run.record, step.key: value})


def _context(run: Run) -> JsonObject:
    return {**run.record, "record": run.record}
