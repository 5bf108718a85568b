"""Runs a plan: a fold over stages and steps that yields what happens and prints nothing."""

from __future__ import annotations

import time
from collections.abc import Generator, Mapping, Sequence
from dataclasses import replace
from typing import Final, Literal, NamedTuple

from onexgen.actions.base import Deadline, Workspace
from onexgen.diagnostics import OnexgenError
from onexgen.events import Bus, Event
from onexgen.json_types import Json, JsonObject
from onexgen.plan import Plan, StagePlan
from onexgen.runs import Progress, Request, Run, StageReport, same_shape
from onexgen.stepping import Steps

RUN_KEY: Final = "run"

# Whether a run takes part in a stage; where that cannot be told, the stage fails.
type _Wanted = bool | OnexgenError


class _Outcome(NamedTuple):
    """What a stage made of a run."""

    run: Run
    status: Literal["completed", "skipped", "continued", "failed"]
    rounds: int = 0
    message: str = ""


class Runner:
    """Carries runs through the stages of a plan, all runs through one stage before the next."""

    def __init__(self, plan: Plan, workspace: Workspace, bus: Bus) -> None:
        """Use one workspace and one bus for all runs."""
        self._plan = plan
        self._workspace = workspace
        self._bus = bus
        self._steps = Steps(workspace)
        self._sequence = 0
        self._deadline = workspace.deadline

    def __call__(
        self, requests: Sequence[Request]
    ) -> Generator[Progress, Mapping[str, Json] | None, list[Run]]:
        """Yield before and after every stage; after one, a consumer may send other values.

        What is sent replaces values of the first run, and must have the shape of what it replaces.
        """
        runs = [
            Run(request=r, record={"inputs": r.inputs, RUN_KEY: self._about(r)}) for r in requests
        ]
        try:
            for run in runs:
                self._emit("run_started", run, {"pipeline": self._plan.name})
            runs = yield from self._stages(runs)
            for run in runs:
                self._finish(run)
        except BaseException as error:
            self._steps.take_back_all()
            is_bug = isinstance(error, Exception)
            for run in runs:
                data: JsonObject = {"success": False, "stage": None}
                data |= {"error": type(error).__name__ if is_bug else "cancelled"}
                self._emit("run_failed", run, {**data, "exit_code": 70 if is_bug else 130})
            raise
        return runs

    def _stages(self, runs: list[Run]) -> Generator[Progress, Mapping[str, Json] | None, list[Run]]:
        shown = sum(not stage.optional for stage in self._plan.stages)
        number = 0
        for stage in self._plan.stages:
            wanted = [self._wants(stage, run) for run in runs]
            if stage.optional and not any(wanted):
                runs = [run if run.error else self._steps.emptied(stage, run) for run in runs]
                continue
            if all(run.error is not None for run in runs):
                break
            number += 1
            total = max(shown, number)
            yield Progress(stage=stage, number=number, total=total)
            runs = self._stage(stage, number, runs, wanted)
            ended = time.monotonic()
            sent = yield Progress(stage=stage, number=number, total=total, runs=tuple(runs))
            # Whoever looks at the values and thinks does not use up the time of the run.
            self._deadline = self._deadline.after(time.monotonic() - ended)
            if sent:
                runs[0] = _replaced(runs[0], sent)
        return runs

    def _wants(self, stage: StagePlan, run: Run) -> _Wanted:
        try:
            return run.error is None and self._steps.holds(stage.when, run, stage.at)
        except OnexgenError as error:
            return error

    def _about(self, request: Request) -> JsonObject:
        """Return what expressions may know of the run itself."""
        return {"id": request.correlation_id, "preview": self._workspace.preview}

    def _stage(
        self, stage: StagePlan, number: int, runs: list[Run], wanted: list[_Wanted]
    ) -> list[Run]:
        """Carry all runs that have not failed through one stage."""
        active = [n for n, run in enumerate(runs) if run.error is None]
        self._workspace.deadline = self._limit(stage, len(active))
        for n in active:
            self._emit("stage_started", runs[n], {"stage": stage.id, "stage_number": number})
        started = time.perf_counter()
        taking_part = [runs[n] for n in active if wanted[n] is True]
        done = iter(self._repeated(stage, number, taking_part))
        outcomes = [
            next(done) if wanted[n] is True else self._passed(stage, runs[n], wanted[n])
            for n in active
        ]
        # The time of a stage is shared: an action may do all runs in one go.
        seconds = (time.perf_counter() - started) / max(len(active), 1)
        self._workspace.deadline = self._deadline
        result = list(runs)
        for n, outcome in zip(active, outcomes, strict=True):
            result[n] = self._reported(stage, number, outcome, seconds)
        return result

    def _limit(self, stage: StagePlan, count: int) -> Deadline:
        """Return the deadline of a stage: the time that one run may take, for each run."""
        seconds = None if stage.timeout is None else stage.timeout * count
        return self._deadline.within(seconds, stage.title, stage.at)

    def _passed(self, stage: StagePlan, run: Run, wanted: _Wanted) -> _Outcome:
        """Return a run that takes no part in a stage."""
        if isinstance(wanted, OnexgenError):
            return self._settled(stage, run, replace(run, error=wanted), 0)
        return _Outcome(self._steps.emptied(stage, run), "skipped")

    def _repeated(self, stage: StagePlan, number: int, runs: list[Run]) -> list[_Outcome]:
        """Run a stage until its condition holds, or as often as it may."""
        current, rounds = list(runs), [0] * len(runs)
        todo = list(range(len(runs)))
        for _ in range(stage.at_most):
            for n, run in zip(todo, self._tried(stage, [current[n] for n in todo]), strict=True):
                current[n], rounds[n] = run, rounds[n] + 1
            again = [n for n in todo if self._goes_on(stage, n, current)]
            if stage.until is not None:
                for n in todo:
                    data: JsonObject = {"stage": stage.id, "stage_number": number}
                    data |= {"round": rounds[n], "at_most": stage.at_most, "holds": n not in again}
                    self._emit("round_completed", current[n], data)
            todo = again
            if not todo:
                break
        return [self._settled(stage, *each) for each in zip(runs, current, rounds, strict=True)]

    def _goes_on(self, stage: StagePlan, n: int, runs: list[Run]) -> bool:
        """Tell whether a run needs another round; where that cannot be told, it fails."""
        if stage.until is None or runs[n].error is not None:
            return False
        try:
            return not self._steps.holds(stage.until, runs[n], stage.at)
        except OnexgenError as error:
            runs[n] = replace(runs[n], error=error)
            return False

    def _tried(self, stage: StagePlan, runs: list[Run]) -> list[Run]:
        """Run all steps of a stage, again for those that fail, as often as it may."""
        current = self._through(stage, runs)
        for _ in range(stage.retries):
            failed = [n for n, run in enumerate(current) if run.error is not None]
            if not failed:
                break
            for n in failed:
                self._steps.take_back(current[n].done[len(runs[n].done) :])
            again = self._through(stage, [runs[n] for n in failed])
            for n, run in zip(failed, again, strict=True):
                current[n] = run
        return current

    def _through(self, stage: StagePlan, runs: list[Run]) -> list[Run]:
        for step in stage.steps:
            runs = self._steps.call(step, runs)
        return runs

    def _settled(self, stage: StagePlan, before: Run, run: Run, rounds: int) -> _Outcome:
        """Turn a failure into a failed run, or into empty values where the stage goes on."""
        if run.error is None:
            return _Outcome(run, "completed", rounds)
        if stage.on_failure == "continue":
            emptied = self._steps.emptied(stage, replace(before, done=run.done))
            return _Outcome(emptied, "continued", rounds, run.error.message)
        failed = replace(run, failed_stage=stage.id)
        return _Outcome(failed, "failed", rounds, run.error.message)

    def _reported(self, stage: StagePlan, number: int, outcome: _Outcome, seconds: float) -> Run:
        run, keys = outcome.run, [step.key for step in stage.steps]
        report = StageReport(
            id=stage.id, title=stage.title, number=number, status=outcome.status, seconds=seconds,
            rounds=outcome.rounds, message=outcome.message,
            values={key: run.record[key] for key in keys if key in run.record},
        )  # fmt: skip
        is_success = outcome.status in ("completed", "skipped")
        data: JsonObject = {
            "stage": stage.id,
            "stage_number": number,
            "status": outcome.status,
            "duration_seconds": round(seconds, 6),
            "success": is_success,
            "rounds": outcome.rounds,
        }
        if outcome.message:
            data["message"] = outcome.message
        self._emit("stage_completed" if is_success else "stage_failed", run, data)
        return replace(run, stages=(*run.stages, report))

    def _finish(self, run: Run) -> None:
        if run.error is None:
            self._emit("run_completed", run, {"success": True})
            return
        self._steps.take_back(run.done)
        data: JsonObject = {
            "success": False,
            "stage": run.failed_stage,
            "error": run.error.message,
            "exit_code": run.error.exit_code,
        }
        self._emit("run_failed", run, data)

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


def _replaced(run: Run, values: Mapping[str, Json]) -> Run:
    for key, value in values.items():
        if key not in run.record or not same_shape(run.record[key], value):
            raise OnexgenError(f"'{key}' cannot be replaced by a value of another shape")
    return replace(run, record={**run.record, **values})
