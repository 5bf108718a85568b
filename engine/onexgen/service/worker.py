"""A worker: takes requests from a group, works on some at once, and stops without losing one."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Final

from onexgen.diagnostics import OutsideError
from onexgen.service.answering import Answerer
from onexgen.service.brokers.base import Broker, Lost, Message, Subscription
from onexgen.service.handling import Handler, Step, no_step
from onexgen.service.offsets import Offsets
from onexgen.service.pool import Pool
from onexgen.service.remembering import Memory
from onexgen.service.topics import Topics

LOG: Final = logging.getLogger(__name__)
_LOOK_SECONDS: Final = 0.5
# What was kept and is not sent after so long belongs to a worker that died.
_LEFT_SECONDS: Final = 60.0


class Worker:
    """Works on the requests of a group until it is told to stop."""

    def __init__(
        self, broker: Broker, topics: Topics, memory: Memory, pool: Pool,
        *, name: str, stores: bool, at: Step = no_step,
    ) -> None:  # fmt: skip
        """Use a broker and a memory that have started, and a pool that has not."""
        self._broker = broker
        self._topics = topics
        self._memory = memory
        self._pool = pool
        self._at = at
        answerer = Answerer(topics, name, stores)
        self._handle = Handler(broker, topics, memory, pool, answerer, at=at)
        self._offsets = Offsets()
        self._working: set[asyncio.Task[None]] = set()
        self._news = asyncio.Event()
        self._stopping = asyncio.Event()
        self._failure: BaseException | None = None

    def stop(self) -> None:
        """Take no further requests, and end when those that were begun are done."""
        self._stopping.set()
        self._news.set()

    async def run(self, ready: Callable[[], None] = lambda: None) -> None:
        """Work; `ready` is called when the first request can be taken."""
        requests = [topic.name for topic in self._topics.of_role("request")]
        await self._check_topics()
        try:
            await self._pool.start()
            group = await self._broker.subscribe(self._topics.delivery.group, requests)
            try:
                ready()
                await self._work(group)
            finally:
                await self._end(group)
        finally:
            await self._pool.stop()

    async def _check_topics(self) -> None:
        """Raise OutsideError when topics are missing: a broker may make them, but not as ours."""
        known = await self._broker.topics()
        missing = [name for name in self._topics.topics if name not in known]
        if missing:
            raise OutsideError(
                f"the broker has no topic {', '.join(missing)}", help="run `onexgen topics create`"
            )

    async def _work(self, group: Subscription) -> None:
        look = asyncio.get_running_loop().time()
        while not self._stopping.is_set():
            self._check()
            if asyncio.get_running_loop().time() >= look:
                look += _LEFT_SECONDS
                await self._guarded(self._send_left)
            free = self._pool.size - len(self._working)
            if not free:
                await self._news.wait()
                self._news.clear()
                continue
            for message in await self._taken(group, free):
                if self._offsets.begin(message):
                    task = asyncio.create_task(self._one(group, message))
                    self._working.add(task)

    async def _taken(self, group: Subscription, most: int) -> list[Message]:
        try:
            return await group.take(most, _LOOK_SECONDS)
        except OutsideError as error:
            LOG.warning("%s", error)
            await asyncio.sleep(_LOOK_SECONDS)
            return []

    async def _one(self, group: Subscription, message: Message) -> None:
        task = asyncio.current_task()
        try:
            await self._handle(message)
            self._offsets.end(message)
            await self._commit(group)
            self._at("committed")
        except asyncio.CancelledError:
            raise
        except BaseException as error:  # noqa: BLE001 - a bug ends the worker, and says so.
            self._failure = error
        finally:
            if task is not None:
                self._working.discard(task)
            self._news.set()

    async def _commit(self, group: Subscription) -> None:
        ready = self._offsets.ready()
        if not ready:
            return
        try:
            await group.commit(ready)
            self._offsets.committed(ready)
        except Lost as error:
            LOG.info("not committed: %s", error)
            # Said again later, it would take back what the new owner has committed since.
            self._offsets.committed(ready)
        except OutsideError as error:
            # The next commit says the same and more; if there is none, the requests come again.
            LOG.warning("not committed: %s", error)

    async def _end(self, group: Subscription) -> None:
        """Wait for what was begun, at most as long as a run has to end; then leave the group."""
        if self._working and self._failure is None:
            LOG.info("waiting for %d requests", len(self._working))
            await asyncio.wait(self._working, timeout=self._topics.delivery.drain)
        for task in list(self._working):
            task.cancel()
        await asyncio.gather(*self._working, return_exceptions=True)
        await self._guarded(lambda: self._commit(group))
        await self._guarded(self._memory.forget)
        await group.close()
        self._check()

    async def _send_left(self) -> None:
        before = datetime.now(UTC) - timedelta(seconds=_LEFT_SECONDS)
        await self._handle.send_left(before)

    async def _guarded(self, work: Callable[[], Awaitable[None]]) -> None:
        """Do something that can also be done later."""
        try:
            await work()
        except OutsideError as error:
            LOG.warning("%s", error)

    def _check(self) -> None:
        if self._failure is not None:
            raise self._failure
