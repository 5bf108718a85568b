"""Members of groups and readers on their own, through aiokafka; its errors as ours."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final

from aiokafka import TopicPartition
from aiokafka.errors import (
    CommitFailedError,
    IllegalGenerationError,
    KafkaError,
    MessageSizeTooLargeError,
    RebalanceInProgressError,
    UnknownMemberIdError,
)
from aiokafka.partitioner import DefaultPartitioner

from onexgen.diagnostics import OutsideError
from onexgen.service.brokers.base import Lost, Message, Place, TooLarge, Unreachable

_GONE: Final = (
    CommitFailedError,
    IllegalGenerationError,
    RebalanceInProgressError,
    UnknownMemberIdError,
)


class KafkaSubscription:
    """A member of a group."""

    def __init__(self, consumer: Any) -> None:
        """Take over a consumer that has started."""
        self._consumer = consumer

    async def take(self, most: int, wait: float) -> list[Message]:
        """Return what comes; the heartbeats go on by themselves."""
        async with asking():
            batches = await self._consumer.getmany(timeout_ms=int(wait * 1000), max_records=most)
        return [message_of(record) for records in batches.values() for record in records]

    async def commit(self, offsets: Mapping[Place, int]) -> None:
        """Commit offsets of parts that are still ours."""
        ours = self._consumer.assignment()
        wanted = {TopicPartition(*place): offset for place, offset in offsets.items()}
        wanted = {place: offset for place, offset in wanted.items() if place in ours}
        if wanted:
            async with asking():
                await self._consumer.commit(wanted)

    async def close(self) -> None:
        """Leave the group, so that the others need not wait for a silence."""
        await self._consumer.stop()


class KafkaReader:
    """Reads parts of topics."""

    def __init__(self, consumer: Any) -> None:
        """Take over a consumer that has started."""
        self._consumer = consumer

    async def read(self, wait: float) -> list[Message]:
        """Return what is new."""
        async with asking():
            batches = await self._consumer.getmany(timeout_ms=int(wait * 1000))
        return [message_of(record) for records in batches.values() for record in records]

    async def close(self) -> None:
        """Stop reading."""
        await self._consumer.stop()


async def started(consumer: Any) -> None:
    """Start a consumer; one that fails is stopped, too."""
    try:
        async with asking():
            await consumer.start()
    except BaseException:
        await consumer.stop()
        raise


async def parts(consumer: Any, topics: Sequence[str], key: str | None) -> list[TopicPartition]:
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


def message_of(record: Any) -> Message:
    """Return a record of the library as a message."""
    return Message(
        topic=record.topic, partition=record.partition, offset=record.offset, key=record.key,
        value=record.value or b"", headers=tuple(record.headers), timestamp=record.timestamp,
    )  # fmt: skip


@asynccontextmanager
async def asking() -> AsyncIterator[None]:
    """Turn what the library raises into our own errors."""
    try:
        yield
    except MessageSizeTooLargeError as error:
        raise TooLarge(f"the broker takes no message of this size: {error}") from error
    except _GONE as error:
        raise Lost("the part belongs to another worker by now") from error
    except KafkaError as error:
        said = str(error) or type(error).__name__
        raise Unreachable(f"the broker does not answer: {said}") from error
    except TimeoutError as error:
        raise Unreachable("the broker does not answer in time") from error


async def seek_to(consumer: Any, places: Sequence[TopicPartition], since: float) -> None:
    """Go to the first messages of a time; to the end where there are none so new."""
    found = await consumer.offsets_for_times(dict.fromkeys(places, int(since * 1000)))
    for place in places:
        if found.get(place) is None:
            await consumer.seek_to_end(place)
            await consumer.position(place)
        else:
            consumer.seek(place, found[place].offset)
