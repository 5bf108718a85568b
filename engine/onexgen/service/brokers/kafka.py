"""Kafka, and what speaks like it, through aiokafka."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import TopicAlreadyExistsError, for_code
from aiokafka.partitioner import DefaultPartitioner

from onexgen.diagnostics import OutsideError
from onexgen.service.brokers.base import Message, Outgoing, Place, TopicState
from onexgen.service.brokers.kafka_reading import (
    KafkaReader,
    KafkaSubscription,
    asking,
    message_of,
    started,
)
from onexgen.service.brokers.servers import Servers, check_names, look
from onexgen.service.topics import Topics

_REQUEST_MS: Final = 10_000
_RETENTION: Final = "retention.ms"
_SIZE: Final = "max.message.bytes"
# Above the size that we allow ourselves: headers, framing, and batches of several messages.
_ROOM: Final = 1 << 16
# A member that is silent for so long has died; what it held goes to the others.
_SESSION_MS: Final = 6_000
_HEARTBEAT_MS: Final = 1_000

# It reports on every connection that it tries; what matters reaches us as errors.
logging.getLogger("aiokafka").setLevel(logging.CRITICAL)


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
        limit = self._topics.delivery.largest + _ROOM
        producer = AIOKafkaProducer(
            **self._settings(), acks="all", compression_type=self._topics.compression,
            request_timeout_ms=_REQUEST_MS, max_request_size=limit,
        )  # fmt: skip
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
            *topics, **self._settings(), **self._fetching(), group_id=group,
            auto_offset_reset="earliest", enable_auto_commit=False,
            session_timeout_ms=_SESSION_MS, heartbeat_interval_ms=_HEARTBEAT_MS,
            # Heartbeats tell that we live; that all of us are busy is no reason to be put out.
            max_poll_interval_ms=int(longest * 1000) + _REQUEST_MS,
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
                places = await self._places(consumer, topics, key)
                consumer.assign(places)
                if since is not None:
                    await _seek_to(consumer, places, since)
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
                places = await self._places(consumer, topics, None)
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
        async with self._admin() as admin:
            names = [name for name in await admin.list_topics() if not name.startswith("__")]
            if not names:
                return {}
            described = await admin.describe_topics(names)
            kept = await _retentions(admin, names)
        return {
            one["topic"]: TopicState(
                name=one["topic"], partitions=len(one["partitions"]),
                retention_seconds=kept.get(one["topic"]),
            )
            for one in described
        }  # fmt: skip

    async def create(self, topics: Sequence[TopicState], replication: int) -> list[str]:
        """Make topics that are missing."""
        limit = str(self._topics.delivery.largest + _ROOM)
        async with self._admin() as admin:
            known = set(await admin.list_topics())
            wanted = [topic for topic in topics if topic.name not in known]
            if not wanted:
                return []
            answer = await admin.create_topics(
                [
                    NewTopic(
                        topic.name, topic.partitions, replication,
                        replica_assignments={} if replication == -1 else None,
                        topic_configs={
                            _RETENTION: str((topic.retention_seconds or 0) * 1000), _SIZE: limit,
                        },
                    )
                    for topic in wanted
                ]
            )  # fmt: skip
        problems = [
            f"{name}: {said[0] if said and said[0] else for_code(code).__name__}"
            for name, code, *said in answer.topic_errors
            if code not in (0, TopicAlreadyExistsError.errno)
        ]
        if problems:
            raise OutsideError("the broker refused to make topics: " + "; ".join(problems))
        return [topic.name for topic in wanted]

    async def lag(self, group: str, topics: Sequence[str]) -> dict[Place, int | None]:
        """Compare what a group has committed with where the topics end, without joining it."""
        consumer = await self._reading(group)
        try:
            async with asking():
                places = await self._places(consumer, topics, None)
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

    async def _reading(self, group: str | None = None) -> Any:
        consumer = AIOKafkaConsumer(
            **self._settings(), **self._fetching(), group_id=group, enable_auto_commit=False
        )
        await started(consumer)
        return consumer

    async def _places(
        self, consumer: Any, topics: Sequence[str], key: str | None
    ) -> list[TopicPartition]:
        """Return the parts of topics in which messages with a key are, or all."""
        known = await consumer.topics()
        missing = sorted(set(topics) - set(known))
        if missing:
            raise OutsideError(
                f"the broker has no topic {', '.join(missing)}", help="run `onexgen topics create`"
            )
        places = []
        for topic in topics:
            numbers = sorted(consumer.partitions_for_topic(topic))
            if key is not None:
                numbers = [DefaultPartitioner()(key.encode(), numbers, numbers)]
            places += [TopicPartition(topic, number) for number in numbers]
        return places

    def _settings(self) -> dict[str, Any]:
        servers = self._servers
        protocol = "SASL_" if servers.user else ""
        settings: dict[str, Any] = {
            "bootstrap_servers": servers.names,
            "client_id": self._client,
            "security_protocol": protocol + ("SSL" if servers.is_encrypted else "PLAINTEXT"),
            "ssl_context": servers.context(),
        }
        if servers.user:
            settings |= {
                "sasl_mechanism": servers.mechanism,
                "sasl_plain_username": servers.user,
                "sasl_plain_password": servers.password,
            }
        return settings

    def _fetching(self) -> dict[str, Any]:
        return {
            "max_partition_fetch_bytes": self._topics.delivery.largest + _ROOM,
            "request_timeout_ms": _REQUEST_MS,
            # A broker answers at once when there is something; this is how long it may wait.
            "fetch_max_wait_ms": 200,
        }

    @asynccontextmanager
    async def _admin(self) -> AsyncIterator[Any]:
        admin = AIOKafkaAdminClient(**self._settings(), request_timeout_ms=_REQUEST_MS)
        try:
            async with asking():
                await admin.start()
                yield admin
        finally:
            await admin.close()


async def _seek_to(consumer: Any, places: Sequence[TopicPartition], since: float) -> None:
    """Go to the first messages of a time; to the end where there are none so new."""
    found = await consumer.offsets_for_times(dict.fromkeys(places, int(since * 1000)))
    for place in places:
        if found.get(place) is None:
            await consumer.seek_to_end(place)
            await consumer.position(place)
        else:
            consumer.seek(place, found[place].offset)


async def _retentions(admin: Any, names: Sequence[str]) -> dict[str, int]:
    """Return name -> seconds, of those topics of which the broker tells."""
    wanted = [ConfigResource(ConfigResourceType.TOPIC, name) for name in names]
    found: dict[str, int] = {}
    for answer in await admin.describe_configs(wanted):
        for _code, _said, _kind, topic, entries in answer.resources:
            for name, value, *_ in entries:
                if name == _RETENTION and value is not None:
                    found[topic] = int(value) // 1000
    return found
