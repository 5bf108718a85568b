"""Follows the bus for as long as the service runs, and keeps the figures up to date.

Whatever is read twice counts once. So a restart may read the last state, the history and what the
bus still holds, in any order, and has the figures of a service that never stopped.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Final

from onexgen.diagnostics import OutsideError
from onexgen.json_types import JsonObject
from onexgen.service.brokers.base import Broker, Message
from onexgen.service.envelope import Unreadable, read
from onexgen.service.letters import letter_news
from onexgen.service.metrics.measured import Measured
from onexgen.service.metrics.prometheus import Figures
from onexgen.service.metrics.rules import MetricsRules
from onexgen.service.metrics.telling import told
from onexgen.service.metrics.windows import Windows
from onexgen.service.topics import Topics
from onexgen.store import write_quietly

LOG: Final = logging.getLogger(__name__)
_LOOK_SECONDS: Final = 0.5
_AGAIN_SECONDS: Final = 2.0
_LARGEST_STATE: Final = 1 << 28


class Following:
    """The figures of one bus; `state_file` is where they are kept between two starts."""

    def __init__(
        self, broker: Broker, topics: Topics, rules: MetricsRules, *,
        state_file: Path | None = None, clock: Callable[[], float] = time.time,
    ) -> None:  # fmt: skip
        """Begin with the last state, if there is one."""
        self._broker = broker
        self._topics = topics
        self._rules = rules
        self._file = state_file
        self._clock = clock
        self._began = clock()
        self._tasks: list[asyncio.Task[None]] = []
        # Id -> topic of the letters that nobody settled.
        self._letters: dict[str, str] = {}
        self.waiting: dict[str, int] = {}
        self.dead = {topic.name: 0 for topic in topics.of_role("dead_letters")}
        self.figures = Figures(rules.bounds_seconds, rules.bounds_quality)
        self.figures.set_dead(self.dead)
        self.windows = self._restored()

    async def start(self, past: Iterable[Measured] = ()) -> None:
        """Follow in the background; `past` is what the history knows."""
        for one in past:
            self.add(one)
        told_of = [*self._topics.of_role("response"), *self._topics.of_role("event")]
        names = [topic.name for topic in told_of]
        letters = [topic.name for topic in self._topics.of_role("dead_letters")]
        works = (
            self._follow(names, self._take),
            self._follow(letters, self._take_letters),
            self._repeat(self._rules.look_every, self.look),
            self._repeat(self._rules.keep_every, self._keep_aside),
        )
        self._tasks = [asyncio.create_task(work) for work in works]

    async def stop(self) -> None:
        """Stop following, and keep the state."""
        tasks, self._tasks = self._tasks, []
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self.keep()

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
            lag = await self._broker.lag(self._topics.delivery.group, requests)
        except OutsideError:
            self.figures.set_bus(is_up=False)
            raise
        waiting = dict.fromkeys(requests, 0)
        for place, behind in lag.items():
            waiting[place.topic] += behind or 0
        self.waiting = waiting
        self.figures.set_waiting(waiting)
        self.figures.set_bus(is_up=True)

    def keep(self) -> None:
        """Write the state, at once or not at all."""
        if self._file is None:
            return
        with suppress(OSError):
            self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_quietly(self._file, json.dumps(self.windows.to_json()).encode())

    async def _keep_aside(self) -> None:
        self.keep()

    def _restored(self) -> Windows:
        """Return the state that was kept; one that cannot be used is as none."""
        fresh = Windows(self._rules.shape)
        if self._file is None:
            return fresh
        try:
            if self._file.stat().st_size > _LARGEST_STATE:
                return fresh
            return Windows.from_json(json.loads(self._file.read_bytes()), self._rules.shape)
        except OSError:
            return fresh
        except (ValueError, KeyError, TypeError) as error:
            LOG.warning("the figures in %s are not used: %s", self._file, error)
            return fresh

    async def _follow(self, names: list[str], take: Callable[[list[Message]], None]) -> None:
        """Read topics from their start for ever; a broker that is away is asked again."""
        while True:
            try:
                reader = await self._broker.follow(names, from_start=True)
                try:
                    while True:
                        take(await reader.read(_LOOK_SECONDS))
                finally:
                    await reader.close()
            except OutsideError as error:
                LOG.warning("figures: %s", error)
                await asyncio.sleep(_AGAIN_SECONDS)

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

    async def _repeat(self, every: float, work: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                await work()
            except OutsideError as error:
                LOG.warning("figures: %s", error)
            await asyncio.sleep(every)


def _not_ahead(one: Measured, now: float) -> Measured:
    """Return an event that happened by now: a clock that is ahead must not push others out."""
    if one.at <= now:
        return one
    return Measured(id=one.id, at=now, counts=one.counts, values=one.values)
