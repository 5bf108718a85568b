"""What a run tells the world while it goes on, and the bus that carries it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Protocol

from onexgen.json_types import Json, JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that happened; `topic` is named by the pipeline."""

    kind: str
    topic: str
    correlation_id: str
    sequence: int
    data: JsonObject = field(default_factory=dict)

    def to_json(self) -> JsonObject:
        """Return the event as JSON data."""
        values: dict[str, Json] = asdict(self)
        return values


class Bus(Protocol):
    """Carries events from a run to whoever listens."""

    def publish(self, event: Event) -> None:
        """Hand over one event; returns at once."""
        ...


class MemoryBus:
    """A bus within one process: keeps the latest events and calls its listeners in order."""

    def __init__(self, limit: int = 10_000) -> None:
        """Keep at most `limit` events."""
        self.events: deque[Event] = deque(maxlen=limit)
        self._listeners: list[Callable[[Event], None]] = []

    def subscribe(self, listener: Callable[[Event], None]) -> None:
        """Call `listener` with every event from now on."""
        self._listeners.append(listener)

    def publish(self, event: Event) -> None:
        """Keep the event and call the listeners."""
        self.events.append(event)
        for listener in self._listeners:
            listener(event)
