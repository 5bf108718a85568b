"""Follows the bus for as long as the service runs, and keeps the figures up to date.

Whatever is read twice counts once. So a restart may read the last state, the history and what the
bus still holds, in any order, and has the figures of a service that never stopped.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from pathlib import Path
from typing import Any, Final

from onexgen.diagnostics import OutsideError
from onexgen.json_types import JsonObject
from onexgen.service.brokers.base import Broker, Message, Reader
from onexgen.service.envelope import Unreadable, read
from onexgen.service.letters import letter_news
from onexgen.service.metrics.keeping import keep, restored
from onexgen.service.metrics.measured import Measured
from onexgen.service.metrics.prometheus import Figures
from onexgen.service.metrics.rules import MetricsRules
from onexgen.service.metrics.telling import told
from onexgen.service.topics import Topics

LOG: Final = logging.getLogger(__name__)
_LOOK_SECONDS: Final = 0.5
_AGAIN_SECONDS: Final = 2.0

type Work = Coroutine[Any, Any, None]
type Past = Callable[[float], Awaitable[Iterable[Measured]]]


class Following:
    """The figures of one bus."""

    def __init__(
        self, broker: Callable[[], Broker], topics: Topics, rules: MetricsRules, *,
        file: Path | None = None, clock: Callable[[], float] = time.time,
    ) -> None:  # fmt: skip
        """Use a broker that comes and goes, and the state in a file if there is one."""
        self._broker = broker
        self._topics = topics
        self._rules = rules
        self._file = file
        self._clock = clock
        self._began = clock()
        self._said = ""
        # Id -> topic of the letters that nobody settled.
        self._letters: dict[str, str] = {}
        self.waiting: dict[str, int] = {}
        self.dead = {topic.name: 0 for topic in topics.of_role("dead_letters")}
        self.figures = Figures(rules.bounds_seconds, rules.bounds_quality)
        self.figures.set_dead(self.dead)
        self.windows = restored(file, rules.shape)

    def works(self, *, back: bool, past: Past | None = None) -> list[Work]:
        """Return what has to go on beside the requests, to keep the figures up to date.

        With `back` they begin with what the bus holds of the longest window, and with what `past`
        knows since a time; else they begin now.
        """
        since = self._clock() - max(self._rules.shape.windows.values()) if back else None
        names = [topic.name for topic in self._topics.of_role("response")]
        letters = [topic.name for topic in self._topics.of_role("dead_letters")]

        async def follow() -> Reader:
            return await self._broker().follow(names, since=since)

        async def follow_letters() -> Reader:
            return await self._broker().follow(letters, from_start=True)

        works = [
            self._follow(follow, self._take),
            self._follow(follow_letters, self._take_letters),
            self._repeat(self._rules.look_every, self.look),
        ]
        if back and self._file is not None:
            works.append(self._repeat(self._rules.keep_every, self.keep))
        if since is not None and past is not None:
            works.append(self._recall(past, since))
        return works

    def add(self, one: Measured) -> None:
        """Count an event once; counters of this process count what happened since it began."""
        if self.windows.add(one) and one.at >= self._began:
            self.figures.add(one)

    def told(self) -> JsonObject:
        """Return the figures of all windows, and what waits now."""
        figures = told(self.windows, self._clock())
        waiting: JsonObject = {**self.waiting}
        dead: JsonObject = {**self.dead}
        return {**figures, "waiting": waiting, "dead_letters": dead}

    async def look(self) -> None:
        """Ask the broker how many requests wait."""
        requests = [topic.name for topic in self._topics.of_role("request")]
        try:
            lag = await self._broker().lag(self._topics.delivery.group, requests)
        except OutsideError:
            self.figures.set_bus(is_up=False)
            raise
        waiting = dict.fromkeys(requests, 0)
        for place, behind in lag.items():
            waiting[place.topic] += behind or 0
        self.waiting = waiting
        self.figures.set_waiting(waiting)
        self.figures.set_bus(is_up=True)

    async def keep(self) -> None:
        """Write the state for the next start."""
        keep(self._file, self.windows)

    async def _follow(
        self, begin: Callable[[], Awaitable[Reader]], take: Callable[[list[Message]], None]
    ) -> None:
        """Read for ever; a broker that is away is asked again."""
        while True:
            try:
                reader = await begin()
                try:
                    while True:
                        take(await reader.read(_LOOK_SECONDS))
                finally:
                    await reader.close()
            except OutsideError as error:
                self._warn(error)
                await asyncio.sleep(_AGAIN_SECONDS)

    async def _repeat(self, every: float, work: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                await work()
            except OutsideError as error:
                self._warn(error)
            await asyncio.sleep(every)

    async def _recall(self, past: Past, since: float) -> None:
        """Take in what the history knows, when it is there."""
        while True:
            try:
                for one in await past(since):
                    self.add(one)
            except OutsideError as error:
                self._warn(error)
                await asyncio.sleep(_AGAIN_SECONDS)
            else:
                return

    def _take(self, messages: list[Message]) -> None:
        for message in messages:
            try:
                envelope = read(message.value)
                one = self._rules.reading.event(envelope, envelope.opened())
            except Unreadable as error:
                LOG.debug("figures: %s", error)
                continue
            if one is not None:
                self.add(_not_ahead(one, self._clock()))

    def _take_letters(self, messages: list[Message]) -> None:
        """Count what waits; read again from the start, all comes to the same."""
        for message in messages:
            name, is_settled = letter_news(message)
            if is_settled:
                self._letters.pop(name, None)
            elif name:
                self._letters[name] = message.topic
        counts = Counter(self._letters.values())
        self.dead = {topic: counts[topic] for topic in self.dead}
        self.figures.set_dead(self.dead)

    def _warn(self, error: OutsideError) -> None:
        """Say what is wrong, once for as long as it is the same."""
        if self._said != error.message:
            LOG.warning("figures: %s", error)
        self._said = error.message


def _not_ahead(one: Measured, now: float) -> Measured:
    """Return an event that happened by now: a clock that is ahead must not push others out."""
    if one.at <= now:
        return one
    return Measured(id=one.id, at=now, counts=one.counts, values=one.values)
