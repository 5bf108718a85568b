"""Runs as they go on: what the bus tells of them, as far back as memory reaches."""

from __future__ import annotations

import asyncio
import re
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, NamedTuple

from onexgen.service.brokers.base import Message
from onexgen.service.envelope import OnexEnvelopeV1, Unreadable, read
from onexgen.service.events import CodegenSessionStatus, Response

_ATTEMPT: Final = re.compile(r"\.(\d+)$")
# What a run costs that tells nothing: the objects themselves.
_LEAST: Final = 1024


class Told(NamedTuple):
    """Something that a run told: in which attempt, its number there, and what."""

    attempt: int
    sequence: int
    kind: str
    data: Mapping[str, object]


@dataclass(slots=True)
class Followed:
    """What is known of one run; `answer` is how it ended, without its record."""

    id: str
    mode: str = ""
    digest: str = ""
    since: datetime | None = None
    until: datetime | None = None
    events: list[Told] = field(default_factory=list)
    answer: Response | None = None
    packed: bytes = b""
    size: int = _LEAST
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def state(self) -> str:
        """Return queued, running, completed or failed."""
        if self.answer is not None:
            return "completed" if self.answer.success else "failed"
        return "running" if self.events else "queued"

    @property
    def is_whole(self) -> bool:
        """Tell whether the last event of the last attempt is here, too."""
        if self.answer is None:
            return False
        last = max(self.events, default=None, key=lambda told: told[:2])
        is_over = last is not None and last.kind.startswith("run_") and last.sequence > 1
        return is_over and last is not None and last.attempt == self.answer.attempts

    def after(self, attempt: int, sequence: int) -> list[Told]:
        """Return what was told after something, in its order."""
        return sorted(told for told in self.events if told[:2] > (attempt, sequence))

    def full_answer(self) -> Response | None:
        """Return how the run ended, with its record."""
        if self.answer is None:
            return None
        payload = read(zlib.decompress(self.packed)).opened()
        return payload if isinstance(payload, Response) else None

    def tell(self) -> None:
        """Wake up whoever waits for news."""
        self.changed.set()
        self.changed = asyncio.Event()


class Board:
    """The latest runs; the oldest that have ended are forgotten when there is too much."""

    def __init__(self, kept: int, events: int) -> None:
        """Keep so many bytes in all, and so many events of a run."""
        self._kept = kept
        self._events = events
        self._size = 0
        self._runs: dict[str, Followed] = {}

    def __iter__(self) -> Iterator[Followed]:
        """Yield the runs, the newest first."""
        return reversed(list(self._runs.values()))

    def get(self, correlation_id: str) -> Followed | None:
        """Return a run that is remembered."""
        return self._runs.get(correlation_id)

    def asked(self, correlation_id: str, mode: str, digest: str, since: datetime) -> Followed:
        """Remember a run that is about to be asked for."""
        run = self._run(correlation_id)
        run.mode, run.digest, run.since = mode, digest, since
        self._grow(run, 0)
        return run

    def forget(self, correlation_id: str) -> None:
        """Forget a run that could not be asked for."""
        gone = self._runs.pop(correlation_id, None)
        self._size -= 0 if gone is None else gone.size

    def feed(self, message: Message) -> None:
        """Take in a message of progress or an answer; all others are somebody else's."""
        try:
            envelope = read(message.value)
            payload = envelope.opened()
        except Unreadable:
            return
        if isinstance(payload, CodegenSessionStatus):
            self._status(envelope, payload)
        elif isinstance(payload, Response):
            self._answer(envelope, payload, message.value)

    def _status(self, envelope: OnexEnvelopeV1, status: CodegenSessionStatus) -> None:
        found = _ATTEMPT.search(status.workflow_id)
        told = Told(int(found[1]) if found else 1, status.sequence, status.kind, status.data)
        run = self._run(envelope.correlation_id)
        if any(one[:2] == told[:2] for one in run.events):
            return
        run.since = run.since or envelope.time
        run.events.append(told)
        del run.events[: -self._events]
        self._grow(run, len(str(told.data)) + 64)
        run.tell()

    def _answer(self, envelope: OnexEnvelopeV1, answer: Response, raw: bytes) -> None:
        run = self._run(envelope.correlation_id)
        # A request that was worked on twice is answered twice; the first answer counts.
        if run.answer is not None:
            return
        run.mode = run.mode or answer.mode
        run.since = run.since or envelope.time
        run.until = envelope.time
        run.packed = zlib.compress(raw, 1)
        run.answer = answer.model_copy(update={"record": None})
        self._grow(run, len(run.packed) + len(str(answer.outputs)))
        run.tell()

    def _run(self, correlation_id: str) -> Followed:
        run = self._runs.get(correlation_id)
        if run is None:
            run = self._runs[correlation_id] = Followed(correlation_id)
            self._size += run.size
        return run

    def _grow(self, run: Followed, size: int) -> None:
        run.size += size
        self._size += size
        if self._size > self._kept:
            self._drop(run)

    def _drop(self, newest: Followed) -> None:
        """Forget runs until there is room: first those that ended, the oldest first."""
        ended = [run for run in self._runs.values() if run.answer is not None]
        others = [run for run in self._runs.values() if run.answer is None]
        for run in [*ended, *others]:
            if self._size <= self._kept:
                return
            if run is not newest:
                self.forget(run.id)
