"""The framework's event bus on a broker, as small as a package's node needs it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord, TopicPartition
from omnibase_core.models.event_bus.model_event_headers import ModelEventHeaders

type OnMessage = Callable[["KafkaMessage"], Awaitable[None]]


@dataclass(frozen=True)
class KafkaMessage:
    """A delivery; acknowledging it commits its offset."""

    topic: str
    key: bytes | None
    value: bytes
    headers: ModelEventHeaders
    record: ConsumerRecord
    consumer: AIOKafkaConsumer

    async def ack(self) -> None:
        """Have the group go on behind this message."""
        place = TopicPartition(self.topic, self.record.partition)
        await self.consumer.commit({place: self.record.offset + 1})


@dataclass
class KafkaBus:
    """Publishes and delivers over one broker; topics in `refused` take nothing.

    `handled` has what came of each delivery: nothing, or the error at which it stopped.
    """

    servers: str
    refused: set[str] = field(default_factory=set)
    handled: asyncio.Queue[Exception | None] = field(default_factory=asyncio.Queue)

    async def publish(
        self, topic: str, key: bytes | None, value: bytes, headers: ModelEventHeaders | None = None
    ) -> None:
        """Hand over a message and wait for the broker."""
        if topic in self.refused:
            raise ConnectionResetError
        known = [] if headers is None else [("message_id", str(headers.message_id).encode())]
        async with AIOKafkaProducer(bootstrap_servers=self.servers) as producer:
            await producer.send_and_wait(topic, value, key, headers=known)

    async def subscribe(
        self,
        topic: str,
        node_identity: None = None,  # noqa: ARG002 - the framework's signature
        on_message: OnMessage | None = None,
        *,
        group_id: str | None = None,
    ) -> Callable[[], Awaitable[None]]:
        """Deliver the messages of a topic in their order until one cannot be handled."""
        assert on_message
        consumer = AIOKafkaConsumer(
            topic,
            bootstrap_servers=self.servers,
            group_id=group_id,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
        )
        await consumer.start()
        task = asyncio.create_task(self._deliver(consumer, on_message))

        async def stop() -> None:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
            await consumer.stop()

        return stop

    async def _deliver(self, consumer: AIOKafkaConsumer, on_message: OnMessage) -> None:
        async for record in consumer:
            message_id = dict(record.headers)["message_id"].decode()
            headers = ModelEventHeaders(
                message_id=UUID(message_id), timestamp=datetime.now(UTC), source="", event_type="t"
            )
            message = KafkaMessage(
                record.topic, record.key, record.value, headers, record, consumer
            )
            try:
                await on_message(message)
            except Exception as exc:  # noqa: BLE001 - whatever it is, the message stays
                self.handled.put_nowait(exc)
                return
            self.handled.put_nowait(None)

    async def health_check(self) -> dict[str, bool]:
        """Tell whether the bus works."""
        return {"healthy": True, "connected": True}
