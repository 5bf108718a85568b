"""A broker within one process: nothing to install, and gone when the process ends."""

from __future__ import annotations

import asyncio
import time
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from onexgen.service.brokers.base import Message, Outgoing, Place, TopicState

# Topics that nobody made have as many parts.
_PARTITIONS: Final = 1


@dataclass
class _Group:
    """What a group has committed, handed out, and who its members are."""

    committed: dict[Place, int] = field(default_factory=dict)
    members: list[MemorySubscription] = field(default_factory=list)


class MemoryBroker:
    """Keeps all messages in lists; groups share parts like those of a real broker."""

    def __init__(self, kept: int | None = None) -> None:
        """Begin without topics; keep so many messages of each part, or all of them.

        What a group has not committed is kept all the same.
        """
        self._kept = kept
        # Offset of the first message that a part still has.
        self.first: dict[Place, int] = {}
        self.logs: dict[Place, list[Message]] = {}
        self.groups: dict[str, _Group] = {}
        self.news = asyncio.Condition()
        self._states: dict[str, TopicState] = {}

    async def start(self) -> None:
        """Do nothing: there is nothing to connect to."""

    async def stop(self) -> None:
        """Do nothing."""

    async def publish(self, messages: Sequence[Outgoing]) -> None:
        """Append messages, and wake up whoever waits."""
        async with self.news:
            for one in messages:
                place = self._place(one.topic, one.key)
                log = self.logs[place]
                log.append(
                    Message(
                        topic=one.topic, partition=place.partition, offset=self.end(place),
                        key=None if one.key is None else one.key.encode(), value=one.value,
                        headers=one.headers, timestamp=time.time_ns() // 1_000_000,
                    )
                )  # fmt: skip
                self._forget(place)
            self.news.notify_all()

    async def subscribe(self, group: str, topics: Sequence[str]) -> MemorySubscription:
        """Join a group; the parts are shared anew."""
        one = self.groups.setdefault(group, _Group())
        member = MemorySubscription(self, one, tuple(topics))
        one.members.append(member)
        share(one)
        return member

    async def follow(
        self, topics: Sequence[str], *, key: str | None = None, from_start: bool = False,
        since: float | None = None,
    ) -> MemoryReader:  # fmt: skip
        """Read parts of topics."""
        places = self.places(topics, key)
        if since is not None:
            starts = {
                p: self.first[p] + sum(m.timestamp < since * 1000 for m in self.logs[p])
                for p in places
            }
            return MemoryReader(self, starts)
        return MemoryReader(self, {p: 0 if from_start else self.end(p) for p in places})

    async def kept(self, topics: Sequence[str]) -> list[Message]:
        """Return all messages of topics."""
        return [message for place in self.places(topics) for message in self.logs[place]]

    async def topics(self) -> dict[str, TopicState]:
        """Return the topics."""
        return dict(self._states)

    async def create(self, topics: Sequence[TopicState], replication: int) -> list[str]:  # noqa: ARG002
        """Make topics."""
        made = [topic for topic in topics if topic.name not in self._states]
        for topic in made:
            self._add(topic)
        return [topic.name for topic in made]

    async def lag(self, group: str, topics: Sequence[str]) -> dict[Place, int | None]:
        """Return how many messages are not committed."""
        done = self.groups[group].committed if group in self.groups else {}
        return {p: self.end(p) - done.get(p, 0) for p in self.places(topics)}

    def end(self, place: Place) -> int:
        """Return the offset of the next message of a part."""
        return self.first[place] + len(self.logs[place])

    def since(self, place: Place, offset: int) -> list[Message]:
        """Return what a part still has from an offset on."""
        return self.logs[place][max(offset - self.first[place], 0) :]

    async def members(self, group: str) -> int | None:
        """Return how many members a group has."""
        return len(self.groups[group].members) if group in self.groups else 0

    def places(self, topics: Iterable[str], key: str | None = None) -> list[Place]:
        """Return the parts of topics in which messages with a key are, or all."""
        if key is not None:
            return [self._place(topic, key) for topic in topics]
        for topic in topics:
            self._known(topic)
        return [place for topic in topics for place in self.logs if place.topic == topic]

    def _forget(self, place: Place) -> None:
        """Forget the oldest messages of a part, now and then."""
        if self._kept is None or len(self.logs[place]) < 2 * self._kept:
            return
        needed = [
            one.committed.get(place, 0)
            for one in self.groups.values()
            if any(place.topic in member.topics for member in one.members)
        ]
        gone = min([self.end(place) - self._kept, *needed]) - self.first[place]
        if gone > 0:
            del self.logs[place][:gone]
            self.first[place] += gone

    def _place(self, topic: str, key: str | None) -> Place:
        count = self._known(topic).partitions
        return Place(topic, 0 if key is None else zlib.crc32(key.encode()) % count)

    def _known(self, topic: str) -> TopicState:
        if topic not in self._states:
            self._add(TopicState(name=topic, partitions=_PARTITIONS))
        return self._states[topic]

    def _add(self, topic: TopicState) -> None:
        self._states[topic.name] = topic
        for number in range(topic.partitions):
            self.logs[Place(topic.name, number)] = []
            self.first[Place(topic.name, number)] = 0


class MemoryReader:
    """Reads parts of topics from some offsets on."""

    def __init__(self, broker: MemoryBroker, offsets: dict[Place, int]) -> None:
        """Begin at these offsets."""
        self._broker = broker
        self._offsets = offsets

    async def read(self, wait: float) -> list[Message]:
        """Return what is new."""
        found = self._new()
        if not found:
            try:
                async with asyncio.timeout(wait), self._broker.news:
                    await self._broker.news.wait_for(self._behind)
            except TimeoutError:
                return []
            found = self._new()
        return found

    async def close(self) -> None:
        """Do nothing."""

    def _behind(self) -> bool:
        return any(self._broker.end(p) > at for p, at in self._offsets.items())

    def _new(self) -> list[Message]:
        found = [m for p, at in self._offsets.items() for m in self._broker.since(p, at)]
        self._offsets = {p: self._broker.end(p) for p in self._offsets}
        return found


class MemorySubscription:
    """A member of a group."""

    def __init__(self, broker: MemoryBroker, group: _Group, topics: tuple[str, ...]) -> None:
        """Begin without parts; `share` hands them out."""
        self.broker = broker
        self.group = group
        self.topics = topics
        self.positions: dict[Place, int] = {}

    async def take(self, most: int, wait: float) -> list[Message]:
        """Return messages of the parts that this member has."""
        found = self._next(most)
        if not found:
            try:
                async with asyncio.timeout(wait), self.broker.news:
                    await self.broker.news.wait_for(self._behind)
            except TimeoutError:
                return []
            found = self._next(most)
        return found

    async def commit(self, offsets: Mapping[Place, int]) -> None:
        """Record offsets; those of parts that are somebody else's by now are left alone."""
        self.group.committed |= {p: at for p, at in offsets.items() if p in self.positions}

    async def close(self) -> None:
        """Leave the group: the others share what this one had."""
        if self in self.group.members:
            self.group.members.remove(self)
        self.positions = {}
        share(self.group)
        async with self.broker.news:
            self.broker.news.notify_all()

    def _behind(self) -> bool:
        return any(self.broker.end(p) > at for p, at in self.positions.items())

    def _next(self, most: int) -> list[Message]:
        found: list[Message] = []
        for place, at in self.positions.items():
            new = self.broker.since(place, at)[: most - len(found)]
            self.positions[place] = at + len(new)
            found += new
        return found


def share(group: _Group) -> None:
    """Hand out all parts to the members in turn; each goes on behind what is committed."""
    for member in group.members:
        member.positions = {}
    wanted = sorted({p for member in group.members for p in member.broker.places(member.topics)})
    for number, place in enumerate(wanted):
        takers = [member for member in group.members if place.topic in member.topics]
        takers[number % len(takers)].positions[place] = group.committed.get(place, 0)
