"""What is asked of Kafka about its topics, and how they are made, through aiokafka."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import TopicAlreadyExistsError, for_code

from onexgen.diagnostics import OutsideError
from onexgen.service.brokers.base import TopicState
from onexgen.service.brokers.kafka_reading import asking

_RETENTION: Final = "retention.ms"
_SIZE: Final = "max.message.bytes"


async def states(settings: Mapping[str, Any]) -> dict[str, TopicState]:
    """Return the topics and how long they keep messages."""
    async with _admin(settings) as admin:
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


async def create(
    settings: Mapping[str, Any], topics: Sequence[TopicState], replication: int, limit: int
) -> list[str]:
    """Make topics that are missing, for messages of at most `limit` bytes; returns their names."""
    async with _admin(settings) as admin:
        known = set(await admin.list_topics())
        wanted = [topic for topic in topics if topic.name not in known]
        if not wanted:
            return []
        answer = await admin.create_topics([_new(topic, replication, limit) for topic in wanted])
    problems = [
        f"{name}: {said[0] if said and said[0] else for_code(code).__name__}"
        for name, code, *said in answer.topic_errors
        if code not in (0, TopicAlreadyExistsError.errno)
    ]
    if problems:
        raise OutsideError("the broker refused to make topics: " + "; ".join(problems))
    return [topic.name for topic in wanted]


async def members(settings: Mapping[str, Any], group: str) -> int | None:
    """Return how many members a group has; None where that is not told."""
    async with _admin(settings) as admin:
        for answer in await admin.describe_consumer_groups([group]):
            for code, _name, _state, _kind, _protocol, found, *_ in answer.groups:
                return None if code else len(found)
    return None


def _new(topic: TopicState, replication: int, limit: int) -> Any:
    return NewTopic(
        topic.name, topic.partitions, replication,
        replica_assignments={} if replication == -1 else None,
        topic_configs={
            _RETENTION: str((topic.retention_seconds or 0) * 1000), _SIZE: str(limit),
        },
    )  # fmt: skip


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


@asynccontextmanager
async def _admin(settings: Mapping[str, Any]) -> AsyncIterator[Any]:
    admin = AIOKafkaAdminClient(**settings)
    try:
        async with asking():
            await admin.start()
            yield admin
    finally:
        await admin.close()
