"""Whoever asks: sends a request, follows its own correlation id, and writes what comes back."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Any, Final, cast

from pydantic import ValidationError

from onexgen.actions.locate import found_marker
from onexgen.diagnostics import ConfigError, OutsideError, TimeoutExceeded, UsageError
from onexgen.json_types import Json, JsonObject
from onexgen.runs import Progress, Run, StageReport
from onexgen.runs import Request as RunRequest
from onexgen.service.brokers.base import Broker, Outgoing, Reader
from onexgen.service.envelope import Unreadable, envelope, problems, read
from onexgen.service.events import EVENTS, CodegenSessionStatus, Place, Request, Response
from onexgen.service.jobs import error_of
from onexgen.service.plans import placing_rules, writing_steps
from onexgen.service.topics import Topic, Topics
from onexgen.service.tracing import HEADER, from_environment
from onexgen.session import Session
from onexgen.stepping import Steps

_LOOK_SECONDS: Final = 0.5
_ENDED: Final = ("stage_completed", "stage_failed")
_STARTED: Final = "stage_started"


@dataclass(frozen=True, slots=True)
class Question:
    """A request that is ready to be sent, and where its answer will be."""

    correlation_id: str
    topic: Topic
    message: Outgoing


def question(
    session: Session, topics: Topics, inputs: JsonObject, correlation_id: str,
    timeout: float | None, *, name: str | None = None, place: Place | None = None,
) -> Question:  # fmt: skip
    """Return the request for a run of a session's pipeline.

    `name` is the id of the request: one that comes twice has one effect. `place` is where the
    result is to go, the session's folder without it.
    """
    topic, mode = topics.for_pipeline(session.plan.path)
    model = cast("type[Request]", EVENTS[topic.event])
    given = {name: value for name, value in inputs.items() if value is not None}
    own = {name for name in model.model_fields if name not in Request.model_fields}
    try:
        payload = model(
            mode=mode,
            timeout_seconds=timeout,
            place=place or _place(session),
            inputs={name: value for name, value in given.items() if name not in own},
            **{name: value for name, value in given.items() if name in own},
        )
    except ValidationError as error:
        raise UsageError(f"no such request can be sent: {problems(error)}") from error
    value = envelope(payload, correlation_id, name=name).to_bytes()
    if len(value) > topics.delivery.largest:
        raise UsageError(
            f"the request has {len(value):,} bytes, at most {topics.delivery.largest:,} are taken",
            help="run it without --bus",
        )
    headers = ((HEADER, str(from_environment()).encode()),)
    message = Outgoing(topic=topic.name, key=correlation_id, value=value, headers=headers)
    return Question(correlation_id, topic, message)


def _place(session: Session) -> Place:
    """Return what a worker has to know of this folder, since it cannot look at it."""
    found: dict[str, Any] = {}
    for name in placing_rules(session.plan):
        rules: Any = session.plan.documents[name]
        for place in rules["places"]:
            if place["marker"] is not None:
                found[place["id"]] = found_marker(session.cwd, place["marker"])
    return Place(cwd=str(session.cwd), markers=found)


async def send(broker: Broker, topics: Topics, asked: Question) -> Reader:
    """Send a request; returns what will read its progress and its answer."""
    await check_topic(broker, asked.topic)
    reader = await broker.follow(_answering(topics, [asked.topic]), key=asked.correlation_id)
    try:
        await broker.publish([asked.message])
    except BaseException:
        await reader.close()
        raise
    return reader


async def check_topic(broker: Broker, topic: Topic) -> None:
    """Raise OutsideError when there is nobody who could take a request."""
    if topic.name not in await broker.topics():
        raise OutsideError(
            f"the broker has no topic {topic.name}", help="run `onexgen topics create`"
        )


async def pick_up(broker: Broker, topics: Topics, correlation_id: str) -> Reader:
    """Return what reads all that has been told of a request so far, and goes on."""
    requests = topics.of_role("request")
    return await broker.follow(_answering(topics, requests), key=correlation_id, from_start=True)


def _answering(topics: Topics, requests: list[Topic]) -> list[str]:
    return [topics.status.name, *(str(topic.answers) for topic in requests)]


async def listen(
    reader: Reader, correlation_id: str, limit: float
) -> AsyncIterator[CodegenSessionStatus | Response]:
    """Yield what is told of a request, its answer last; TimeoutExceeded when there is none."""
    end = time.monotonic() + limit
    key = correlation_id.encode()
    while (left := end - time.monotonic()) > 0:
        for message in await reader.read(min(left, _LOOK_SECONDS)):
            if message.key != key:
                continue
            try:
                one = read(message.value)
                payload = one.opened()
            except Unreadable as error:
                raise OutsideError(
                    f"the answer cannot be read: {error.message}", help=error.help
                ) from error
            if isinstance(payload, CodegenSessionStatus | Response):
                yield payload
            if isinstance(payload, Response):
                return
    raise TimeoutExceeded(
        f"no answer within {limit:g} s",
        help=f"the request is not lost: onexgen runs follow {correlation_id}\nis a worker running?",
    )


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


def written(session: Session, run: Run, preview: str | None, timeout: float | None) -> Run:
    """Write what a worker made, as a local run would: all of it, or nothing and an error."""
    plan = session.plan
    workspace = session.workspace(timeout, preview)
    steps = Steps(workspace)
    made = writing_steps(plan)
    missing = [step.key for _, step in made if step.key not in run.record]
    if missing:
        said = f"the worker has another pipeline than this folder: no {', '.join(missing)}"
        return replace(run, error=ConfigError(said, help="use the same version and rules"))
    about: Json = {"id": run.request.correlation_id, "preview": preview}
    record = {**run.record, **{step.key: step.empty for _, step in made}, "run": about}
    run = replace(run, record=record)
    try:
        for stage, step in made:
            if run.error is None and steps.holds(stage.when, run, stage.at):
                [run] = steps.call(step, [run])
    except BaseException:
        steps.take_back_all()
        raise
    finally:
        workspace.close()
    if run.error is not None:
        steps.take_back(run.done)
    return run
