"""A run by a worker, as a command follows it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from onexgen.diagnostics import OutsideError, TimeoutExceeded
from onexgen.events import Event
from onexgen.json_types import JsonObject
from onexgen.runs import Progress, Run
from onexgen.service.brokers.base import Reader
from onexgen.service.client import listen, listen_to, pick_up, question, send
from onexgen.service.events import Response
from onexgen.service.opened import connected, history
from onexgen.service.plans import digest_of
from onexgen.service.topics import Topics, load_topics
from onexgen.service.watching import LAST, Watching, event_of
from onexgen.service.writing import written
from onexgen.session import Session

# A run whose process died tells no end.
_OVERTAKEN_SECONDS: Final = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Remote:
    """How to have a run made elsewhere; times in seconds."""

    bus: str
    store: str | None = None
    timeout: float | None = None
    preview: str | None = None
    tell: Callable[[Event], None] | None = None
    """Gets every event, as of a local run."""


@dataclass(frozen=True, slots=True)
class Answered:
    """A run that a worker made and this side wrote; `warning` is what the user should know."""

    run: Run
    warning: str = ""


async def ask(
    session: Session, inputs: JsonObject, correlation_id: str, how: Remote,
    show: Callable[[Progress], None],
) -> Answered:  # fmt: skip
    """Have a run made by a worker, showing progress, and write what it made."""
    topics = load_topics(session.pack, session.environment)
    asked = question(session, topics, inputs, correlation_id, how.timeout)
    async with connected(how.bus, topics, session.plan.path, session.environment) as broker:
        reader = await send(broker, topics, asked)
        return await _followed(session, topics, reader, inputs, correlation_id, how, show)


async def leave(session: Session, inputs: JsonObject, correlation_id: str, how: Remote) -> None:
    """Send a request and do not wait for its answer."""
    topics = load_topics(session.pack, session.environment)
    asked = question(session, topics, inputs, correlation_id, how.timeout)
    async with connected(how.bus, topics, session.plan.path, session.environment) as broker:
        await (await send(broker, topics, asked)).close()


async def pick(
    session: Session, correlation_id: str, how: Remote, show: Callable[[Progress], None]
) -> Answered:
    """Follow a request that was left, from its start."""
    topics = load_topics(session.pack, session.environment)
    async with connected(how.bus, topics, session.plan.path, session.environment) as broker:
        reader = await pick_up(broker, topics, correlation_id)
        return await _followed(session, topics, reader, {}, correlation_id, how, show)


async def _followed(
    session: Session, topics: Topics, reader: Reader, inputs: JsonObject, correlation_id: str,
    how: Remote, show: Callable[[Progress], None],
) -> Answered:  # fmt: skip
    limit = topics.delivery.patience if how.timeout is None else how.timeout
    watching = Watching(session, inputs, correlation_id)
    seen: list[str] = []
    try:
        async for told in listen(reader, correlation_id, limit):
            if isinstance(told, Response):
                for further in watching.rest(told):
                    show(further)
                await _hear_out(session, reader, correlation_id, how, seen)
                return await answered(session, watching, told, correlation_id, how)
            seen.append(told.kind)
            if how.tell is not None:
                how.tell(event_of(session, correlation_id, told))
            progress = watching.progress(told)
            if progress is not None:
                show(progress)
    finally:
        await reader.close()
    raise TimeoutExceeded(f"no answer within {limit:g} s")


async def _hear_out(
    session: Session, reader: Reader, correlation_id: str, how: Remote, seen: Sequence[str]
) -> None:
    """Hear the events that the answer overtook: they were sent before it, to another topic."""
    if how.tell is None or set(LAST) & set(seen):
        return
    async for _, told in listen_to(reader, {correlation_id}, _OVERTAKEN_SECONDS):
        if not isinstance(told, Response):
            how.tell(event_of(session, correlation_id, told))
            if told.kind in LAST:
                return


async def answered(
    session: Session, watching: Watching, answer: Response, correlation_id: str, how: Remote
) -> Answered:
    """Write what a worker made, as its answer has it."""
    record: Any = answer.record
    if answer.stored:
        record = await _stored(correlation_id, how.store)
    run = watching.ended(answer, record)
    if run.error is not None:
        return Answered(run)
    differs = bool(answer.rules) and answer.rules != digest_of(session.plan)
    warning = f"worker {answer.worker} has other rules or another version" if differs else ""
    return Answered(written(session, run, how.preview, how.timeout), warning)


async def _stored(correlation_id: str, store: str | None) -> JsonObject:
    """Return a result that was too large for a message."""
    from onexgen.service.history.reading import record_of

    async with history(store) as database:
        record = await record_of(database, correlation_id)
        if record is None:
            raise OutsideError(
                f"{database.name} does not have the result of {correlation_id}",
                help="name the history of the workers with --store URL",
            )
        return record
