"""What a request leaves behind: its answer, what it told, its history, perhaps a dead letter."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, cast

from onexgen.diagnostics import OnexgenError, UsageError
from onexgen.json_types import JsonObject
from onexgen.service.asking import Asked, correlation_of
from onexgen.service.brokers.base import Message, Outgoing
from onexgen.service.envelope import envelope
from onexgen.service.events import EVENTS, CodegenSessionStatus, Payload, Response
from onexgen.service.history.effects import Effect, Told, effect_of
from onexgen.service.jobs import Done, error_of
from onexgen.service.letters import buried, letter_id
from onexgen.service.topics import Topic, Topics
from onexgen.service.tracing import HEADER, Trace

# What a run tells when it is over: that is kept with its answer, all the rest is told at once.
_LAST: Final = ("run_completed", "run_failed")
_FAILED: Final = "run_failed"
_NAMESPACE: Final = uuid.UUID("6f6e6578-6765-5e00-8000-000000000000")


@dataclass(frozen=True, slots=True)
class Answerer:
    """Turns what happened into messages and rows."""

    topics: Topics
    worker: str
    stores: bool

    def progress(self, one: Asked, attempt: int, event: Mapping[str, Any]) -> list[Outgoing]:
        """Return the messages of something that a run tells while it goes on."""
        status = CodegenSessionStatus(
            workflow_id=_workflow(one, attempt), sequence=event["sequence"], kind=event["kind"],
            data=event["data"],
        )  # fmt: skip
        messages = [self._told(one, attempt, self.topics.status, status, event)]
        if event["kind"] not in _LAST:
            messages += self._events(one, attempt, event)
        return messages

    def effect(
        self, message: Message, one: Asked, done: Done, attempts: int,
        events: Sequence[Mapping[str, Any]], received: datetime,
    ) -> Effect:  # fmt: skip
        """Return all that a request leaves behind."""
        last = [event for event in events if event["kind"] in _LAST]
        if not done.success and not last:
            # The process died: nobody else says so.
            data = {"stage": None, "error": done.error, "exit_code": done.exit_code}
            last = [{"kind": _FAILED, "sequence": len(events) + 1, "data": data}]
        response, stored = self._response(one, done, attempts)
        messages = [out for event in last for out in self._events(one, attempts, event)]
        messages.append(response)
        if not done.success and one.topic.dead_letters is not None:
            error = error_of(done.error, done.help, done.exit_code)
            messages.append(buried(one.topic.dead_letters, message, error, attempts))
        told = Told(
            correlation_id=one.envelope.correlation_id, topic=one.topic.name, mode=one.mode,
            pipeline=one.job.pipeline, inputs=one.job.inputs, attempts=attempts,
            worker=self.worker, received=received, events=events, stored=stored,
        )  # fmt: skip
        return effect_of(one.id, told, done, self.topics.counted, messages)

    def refusal(self, message: Message, error: OnexgenError) -> Effect:
        """Return what a message leaves behind that cannot be worked on."""
        topic = self.topics.topics[message.topic]
        messages = []
        correlation_id = correlation_of(message)
        if correlation_id is not None:
            payload = self._payload(
                topic, request_id=letter_id(message), mode="", pipeline="", success=False,
                error=error.message, help=error.help, exit_code=error.exit_code, attempts=0,
                worker=self.worker,
            )  # fmt: skip
            name = answer_id(letter_id(message))
            messages.append(_sent(topic.answers, payload, correlation_id, name, None))
        if topic.dead_letters is not None:
            messages.append(buried(topic.dead_letters, message, error, 0))
        return Effect(request_id=letter_id(message), run=None, messages=messages)

    def _response(self, one: Asked, done: Done, attempts: int) -> tuple[Outgoing, bool]:
        """Return the answer, and whether its record has to be kept in the store."""
        values = {
            "request_id": one.envelope.id, "mode": one.mode, "pipeline": one.job.pipeline,
            "success": done.success, "outputs": done.outputs, "stages": done.stages,
            "error": done.error, "help": done.help, "exit_code": done.exit_code,
            "failed_stage": done.failed_stage, "duration_seconds": done.seconds,
            "attempts": attempts, "rules": done.rules, "worker": self.worker,
        }  # fmt: skip
        answer = self._answer(one, {**values, "record": done.record})
        if len(answer.value) <= self.topics.delivery.stored_above:
            return answer, False
        if self.stores:
            return self._answer(one, {**values, "stored": True}), True
        error = UsageError(
            f"the result has {len(answer.value):,} bytes, too many for a message",
            help="start the worker with --store URL",
        )
        values |= {"success": False, "outputs": {}, "error": error.message, "help": error.help}
        return self._answer(one, {**values, "exit_code": error.exit_code}), False

    def _answer(self, one: Asked, values: Mapping[str, Any]) -> Outgoing:
        payload = self._payload(one.topic, **values)
        name = answer_id(one.id)
        return _sent(one.topic.answers, payload, one.envelope.correlation_id, name, one.trace)

    def _payload(self, topic: Topic, **values: Any) -> Response:
        model = EVENTS[self.topics.topics[str(topic.answers)].event]
        return cast("Response", model.model_validate(values))

    def _events(self, one: Asked, attempt: int, event: Mapping[str, Any]) -> list[Outgoing]:
        data: JsonObject = {**event["data"], "workflow_id": _workflow(one, attempt)}
        stage = None if data.get("stage") is None else str(data["stage"])
        return [
            self._told(one, attempt, topic, EVENTS[topic.event].model_validate(data), event)
            for topic in self.topics.telling(event["kind"], stage)
        ]

    def _told(
        self, one: Asked, attempt: int, topic: Topic, payload: Payload, event: Mapping[str, Any]
    ) -> Outgoing:
        name = _uuid(_workflow(one, attempt), f"{topic.name}:{event['sequence']}")
        return _sent(topic.name, payload, one.envelope.correlation_id, name, one.trace)


def _sent(
    topic: str | None, payload: Payload, correlation_id: str, name: str, trace: Trace | None
) -> Outgoing:
    headers = () if trace is None else ((HEADER, str(trace.child()).encode()),)
    value = envelope(payload, correlation_id, name=name).to_bytes()
    return Outgoing(topic=str(topic), key=correlation_id, value=value, headers=headers)


def _workflow(one: Asked, attempt: int) -> str:
    """Return the id of one attempt at a request."""
    return f"{one.id}.{attempt}"


def answer_id(request_id: str) -> str:
    """Return the id that the answer to a request has."""
    return _uuid(request_id, "response")


def _uuid(*parts: str) -> str:
    """Return an id that is the same whoever makes it."""
    return str(uuid.uuid5(_NAMESPACE, ":".join(parts)))
