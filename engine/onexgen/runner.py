"""Runs a plan: a fold over stages and steps that yields what happens and prints nothing."""

from __future__ import annotations

import time
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from onexgen.actions import load_action
from onexgen.actions.base import Deadline, Workspace
from onexgen.actions.options import make_options
from onexgen.diagnostics import OnexgenError
from onexgen.events import Bus, Event
from onexgen.json_types import Json, JsonObject
from onexgen.plan import Plan, StagePlan, StepPlan

RUN_KEY: Final = "run"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One run to make: the values of its inputs and the id that follows it everywhere."""

    inputs: JsonObject
    correlation_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StageReport:
    """How one stage went for one run; `values` are the keys that it made or changed."""

    id: str
    title: str
    number: int
    status: str
    seconds: float
    rounds: int = 1
    message: str = ""
    values: JsonObject = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run as it stands: immutable, each step makes the next."""

    request: Request
    record: JsonObject
    stages: tuple[StageReport, ...] = ()
    error: OnexgenError | None = None
    failed_stage: str | None = None
    done: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """What the runner yields: a stage began (no reports yet) or ended."""

    stage: StagePlan
    number: int
    total: int
    runs: tuple[Run, ...] = ()


class Runner:
    """Carries runs through the stages of a plan, all runs through one stage before the next."""

    def __init__(self, plan: Plan, workspace: Workspace, bus: Bus) -> None:
        """Use one workspace and one bus for all runs."""
        self._plan = plan
        self._workspace = workspace
        self._bus = bus
        self._actions: dict[str, Any] = {}
        self._sequence = 0
        self._deadline = workspace.deadline

    def __call__(
        self, requests: Sequence[Request]
    ) -> Generator[Progress, Mapping[str, Json] | None, list[Run]]:
        """Yield before and after every stage; after one, a consumer may send other values.

        What is sent replaces values of the first run, and must have the shape of what it replaces.
        """
        runs = [
            Run(request=r, record={"inputs": r.inputs, RUN_KEY: self._about(r)})
            for r in requests
        ]
        shown = [stage for stage in self._plan.stages if not stage.optional]
        number = 0
        try:
            for run in runs:
                self._emit("run_started", run, {"pipeline": self._plan.name})
            for stage in self._plan.stages:
                skipped = [run.error is not None or not self._holds(stage, run) for run in runs]
                if stage.optional and all(skipped):
                    continue
                number += 1
                total = max(len(shown), number)
                yield Progress(stage=stage, number=number, total=total)
                runs = self._stage(stage, number, runs)
                sent = yield Progress(stage=stage, number=number, total=total, runs=tuple(runs))
                if sent:
                    runs[0] = self._replaced(runs[0], sent)
            for run in runs:
                self._finish(run)
        except BaseException:
            for run in runs:
                self._undo(run)
            raise
        return runs

    def _about(self, request: Request) -> JsonObject:
        return {"id": request.correlation_id, "preview": self._workspace.preview}

    def _stage(self, stage: StagePlan, number: int, runs: list[Run]) -> list[Run]:
        self._workspace.deadline = self._deadline.within(stage.timeout, f"stage '{stage.title}'")
        active = [n for n, run in enumerate(runs) if run.error is None]
        for index in active:
            self._emit("stage_started", runs[index], {"stage": stage.id, "stage_number": number})
        started = time.perf_counter()
        result = list(runs)
        changed = self._rounds(stage, [runs[index] for index in active])
        # The time of a stage is shared: an action may do all runs in one go.
        elapsed = (time.perf_counter() - started) / max(len(active), 1)
        for index, (run, status, rounds) in zip(active, changed, strict=True):
            result[index] = self._reported(stage, number, runs[index], run, status, elapsed, rounds)
        self._workspace.deadline = self._deadline
        return result

    def _rounds(self, stage: StagePlan, runs: list[Run]) -> list[tuple[Run, str, int]]:
        """Run a stage for all runs, with its retries and repetitions."""
        results: list[tuple[Run, str, int]] = []
        skipped = [not self._holds(stage, run) for run in runs]
        todo = [run for run, skip in zip(runs, skipped, strict=True) if not skip]
        finished = iter(self._tried(stage, todo))
        for run, skip in zip(runs, skipped, strict=True):
            if skip:
                results.append((self._emptied(stage, run), "skipped", 0))
            else:
                results.append(next(finished))
        return results

    def _tried(self, stage: StagePlan, runs: list[Run]) -> list[tuple[Run, str, int]]:
        results = [(run, "completed", 0) for run in runs]
        for round_number in range(1, stage.at_most + 1):
            open_ones = [
                n
                for n, (run, _, _) in enumerate(results)
                if run.error is None and (round_number == 1 or not self._is_done(stage, run))
            ]
            if not open_ones:
                break
            before = [results[n][0] for n in open_ones]
            after = self._steps(stage, before)
            for _ in range(stage.retries):
                failed = [n for n, run in enumerate(after) if run.error is not None]
                if not failed:
                    break
                for n, again in zip(
                    failed, self._steps(stage, [before[n] for n in failed]), strict=True
                ):
                    after[n] = again
            for n, run in zip(open_ones, after, strict=True):
                results[n] = (run, "completed", round_number)
        return [self._settled(stage, before, *now) for before, now in zip(runs, results, strict=True)]

    def _settled(
        self, stage: StagePlan, before: Run, run: Run, status: str, rounds: int
    ) -> tuple[Run, str, int]:
        """Turn a failure into a failed run, or into empty values where the stage goes on."""
        if run.error is None:
            return run, status, rounds
        if stage.on_failure == "continue":
            emptied = self._emptied(stage, replace(before, done=run.done))
            return replace(emptied, failed_stage=None), f"continued: {run.error}", rounds
        return replace(run, failed_stage=stage.id), "failed", rounds

    def _steps(self, stage: StagePlan, runs: list[Run]) -> list[Run]:
        current = list(runs)
        for step in stage.steps:
            current = self._step(step, current)
        return current

    def _step(self, step: StepPlan, runs: list[Run]) -> list[Run]:
        """Call one action for all runs that have not failed."""
        action = self._action(step.uses)
        calls: list[tuple[int, Any]] = []
        result = list(runs)
        for index, run in enumerate(runs):
            if run.error is not None:
                continue
            try:
                self._workspace.deadline.check()
                context = self._context(run)
                if not self._truth(step.when, context):
                    result[index] = self._with(run, step, self._unchanged(action, run, step))
                    continue
                values = self._workspace.expressions.fill_all(step.options, context)
                calls.append((index, make_options(action.Options, values, step.at)))
            except OnexgenError as error:
                result[index] = replace(run, error=error)
        for index, value in self._called(action, calls):
            run = result[index]
            if isinstance(value, OnexgenError):
                result[index] = replace(run, error=value)
            else:
                result[index] = self._with(run, step, value)
        return result

    def _called(
        self, action: Any, calls: list[tuple[int, Any]]
    ) -> list[tuple[int, Json | OnexgenError]]:
        """Call an action once a run, or once for all where it knows how."""
        many = getattr(action, "many", None)
        if many is not None and len(calls) > 1:
            values: Sequence[Json | OnexgenError] = many([options for _, options in calls])
            return [(index, value) for (index, _), value in zip(calls, values, strict=True)]
        results: list[tuple[int, Json | OnexgenError]] = []
        for index, options in calls:
            try:
                results.append((index, action(options)))
            except OnexgenError as error:
                results.append((index, error))
        return results

    def _unchanged(self, action: Any, run: Run, step: StepPlan) -> Json:
        """Return what a skipped step yields: the value that it would have changed, or empty."""
        return run.record[step.key] if step.key in run.record else action.EMPTY

    def _emptied(self, stage: StagePlan, run: Run) -> Run:
        for step in stage.steps:
            action = self._action(step.uses)
            run = self._with(run, step, self._unchanged(action, run, step))
        return replace(run, error=None)

    def _with(self, run: Run, step: StepPlan, value: Json) -> Run:
        record = {**run.record, step.key: value}
        return replace(run, record=record, done=(*run.done, (step.uses, step.key)))

    def _action(self, name: str) -> Any:
        if name not in self._actions:
            self._actions[name] = load_action(name)(self._workspace)
        return self._actions[name]

    def _context(self, run: Run) -> JsonObject:
        return {**run.record, "record": run.record}

    def _truth(self, when: str | bool, context: JsonObject) -> bool:
        if isinstance(when, bool):
            return when
        return bool(self._workspace.evaluate(when, context))

    def _holds(self, stage: StagePlan, run: Run) -> bool:
        return run.error is None and self._truth(stage.when, self._context(run))

    def _is_done(self, stage: StagePlan, run: Run) -> bool:
        return stage.until is None or self._truth(stage.until, self._context(run))

    def _replaced(self, run: Run, values: Mapping[str, Json]) -> Run:
        for key, value in values.items():
            if key not in run.record or not same_shape(run.record[key], value):
                raise OnexgenError(f"'{key}' cannot be replaced by a value of another shape")
        return replace(run, record={**run.record, **values})

    def _reported(
        self, stage: StagePlan, number: int, before: Run, run: Run, status: str,
        elapsed: float, rounds: int,
    ) -> Run:  # fmt: skip
        word, _, message = status.partition(": ")
        if run.error is not None:
            message = str(run.error)
        values = {
            step.key: run.record[step.key] for step in stage.steps if step.key in run.record
        }
        report = StageReport(
            id=stage.id, title=stage.title, number=number, status=word, seconds=elapsed,
            rounds=rounds, message=message, values=values,
        )  # fmt: skip
        kind = "stage_failed" if word in ("failed", "continued") else "stage_completed"
        data: JsonObject = {
            "stage": stage.id,
            "stage_number": number,
            "status": word,
            "duration_seconds": round(elapsed, 6),
            "success": word not in ("failed", "continued"),
            "rounds": rounds,
        }
        if message:
            data["message"] = message
        self._emit(kind, run, data)
        return replace(run, stages=(*before.stages, report))

    def _finish(self, run: Run) -> None:
        if run.error is None:
            self._emit("run_completed", run, {"success": True})
            return
        self._undo(run)
        data: JsonObject = {
            "success": False,
            "stage": run.failed_stage,
            "error": str(run.error),
            "exit_code": run.error.exit_code,
        }
        self._emit("run_failed", run, data)

    def _undo(self, run: Run) -> None:
        """Let actions take back what a failed run left, latest first."""
        for name, key in reversed(run.done):
            undo = getattr(self._actions.get(name), "undo", None)
            if undo is not None:
                undo(run.record[key])

    def _emit(self, kind: str, run: Run, data: JsonObject) -> None:
        topic = self._plan.events.get(kind)
        if topic is None:
            return
        self._sequence += 1
        self._bus.publish(
            Event(
                kind=kind,
                topic=topic,
                correlation_id=run.request.correlation_id,
                sequence=self._sequence,
                data=data,
            )
        )


def same_shape(old: Json, new: Json) -> bool:
    """Tell whether a value may stand in for another: the same type and, for objects, keys."""
    if isinstance(old, dict) and isinstance(new, dict):
        return all(
            key in new and (item is None or new[key] is None or same_shape(item, new[key]))
            for key, item in old.items()
        )
    if isinstance(old, bool) or isinstance(new, bool):
        return isinstance(old, bool) and isinstance(new, bool)
    if isinstance(old, (int, float)) and isinstance(new, (int, float)):
        return True
    return type(old) is type(new)
