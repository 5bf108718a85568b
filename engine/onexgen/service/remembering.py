"""What a worker needs of a history, and the one that is gone when the process ends."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from onexgen.service.brokers.base import Outgoing
from onexgen.service.history.effects import Effect


class Memory(Protocol):
    """Knows which requests have had their effect, and what of it has not been sent yet."""

    async def is_done(self, request_id: str) -> bool:
        """Tell whether a request has had its effect."""
        ...

    async def record(self, effect: Effect) -> bool:
        """Keep an effect whole; False when the request had one already: then nothing is kept."""
        ...

    def sent(self, request_id: str) -> None:
        """Note that all messages of a request were sent."""
        ...

    async def forget(self) -> None:
        """Forget what was sent, now rather than with the next effect."""
        ...

    async def waiting(
        self, request_id: str | None = None, before: datetime | None = None
    ) -> list[tuple[str, Outgoing]]:
        """Return what waits to be sent, as (request, message): of a request, or made before."""
        ...


class Fleeting:
    """Remembers within one process: for a broker that is gone with it, too."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._done: set[str] = set()
        self._waiting: dict[str, list[Outgoing]] = {}

    async def is_done(self, request_id: str) -> bool:
        """Tell whether a request has had its effect."""
        return request_id in self._done

    async def record(self, effect: Effect) -> bool:
        """Keep what has to be sent."""
        if effect.request_id in self._done:
            return False
        self._done.add(effect.request_id)
        self._waiting[effect.request_id] = list(effect.messages)
        return True

    def sent(self, request_id: str) -> None:
        """Drop what was sent."""
        self._waiting.pop(request_id, None)

    async def forget(self) -> None:
        """Do nothing: `sent` did it."""

    async def waiting(
        self,
        request_id: str | None = None,
        before: datetime | None = None,  # noqa: ARG002
    ) -> list[tuple[str, Outgoing]]:
        """Return what waits; nobody else can have left something behind."""
        return [(request_id or "", one) for one in self._waiting.get(request_id or "", [])]
