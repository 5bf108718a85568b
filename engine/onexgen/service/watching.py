"""What is told of a run elsewhere, as the progress, events and result of a local run."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from onexgen.diagnostics import TimeoutExceeded
from onexgen.events import Event
from onexgen.json_types import JsonObject
from onexgen.runs import Progress, Run, StageReport
from onexgen.runs import Request as RunRequest
from onexgen.service.events import CodegenSessionStatus, Response
from onexgen.service.jobs import error_of
from onexgen.session import Session

_ENDED: Final = ("stage_completed", "stage_failed")
_STARTED: Final = "stage_started"
LAST: Final = ("run_completed", "run_failed")
"""Kinds of the last event of a run."""


def event_of(session: Session, correlation_id: str, status: CodegenSessionStatus) -> Event:
    """Return what a run elsewhere told as the event that it is there."""
    return Event(
        kind=status.kind, topic=session.plan.events.get(status.kind, ""),
        correlation_id=correlation_id, sequence=status.sequence, data=status.data,
    )  # fmt: skip


class Watching:
    """Turns what is told of a run into what a display shows."""

    def __init__(self, session: Session, inputs: JsonObject, correlation_id: str) -> None:
        """Begin before the first stage."""
        self._stages = {stage.id: stage for stage in session.plan.stages}
        self._total = sum(not stage.optional for stage in session.plan.stages)
        self._run = Run(request=RunRequest(inputs=inputs, correlation_id=correlation_id), record={})

    def progress(self, status: CodegenSessionStatus) -> Progress | None:
        """Return what to show, None for nothing or for what a repeated attempt shows again."""
        data: Any = status.data
        stage = self._stages.get(str(data.get("stage")))
        if stage is None or any(one.id == stage.id for one in self._run.stages):
            return None
        number = int(data["stage_number"])
        total = max(self._total, number)
        if status.kind == _STARTED:
            return Progress(stage=stage, number=number, total=total)
        if status.kind not in _ENDED:
            return None
        report = StageReport(
            id=stage.id, title=stage.title, number=number, status=str(data["status"]),
            seconds=float(data["duration_seconds"]), rounds=int(data["rounds"]),
            message=str(data.get("message", "")),
        )  # fmt: skip
        self._run = replace(self._run, stages=(*self._run.stages, report))
        return Progress(stage=stage, number=number, total=total, runs=(self._run,))

    def rest(self, answer: Response) -> list[Progress]:
        """Return what to show of stages of which only the answer tells: it can be the faster."""
        shown = {one.id for one in self._run.stages}
        ended: list[Progress] = []
        for report in _reports(answer):
            stage = self._stages.get(report.id)
            if stage is not None and report.id not in shown:
                self._run = replace(self._run, stages=(*self._run.stages, report))
                total = max(self._total, report.number)
                ended.append(
                    Progress(stage=stage, number=report.number, total=total, runs=(self._run,))
                )
        return ended

    def given_up(self, limit: float) -> Run:
        """Return the run as one that nobody answered."""
        name = self._run.request.correlation_id
        said = f"no answer within {limit:g} s"
        help_text = f"the request is not lost: onexgen runs follow {name}\nis a worker running?"
        return replace(self._run, error=TimeoutExceeded(said, help=help_text))

    def ended(self, answer: Response, record: JsonObject | None) -> Run:
        """Return the run as its answer describes it."""
        error = None
        if not answer.success:
            error = error_of(answer.error, answer.help, answer.exit_code)
        return replace(
            self._run, stages=_reports(answer), record=record or {}, error=error,
            failed_stage=answer.failed_stage,
        )  # fmt: skip


def _reports(answer: Response) -> tuple[StageReport, ...]:
    return tuple(
        StageReport(
            id=one.id, title=one.title, number=one.number, status=one.status,
            seconds=one.seconds, rounds=one.rounds, message=one.message,
            values=dict.fromkeys(one.made),
        )
        for one in answer.stages
    )  # fmt: skip
