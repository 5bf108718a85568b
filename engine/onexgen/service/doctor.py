"""Looks at all that a service needs, in the order in which one thing needs the other."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Literal, NamedTuple

from onexgen.diagnostics import OnexgenError
from onexgen.service.administration import compared
from onexgen.service.brokers import open_broker
from onexgen.service.brokers.base import Broker
from onexgen.service.opened import history
from onexgen.service.topics import Topics


class Finding(NamedTuple):
    """What was looked at, how it is, and what may help."""

    what: str
    state: Literal["ok", "wrong", "unknown"]
    said: str
    help: str = ""


async def findings(bus: str, store: str | None, topics: Topics) -> AsyncIterator[Finding]:
    """Yield what there is to say of the broker, its topics, the workers and the history."""
    broker = open_broker(bus, topics, client="onexgen-doctor")
    try:
        await broker.start()
        yield Finding("broker", "ok", "it answers, and its names resolve")
        async for finding in _of_broker(broker, topics):
            yield finding
    except OnexgenError as error:
        yield Finding("broker", "wrong", error.message, error.help)
        for what in ("topics", "workers"):
            yield Finding(what, "unknown", "not looked at: the broker does not answer")
    finally:
        await broker.stop()
    try:
        async with history(store) as database:
            yield Finding("history", "ok", f"{database.name} answers")
    except OnexgenError as error:
        yield Finding("history", "wrong", error.message, error.help)


async def _of_broker(broker: Broker, topics: Topics) -> AsyncIterator[Finding]:
    different = compared(await broker.topics(), topics)
    if different:
        shown = "; ".join(different[:3]) + (" ..." if len(different) > 3 else "")
        said = f"{len(different)} are not as the rules say: {shown}"
        yield Finding("topics", "wrong", said, "onexgen topics create; onexgen topics check")
    else:
        yield Finding("topics", "ok", f"{len(topics.topics)} are as the rules say")
    requests = [topic.name for topic in topics.of_role("request")]
    if any(one.startswith(tuple(requests)) for one in different):
        yield Finding("workers", "unknown", "not looked at: their topics are not right")
        return
    lag = await broker.lag(topics.delivery.group, requests)
    waiting = sum(behind for behind in lag.values() if behind)
    said = f"{waiting} requests wait or are being worked on"
    help_text = "is a worker running? onexgen worker --bus URL" if waiting else ""
    yield Finding("workers", "wrong" if waiting else "ok", said, help_text)
