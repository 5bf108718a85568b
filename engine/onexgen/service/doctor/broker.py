"""The broker, its topics, who works, and what was given up."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from typing import Final

from onexgen.diagnostics import OnexgenError
from onexgen.service.administration import compared, letters_of
from onexgen.service.brokers import open_broker
from onexgen.service.brokers.base import Broker
from onexgen.service.brokers.servers import problem_of, servers_of
from onexgen.service.doctor.advice import Found
from onexgen.service.doctor.places import refused
from onexgen.service.topics import Topics

BROKER: Final = "broker"
TOPICS: Final = "topics"
WORKERS: Final = "workers"
LETTERS: Final = "letters"
# Each needs those before it.
ALL: Final = (BROKER, TOPICS, WORKERS, LETTERS)
_SHOWN: Final = 3


async def of_broker(bus: str, topics: Topics, wanted: Iterable[str]) -> AsyncIterator[Found]:
    """Yield what there is to say of a bus."""
    away = [found async for found in _of_servers(bus)]
    broker = open_broker(bus, topics, client="onexgen-doctor")
    try:
        await broker.start()
        # Of several servers one is enough to work with.
        for found in away or [Found(BROKER, "answers", "it answers, and its names resolve")]:
            yield found
        async for found in _of_topics(broker, topics, set(wanted)):
            yield found
    except OnexgenError as error:
        for found in away or [Found(BROKER, "broker-away", error.message, {"help": error.help})]:
            yield found
        for what in ALL[1:]:
            yield Found(what, "not-looked-at", "not looked at: the broker does not answer")
    finally:
        await broker.stop()


async def _of_servers(bus: str) -> AsyncIterator[Found]:
    """Yield what is wrong with the servers of a bus."""
    if bus.startswith("memory://"):
        return
    servers = servers_of(bus)
    tries = [problem_of(host, port, servers.context()) for host, port in servers.addresses]
    for (host, port), problem in zip(servers.addresses, await asyncio.gather(*tries), strict=True):
        if problem is not None:
            yield refused(BROKER, problem, host, port)


async def _of_topics(broker: Broker, topics: Topics, wanted: set[str]) -> AsyncIterator[Found]:
    different = compared(await broker.topics(), topics)
    missing = [line for line in different if line.endswith(": missing")]
    if different:
        shown = "; ".join(different[:_SHOWN]) + (" ..." if len(different) > _SHOWN else "")
        said = f"{len(different)} are not as the rules say: {shown}"
        yield Found(TOPICS, "topics-missing" if missing else "topics-differ", said)
    else:
        yield Found(TOPICS, "answers", f"{len(topics.topics)} are as the rules say")
    if missing:
        for what in (WORKERS, LETTERS):
            yield Found(what, "not-looked-at", "not looked at: topics are missing")
        return
    yield await _of_workers(broker, topics)
    if LETTERS in wanted:
        yield await _of_letters(broker, topics)


async def _of_workers(broker: Broker, topics: Topics) -> Found:
    requests = [topic.name for topic in topics.of_role("request")]
    lag = await broker.lag(topics.delivery.group, requests)
    waiting = sum(behind for behind in lag.values() if behind)
    members = await broker.members(topics.delivery.group)
    values = {"waiting": waiting, "members": members}
    if members == 0:
        said = f"no worker is there; {waiting} requests wait"
        return Found(WORKERS, "workers-none", said, values)
    who = "workers, how many is not told" if members is None else f"{members} workers"
    case = "workers-busy" if waiting else "workers-idle"
    return Found(WORKERS, case, f"{who}; {waiting} requests wait or are being worked on", values)


async def _of_letters(broker: Broker, topics: Topics) -> Found:
    waiting = [one for one in await letters_of(broker, topics) if one.state == "waiting"]
    if not waiting:
        return Found(LETTERS, "answers", "no dead letter waits")
    reasons = dict.fromkeys(str(one.to_json()["reason"]) for one in waiting)
    shown = "; ".join(list(reasons)[:_SHOWN]) + (" ..." if len(reasons) > _SHOWN else "")
    return Found(LETTERS, "letters-waiting", f"{len(waiting)} dead letters wait: {shown}")
