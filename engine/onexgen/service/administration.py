"""What people do to a broker: make topics, compare them, look after dead letters."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from onexgen.service.brokers import open_broker
from onexgen.service.brokers.base import Broker, TopicState
from onexgen.service.letters import (
    Letter,
    letter_named,
    letters_in,
    replayed,
    settled,
)
from onexgen.service.opened import states_of
from onexgen.service.topics import Topics


async def create_topics(bus: str, topics: Topics, replication: int) -> list[str]:
    """Make missing topics; returns their names."""
    async with _started(bus, topics) as broker:
        return await broker.create(states_of(topics), replication)


async def differences(bus: str, topics: Topics) -> list[str]:
    """Return one line for each topic that is missing or kept in another way."""
    async with _started(bus, topics) as broker:
        return compared(await broker.topics(), topics)


def compared(known: Mapping[str, TopicState], topics: Topics) -> list[str]:
    """Return one line for each topic that a broker does not have, or keeps in another way."""
    found = []
    for wanted in states_of(topics):
        state = known.get(wanted.name)
        if state is None:
            found.append(f"{wanted.name}: missing")
            continue
        if state.partitions != wanted.partitions:
            said = f"{state.partitions} partitions, expected {wanted.partitions}"
            found.append(f"{wanted.name}: {said}")
        if state.retention_seconds not in (None, wanted.retention_seconds):
            said = f"kept {state.retention_seconds} s, expected {wanted.retention_seconds}"
            found.append(f"{wanted.name}: {said}")
    return found


async def given_up(bus: str, topics: Topics) -> list[Letter]:
    """Return all dead letters, oldest first."""
    async with _started(bus, topics) as broker:
        return await letters_of(broker, topics)


async def settle(bus: str, topics: Topics, names: list[str], *, replay: bool) -> list[Letter]:
    """Replay or discard letters by their ids, all that wait if there are none; returns them."""
    async with _started(bus, topics) as broker:
        letters = await letters_of(broker, topics)
        waiting = [letter for letter in letters if letter.state == "waiting"]
        chosen = [letter_named(letters, name) for name in names] or waiting
        # All of them can be replayed, or none is.
        again = [replayed(letter) for letter in chosen] if replay else []
        for number, letter in enumerate(chosen):
            # First the request: twice is harmless, never is a loss.
            if replay:
                await broker.publish([again[number]])
            await broker.publish([settled(letter, "replayed" if replay else "discarded")])
        return chosen


async def letters_of(broker: Broker, topics: Topics) -> list[Letter]:
    """Return all dead letters of a broker, oldest first."""
    names = [topic.name for topic in topics.of_role("dead_letters")]
    return letters_in(await broker.kept(names))


@asynccontextmanager
async def _started(bus: str, topics: Topics) -> AsyncIterator[Broker]:
    broker = open_broker(bus, topics, client="onexgen-admin")
    try:
        await broker.start()
        yield broker
    finally:
        await broker.stop()
