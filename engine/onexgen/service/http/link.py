"""The connection to the bus: made when the bus is there, and made anew when it was lost."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Final

from onexgen.diagnostics import OnexgenError, OutsideError
from onexgen.service.brokers import open_broker
from onexgen.service.brokers.base import Broker, Unreachable
from onexgen.service.http.background import in_background, report
from onexgen.service.http.board import Board
from onexgen.service.opened import with_worker
from onexgen.service.pool import Pool
from onexgen.service.remembering import Memory
from onexgen.service.topics import Topics

LOG: Final = logging.getLogger(__name__)
_LOOK_SECONDS: Final = 0.5
_LOCAL: Final = "memory://"


class Link:
    """A broker that may come and go; what it tells goes to a board."""

    def __init__(self, url: str, topics: Topics, board: Board, *, kept: int, drain: float) -> None:
        """Read the URL: a wrong one is a UsageError now, an absent broker is none at all.

        A bus in memory keeps `kept` messages of each part of a topic; its worker waits `drain`
        seconds for what it has begun.
        """
        self.is_local = url.startswith(_LOCAL)
        self.url = url
        self._topics = topics
        self._board = board
        self._kept = kept
        self._drain = drain
        self._broker = self._opened()
        self._worker: asyncio.Task[None] | None = None
        self._said = "not connected yet"
        # What was told while nobody listened has to be read from its start.
        self._has_missed = False
        self._open = asyncio.Event()

    @property
    def broker(self) -> Broker:
        """Return the broker; Unreachable when it is not there."""
        if not self._open.is_set():
            raise Unreachable(f"the bus cannot be used: {self._said}", help="try again later")
        return self._broker

    async def check(self) -> None:
        """Raise OutsideError when requests cannot be sent now."""
        if self._worker is not None and self._worker.done():
            said = "the worker in this process has ended"
            raise OutsideError(said, help="start the service anew")
        known = await self.broker.topics()
        missing = sorted(set(self._topics.topics) - set(known))
        if missing:
            said = f"the broker has no topic {', '.join(missing)}"
            raise OutsideError(said, help="run `onexgen topics create`")

    @asynccontextmanager
    async def running(self, pool: Pool, memory: Memory, *, stores: bool) -> AsyncIterator[None]:
        """Be connected whenever that is possible; a bus in memory brings its own worker."""
        if not self.is_local:
            async with in_background(self._stay()):
                yield
            return
        topics = replace(self._topics, delivery=replace(self._topics.delivery, drain=self._drain))
        async with with_worker(self._broker, topics, pool, memory, stores=stores) as worker:
            self._worker = worker
            worker.add_done_callback(report)
            async with in_background(self._stay()):
                await self._open.wait()
                yield

    async def _stay(self) -> None:
        """Connect and read, again and again."""
        attempt = 1
        while True:
            try:
                await self._broker.start()
                await self._read()
            except OnexgenError as error:
                attempt = 1 if self._open.is_set() else attempt + 1
                if self._said != error.message:
                    LOG.warning("the bus: %s", error)
                self._said = error.message
            finally:
                self._open.clear()
                await self._broker.stop()
            await asyncio.sleep(self._topics.delivery.wait(attempt))
            if not self.is_local:
                self._broker = self._opened()

    async def _read(self) -> None:
        """Take in progress and answers until the broker is lost."""
        names = [self._topics.status.name]
        names += [str(topic.answers) for topic in self._topics.of_role("request")]
        reader = await self._broker.follow(names, from_start=self._has_missed)
        try:
            LOG.info("the bus answers")
            self._said = "the connection was lost"
            self._open.set()
            self._has_missed = True
            while True:
                for message in await reader.read(_LOOK_SECONDS):
                    self._board.feed(message)
        finally:
            await reader.close()

    def _opened(self) -> Broker:
        client = f"onexgen-{os.getpid()}"
        return open_broker(self.url, self._topics, client=client, kept=self._kept)
