"""What a broker does for us: ordered, keyed messages in topics, and groups that share them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, NamedTuple, Protocol

from onexgen.diagnostics import OnexgenError, OutsideError

type Headers = tuple[tuple[str, bytes], ...]


class Place(NamedTuple):
    """One part of a topic, in which messages have an order."""

    topic: str
    partition: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """A message that is to be sent."""

    topic: str
    key: str | None
    value: bytes
    headers: Headers = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message that was received; `timestamp` in milliseconds since 1970."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes
    headers: Headers = ()
    timestamp: int = 0

    @property
    def place(self) -> Place:
        """Return the part of the topic that it is in."""
        return Place(self.topic, self.partition)

    def header(self, name: str) -> str | None:
        """Return the text of a header, the last one of that name; None when there is none."""
        found = [value for key, value in self.headers if key == name]
        return found[-1].decode("utf-8", "replace") if found else None


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicState:
    """How a broker keeps a topic; None where it does not tell."""

    name: str
    partitions: int
    retention_seconds: int | None = None


class TooLarge(OnexgenError):
    """A message is larger than the broker takes: trying again is of no use."""

    exit_code: ClassVar[int] = 6


class Unreachable(OutsideError):
    """The broker does not answer: trying again may help."""


class Lost(OutsideError):
    """A part of a topic belongs to another member of the group by now."""


class Subscription(Protocol):
    """A member of a group that shares the messages of some topics."""

    async def take(self, most: int, wait: float) -> list[Message]:
        """Return up to `most` messages, after at most `wait` seconds."""
        ...

    async def commit(self, offsets: Mapping[Place, int]) -> None:
        """Record for each part the offset of the next message to work on; may raise Lost."""
        ...

    async def close(self) -> None:
        """Leave the group."""
        ...


class Reader(Protocol):
    """Reads parts of topics on its own, without a group."""

    async def read(self, wait: float) -> list[Message]:
        """Return what is new, after at most `wait` seconds."""
        ...

    async def close(self) -> None:
        """Stop reading."""
        ...


class Broker(Protocol):
    """Carries messages between processes; every method raises Unreachable when it is away."""

    async def start(self) -> None:
        """Connect."""
        ...

    async def stop(self) -> None:
        """Disconnect; safe to call more than once."""
        ...

    async def publish(self, messages: Sequence[Outgoing]) -> None:
        """Send messages; when this returns, the broker has them all. May raise TooLarge."""
        ...

    async def subscribe(self, group: str, topics: Sequence[str]) -> Subscription:
        """Join a group; what it has not committed is received from the oldest on."""
        ...

    async def follow(
        self, topics: Sequence[str], *, key: str | None = None, from_start: bool = False,
        since: float | None = None,
    ) -> Reader:  # fmt: skip
        """Read the parts of topics in which messages with a key are, or all parts.

        From their ends, from their starts, or from the first message of a time on, in seconds
        since 1970; then some that are older may come, too.
        """
        ...

    async def kept(self, topics: Sequence[str]) -> list[Message]:
        """Return all messages that some topics hold by now, in the order of their parts."""
        ...

    async def topics(self) -> dict[str, TopicState]:
        """Return all topics that there are."""
        ...

    async def create(self, topics: Sequence[TopicState], replication: int) -> list[str]:
        """Make topics that are missing; returns the names of those that were made."""
        ...

    async def lag(self, group: str, topics: Sequence[str]) -> dict[Place, int | None]:
        """Return how many messages a group has not committed; None where that is not told."""
        ...

    async def members(self, group: str) -> int | None:
        """Return how many members a group has; None where that is not told."""
        ...
