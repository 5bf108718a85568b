"""Kafka, and what speaks like it, through aiokafka."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from onexgen.service.brokers import kafka_topics
from onexgen.service.brokers.base import Message, Outgoing, Place, TopicState
from onexgen.service.brokers.kafka_reading import (
    KafkaReader,
    KafkaSubscription,
    asking,
    message_of,
    parts,
    seek_to,
    started,
)
from onexgen.service.brokers.kafka_settings import (
    REQUEST_MS,
    ROOM,
    compress_quickly,
    connecting,
    fetching,
    sending,
)
from onexgen.service.brokers.servers import Servers, check_names, look
from onexgen.service.topics import Topics

# A member that is silent for so long has died; what it held goes to the others.
_SESSION_MS: Final = 6_000
_HEARTBEAT_MS: Final = 1_000


class KafkaBroker:
    """One connection for all that is sent; each reader and each group member has its own."""

    def __init__(self, servers: Servers, topics: Topics, *, client: str) -> None:
        """Keep how to connect."""
        self._servers = servers
        self._topics = topics
        self._client = client
        self._producer: Any = None

    async def start(self) -> None:
        """Look whether anybody is there, and connect for sending."""
        await look(self._servers)
        compress_quickly()
        producer = AIOKafkaProducer(**self._settings(), **sending(self._topics))
        try:
            async with asking():
                await producer.start()
            told = [(one.host, one.port) for one in producer.client.cluster.brokers()]
            await check_names(told, self._servers.addresses[0][0])
        except BaseException:
            await producer.stop()
            raise
        self._producer = producer

    async def stop(self) -> None:
        """Send what is waiting, and disconnect."""
        producer, self._producer = self._producer, None
        if producer is not None:
            await producer.stop()

    async def publish(self, messages: Sequence[Outgoing]) -> None:
        """Send all messages in their order, then wait for all answers."""
        async with asking():
            waiting = [
                await self._producer.send(
                    one.topic,
                    one.value,
                    key=None if one.key is None else one.key.encode(),
                    headers=list(one.headers),
                )
                for one in messages
            ]
            for answer in waiting:
                await answer

    async def subscribe(self, group: str, topics: Sequence[str]) -> KafkaSubscription:
        """Join a group."""
        delivery = self._topics.delivery
        longest = (delivery.timeout + delivery.grace + delivery.longest) * delivery.attempts
        consumer = AIOKafkaConsumer(
            *topics, **self._settings(), **fetching(self._topics), group_id=group,
            auto_offset_reset="earliest", enable_auto_commit=False,
            session_timeout_ms=_SESSION_MS, heartbeat_interval_ms=_HEARTBEAT_MS,
            # Heartbeats tell that we live; that all of us are busy is no reason to be put out.
            max_poll_interval_ms=int(longest * 1000) + REQUEST_MS,
            rebalance_timeout_ms=_SESSION_MS,
        )  # fmt: skip
        await started(consumer)
        return KafkaSubscription(consumer)

    async def follow(
        self, topics: Sequence[str], *, key: str | None = None, from_start: bool = False,
        since: float | None = None,
    ) -> KafkaReader:  # fmt: skip
        """Read parts of topics from their ends, from their starts, or from a time on."""
        consumer = await self._reading()
        try:
            async with asking():
                places = await parts(consumer, topics, key)
                consumer.assign(places)
                if since is not None:
                    await seek_to(consumer, places, since)
                elif from_start:
                    await consumer.seek_to_beginning(*places)
                else:
                    await consumer.seek_to_end(*places)
                    # Now, not when it is first read: what is sent next has to be seen.
                    for place in places:
                        await consumer.position(place)
        except BaseException:
            await consumer.stop()
            raise
        return KafkaReader(consumer)

    async def kept(self, topics: Sequence[str]) -> list[Message]:
        """Read topics from their starts up to where they end now."""
        consumer = await self._reading()
        found: list[Message] = []
        try:
            async with asking():
                places = await parts(consumer, topics, None)
                ends = await consumer.end_offsets(places)
                starts = await consumer.beginning_offsets(places)
                open_ = [place for place in places if ends[place] > starts[place]]
                consumer.assign(open_)
                for place in open_:
                    consumer.seek(place, starts[place])
                while open_:
                    for records in (await consumer.getmany(timeout_ms=1000)).values():
                        found += map(message_of, records)
                    # A position moves on behind what was deleted, too.
                    open_ = [p for p in open_ if await consumer.position(p) < ends[p]]
        finally:
            await consumer.stop()
        # What came meanwhile may be among them.
        return sorted(found, key=lambda message: (message.topic, message.partition, message.offset))

    async def topics(self) -> dict[str, TopicState]:
        """Return the topics and how long they keep messages."""
        return await kafka_topics.states(self._settings())

    async def create(self, topics: Sequence[TopicState], replication: int) -> list[str]:
        """Make topics that are missing."""
        limit = self._topics.delivery.largest + ROOM
        return await kafka_topics.create(self._settings(), topics, replication, limit)

    async def lag(self, group: str, topics: Sequence[str]) -> dict[Place, int | None]:
        """Compare what a group has committed with where the topics end, without joining it."""
        consumer = await self._reading(group)
        try:
            async with asking():
                places = await parts(consumer, topics, None)
                consumer.assign(places)
                ends = await consumer.end_offsets(places)
                starts = await consumer.beginning_offsets(places)
                done = {place: await consumer.committed(place) for place in places}
        finally:
            await consumer.stop()
        return {
            Place(p.topic, p.partition): ends[p] - (starts[p] if done[p] is None else done[p])
            for p in places
        }

    async def members(self, group: str) -> int | None:
        """Ask how many members a group has."""
        return await kafka_topics.members(self._settings(), group)

    async def _reading(self, group: str | None = None) -> Any:
        consumer = AIOKafkaConsumer(
            **self._settings(), **fetching(self._topics), group_id=group, enable_auto_commit=False
        )
        await started(consumer)
        return consumer

    def _settings(self) -> dict[str, Any]:
        return connecting(self._servers, self._client)
