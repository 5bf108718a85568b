"""A made package that consumes, on a real broker: events, dead letters and offsets."""

from __future__ import annotations

import asyncio
import importlib
import json
import uuid
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any, Final

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from omnibase_core.models.container.model_onex_container import ModelONEXContainer
from omnibase_core.models.event_bus.model_event_headers import ModelEventHeaders
from omnibase_core.models.events.model_event_envelope import ModelEventEnvelope
from omnibase_core.protocols.event_bus.protocol_event_bus import ProtocolEventBus
from tests.carried import made
from tests.service.kafka_bus import KafkaBus

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("service")]

PROMPT: Final = (
    "Consume orders from the Kafka topic shop.orders and publish to shop.checked. "
    "Fields: order_id (int), total (decimal)."
)
IN, OUT, DEAD = "shop.orders", "shop.checked", "shop.orders.dlq"
GROUP: Final = "order-listener"


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Return a package that consumes one topic and hands on to another."""
    ((folder, _),) = made([{"id": "orders", "prompt": PROMPT}], tmp_path)
    monkeypatch.syspath_prepend(str(folder.parent))
    return importlib.import_module(folder.name)


async def listening(package: ModuleType, bus: KafkaBus) -> Any:
    """Return a node of the package that listens on a bus."""
    container = ModelONEXContainer()
    assert container.service_registry is not None
    await container.service_registry.register_instance(ProtocolEventBus, bus)
    node = package.NodeOrderListenerEffect(container)
    models = importlib.import_module(f"{package.__name__}.models")
    config = models.ModelOrderListenerConfig(max_attempts=2, base_delay_ms=1)
    request = models.ModelOrderListenerRequest(operation="subscribe", config=config)
    assert (await node.handler.handle(request)).topics == (IN,)
    return node


async def send(bus: KafkaBus, value: bytes, message_id: uuid.UUID) -> None:
    """Publish a message as another program."""
    headers = ModelEventHeaders(
        message_id=message_id, timestamp=datetime.now(UTC), source="test", event_type="order"
    )
    await bus.publish(IN, b"k", value, headers)


async def records(servers: str, topic: str, count: int) -> list[Any]:
    """Return so many messages of a topic, once they are there."""
    consumer = AIOKafkaConsumer(topic, bootstrap_servers=servers, auto_offset_reset="earliest")
    async with asyncio.timeout(30), consumer:
        return [await consumer.getone() for _ in range(count)]


async def committed(servers: str) -> int | None:
    """Return where the group goes on."""
    async with AIOKafkaConsumer(bootstrap_servers=servers, group_id=GROUP) as consumer:
        place: int | None = await consumer.committed(TopicPartition(IN, 0))
        return place


async def outcomes(bus: KafkaBus, count: int) -> list[Exception | None]:
    """Return what came of so many deliveries."""
    async with asyncio.timeout(30):
        return [await bus.handled.get() for _ in range(count)]


def test_messages_are_handed_on_once_and_none_is_lost(
    package: ModuleType, brokers: dict[str, str]
) -> None:
    """A bus that takes neither event nor letter keeps the message for the next one who listens."""
    servers = brokers["tansu"].removeprefix("kafka://")
    good, other, bad = (uuid.UUID(int=number) for number in (1, 2, 3))

    async def all_of_it() -> tuple[list[Any], list[Any], list[int | None]]:
        admin = AIOKafkaAdminClient(bootstrap_servers=servers)
        await admin.start()
        await admin.create_topics([NewTopic(name, 1, 1) for name in (IN, OUT, DEAD)])
        await admin.close()
        bus = KafkaBus(servers, refused={OUT, DEAD})
        await send(bus, b'{"order_id": 7}', good)
        node = await listening(package, bus)
        (error,) = await outcomes(bus, 1)
        assert error is not None
        await node.handler.close()
        places = [await committed(servers)]

        bus = KafkaBus(servers)
        node = await listening(package, bus)
        for value, message_id in (
            (b'{"order_id": 8}', good),
            (b'{"order_id": "many"}', bad),
            (b'{"order_id": 9}', other),
        ):
            await send(bus, value, message_id)
        assert await outcomes(bus, 4) == [None] * 4
        events = await records(servers, OUT, 2)
        letters = await records(servers, DEAD, 1)
        await node.handler.close()
        return events, letters, [*places, await committed(servers)]

    events, letters, places = asyncio.run(all_of_it())

    opened = [
        ModelEventEnvelope[dict[str, object]].model_validate_json(one.value) for one in events
    ]
    assert [(one.envelope_id, one.payload) for one in opened] == [
        (good, {"order_id": 7}),
        (other, {"order_id": 9}),
    ]
    assert {one.event_type for one in opened} == {"order-listener-accepted"}
    assert [one.key for one in events] == [b"k", b"k"]
    (letter,) = [json.loads(one.value) for one in letters]
    assert (letter["message_id"], letter["reason"]) == (str(bad), "order.order_id is no int")
    assert places == [None, 4]
