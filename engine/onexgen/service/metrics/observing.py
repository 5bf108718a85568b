"""Figures of a worker: what it keeps is counted on the way."""

from __future__ import annotations

from datetime import datetime

from onexgen.service.answering import answer_id
from onexgen.service.brokers.base import Outgoing
from onexgen.service.history.effects import Effect
from onexgen.service.metrics.measured import Reading
from onexgen.service.metrics.prometheus import Figures
from onexgen.service.remembering import Memory


class Observing:
    """A memory that counts every effect which is the first of its request."""

    def __init__(self, memory: Memory, reading: Reading, figures: Figures) -> None:
        """Count what another memory keeps."""
        self._memory = memory
        self._reading = reading
        self._figures = figures

    async def is_done(self, request_id: str) -> bool:
        """Tell whether a request has had its effect."""
        return await self._memory.is_done(request_id)

    async def record(self, effect: Effect) -> bool:
        """Keep an effect, and count it unless the request had one already."""
        is_first = await self._memory.record(effect)
        if is_first and effect.run is not None:
            self._figures.add(
                self._reading.row(effect.run, effect.stages, answer_id(effect.request_id))
            )
        return is_first

    def sent(self, request_id: str) -> None:
        """Note that all messages of a request were sent."""
        self._memory.sent(request_id)

    async def forget(self) -> None:
        """Forget what was sent."""
        await self._memory.forget()

    async def waiting(
        self, request_id: str | None = None, before: datetime | None = None
    ) -> list[tuple[str, Outgoing]]:
        """Return what waits to be sent."""
        return await self._memory.waiting(request_id, before)
