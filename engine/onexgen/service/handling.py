"""One request from the moment that it was received until its offset may be committed.

The order is what makes it safe. The effect is kept (in one transaction, which also decides who was
first), then sent, then the offset is committed. A crash between two of these makes the request
come again; what was kept is then sent, and nothing is done a second time.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from onexgen.diagnostics import OnexgenError, OutsideError, UsageError
from onexgen.service.answering import Answerer
from onexgen.service.asking import Asked, asked
from onexgen.service.brokers.base import Broker, Message, Outgoing, TooLarge
from onexgen.service.envelope import Unreadable
from onexgen.service.history.effects import Effect
from onexgen.service.jobs import Done
from onexgen.service.letters import without_value
from onexgen.service.pool import Pool
from onexgen.service.remembering import Memory
from onexgen.service.topics import Topics

LOG: Final = logging.getLogger(__name__)

type Step = Callable[[str], None]


def no_step(_: str) -> None:
    """Do nothing at a step."""


class Handler:
    """Works on single requests; `at` is called at each step, for tests that let it crash there."""

    def __init__(
        self, broker: Broker, topics: Topics, memory: Memory, pool: Pool, answerer: Answerer,
        *, at: Step = no_step,
    ) -> None:  # fmt: skip
        """Use what the worker has started."""
        self._broker = broker
        self._topics = topics
        self._memory = memory
        self._pool = pool
        self._answerer = answerer
        self._at = at

    async def __call__(self, message: Message) -> None:
        """Work on a message; when this returns, its offset may be committed."""
        self._at("received")
        received = datetime.now(UTC)
        try:
            one = asked(message, self._topics)
        except (Unreadable, UsageError) as error:
            LOG.warning("%s: refused: %s", _place(message), error)
            await self._leave(self._answerer.refusal(message, error))
            return
        if await self._insist(lambda: self._memory.is_done(one.id)):
            LOG.info("%s: %s came again", _place(message), one.id)
            await self._send_waiting(one.id)
            return
        done, attempts, events = await self._tried(one)
        self._at("ran")
        if not done.success:
            LOG.warning("%s: %s failed: %s", _place(message), one.id, done.error)
        effect = self._answerer.effect(message, one, done, attempts, events, received)
        await self._leave(effect)

    async def send_left(self, before: datetime) -> None:
        """Send what others kept and could not send any more."""
        left = await self._memory.waiting(before=before)
        for request_id in dict.fromkeys(name for name, _ in left):
            await self._publish([one for name, one in left if name == request_id])
            self._memory.sent(request_id)
        await self._memory.forget()

    async def _leave(self, effect: Effect) -> None:
        """Keep an effect and send what it says."""
        is_first = await self._insist(lambda: self._memory.record(effect))
        self._at("stored")
        if not is_first:
            await self._send_waiting(effect.request_id)
            return
        await self._insist(lambda: self._publish(effect.messages))
        self._at("published")
        self._memory.sent(effect.request_id)

    async def _send_waiting(self, request_id: str) -> None:
        """Send what a crash left unsent; the receivers know the messages by their ids."""
        left = await self._insist(lambda: self._memory.waiting(request_id))
        if left:
            await self._insist(lambda: self._publish([one for _, one in left]))
            self._memory.sent(request_id)

    async def _publish(self, messages: Sequence[Outgoing]) -> None:
        try:
            await self._broker.publish(messages)
        except TooLarge:
            # One of them: only a letter can be, since all others were measured.
            for one in messages:
                try:
                    await self._broker.publish([one])
                except TooLarge:
                    await self._broker.publish([without_value(one)])

    async def _tried(self, one: Asked) -> tuple[Done, int, list[Mapping[str, Any]]]:
        """Run a job as often as it may; returns how it ended and what the last attempt told."""
        delivery = self._topics.delivery
        attempt = 1
        while True:
            done, events = await self._attempt(one, attempt)
            if done.success or done.exit_code not in delivery.again or attempt == delivery.attempts:
                return done, attempt, events
            LOG.warning("%s: attempt %d failed: %s", one.id, attempt, done.error)
            await asyncio.sleep(delivery.wait(attempt))
            attempt += 1

    async def _attempt(self, one: Asked, attempt: int) -> tuple[Done, list[Mapping[str, Any]]]:
        """Run a job once; what it tells is sent while it goes on."""
        events: list[Mapping[str, Any]] = []
        told: asyncio.Queue[Mapping[str, Any] | None] = asyncio.Queue()

        def tell(event: Mapping[str, Any]) -> None:
            events.append(event)
            told.put_nowait(event)

        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._progress(one, attempt, told))
            try:
                done = await self._pool.run(one.job, self._topics.delivery.grace, tell)
            except OutsideError as error:
                done = Done.failed(error)
            finally:
                told.put_nowait(None)
        return done, events

    async def _progress(
        self, one: Asked, attempt: int, told: asyncio.Queue[Mapping[str, Any] | None]
    ) -> None:
        """Send what a run tells, all that is there at once; a broker that is away is no failure."""
        while (event := await told.get()) is not None:
            messages = self._answerer.progress(one, attempt, event)
            while not told.empty():
                further = told.get_nowait()
                if further is None:
                    told.put_nowait(None)
                    break
                messages += self._answerer.progress(one, attempt, further)
            try:
                await self._broker.publish(messages)
            except OnexgenError as error:
                LOG.warning("%s: progress was not sent: %s", one.id, error)

    async def _insist[T](self, work: Callable[[], Awaitable[T]]) -> T:
        """Do something that needs the world outside, until it is there again."""
        attempt = 1
        while True:
            try:
                return await work()
            except TooLarge:
                raise
            except OutsideError as error:
                wait = self._topics.delivery.wait(attempt)
                LOG.warning("%s; again in %g s", error, wait)
                await asyncio.sleep(wait)
                attempt += 1


def _place(message: Message) -> str:
    return f"{message.topic}/{message.partition}/{message.offset}"
