"""Whoever asks: sends a request, and hears what is told under its correlation id."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass
from typing import Any, Final

from onexgen.actions.locate import found_marker
from onexgen.diagnostics import OutsideError, TimeoutExceeded
from onexgen.json_types import JsonObject
from onexgen.service.brokers.base import Broker, Outgoing, Reader
from onexgen.service.composing import composed
from onexgen.service.envelope import Unreadable, read
from onexgen.service.events import CodegenSessionStatus, Place, Response
from onexgen.service.plans import placing_rules
from onexgen.service.topics import Topic, Topics
from onexgen.session import Session

_LOOK_SECONDS: Final = 0.5


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
    given: JsonObject = {k: value for k, value in inputs.items() if value is not None}
    message = composed(
        topic, mode, given, correlation_id, topics.delivery.largest,
        name=name, timeout=timeout, place=place or _place(session),
    )  # fmt: skip
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


async def follow_all(broker: Broker, topics: Topics, asked: Topic) -> Reader:
    """Return what reads all that is told from now on of requests of one topic."""
    return await broker.follow(_answering(topics, [asked]))


def _answering(topics: Topics, requests: list[Topic]) -> list[str]:
    return [topics.status.name, *(str(topic.answers) for topic in requests)]


async def listen(
    reader: Reader, correlation_id: str, limit: float
) -> AsyncIterator[CodegenSessionStatus | Response]:
    """Yield what is told of a request, its answer last; TimeoutExceeded when there is none."""
    async for _, told in listen_to(reader, {correlation_id}, limit):
        yield told
        if isinstance(told, Response):
            return
    raise TimeoutExceeded(
        f"no answer within {limit:g} s",
        help=f"the request is not lost: onexgen runs follow {correlation_id}\nis a worker running?",
    )


async def listen_to(
    reader: Reader, correlation_ids: Collection[str], limit: float, *, renewed: bool = False
) -> AsyncIterator[tuple[str, CodegenSessionStatus | Response]]:
    """Yield (correlation id, what is told of it), until `limit` seconds have passed.

    With `renewed`, they begin anew with all that is told.
    """
    end = time.monotonic() + limit
    while (left := end - time.monotonic()) > 0:
        for message in await reader.read(min(left, _LOOK_SECONDS)):
            name = (message.key or b"").decode("utf-8", "replace")
            if name not in correlation_ids:
                continue
            try:
                payload = read(message.value).opened()
            except Unreadable as error:
                raise OutsideError(
                    f"the answer cannot be read: {error.message}", help=error.help
                ) from error
            if isinstance(payload, CodegenSessionStatus | Response):
                yield name, payload
                end = time.monotonic() + limit if renewed else end
