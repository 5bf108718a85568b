"""Requests on the worker's side: from a message to a job."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from onexgen.diagnostics import UsageError, closest
from onexgen.service.brokers.base import Message
from onexgen.service.envelope import OnexEnvelopeV1, Unreadable, read
from onexgen.service.events import Request
from onexgen.service.jobs import Job
from onexgen.service.letters import REPLAY
from onexgen.service.topics import Topic, Topics
from onexgen.service.tracing import HEADER, Trace, continued


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that can be worked on; `id` is what makes it the same when it comes again."""

    id: str
    topic: Topic
    mode: str
    envelope: OnexEnvelopeV1
    job: Job
    trace: Trace


def asked(message: Message, topics: Topics) -> Asked:
    """Return what a message asks for; Unreadable or UsageError when it cannot be done."""
    largest = topics.delivery.largest
    if len(message.value) > largest:
        raise Unreadable(
            f"{len(message.value):,} bytes, at most {largest:,} are taken",
            help="see `largest` in rules/topics.yaml",
        )
    topic = topics.topics[message.topic]
    envelope = read(message.value)
    payload = envelope.opened()
    if envelope.type != topic.event or not isinstance(payload, Request):
        raise Unreadable(
            f"'{envelope.type}' in {topic.name}", help=f"this topic takes {topic.event}"
        )
    mode = payload.mode or next(iter(topic.pipelines))
    if mode not in topic.pipelines:
        raise UsageError(f"no pipeline has the mode '{mode}'", help=closest(mode, topic.pipelines))
    limit = topics.delivery.timeout
    job = Job(
        pipeline=topic.pipelines[mode],
        inputs=payload.given(),
        correlation_id=envelope.correlation_id,
        timeout=min(payload.timeout_seconds or limit, limit),
        cwd=payload.place.cwd,
        markers=payload.place.markers,
    )
    replay = message.header(REPLAY)
    name = envelope.id if replay is None else f"{envelope.id}#{replay}"
    return Asked(name, topic, mode, envelope, job, continued(message.header(HEADER)))


def correlation_of(message: Message) -> str | None:
    """Return to which request an unreadable message seems to belong, None if it does not say."""
    try:
        return read(message.value).correlation_id
    except Unreadable:
        text: Any = (message.key or b"").decode("utf-8", "replace")
        is_id = bool(text) and text.isascii() and text.isprintable() and " " not in text
        return str(text) if is_id and len(text) <= 128 else None
