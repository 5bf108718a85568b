"""A run by a worker, as a command follows it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from onexgen.diagnostics import OutsideError, TimeoutExceeded
from onexgen.json_types import JsonObject
from onexgen.runs import Progress, Run
from onexgen.service.brokers.base import Reader
from onexgen.service.client import Watching, listen, pick_up, question, send, written
from onexgen.service.events import Response
from onexgen.service.opened import connected, history
from onexgen.service.plans import digest_of
from onexgen.service.topics import Topics, load_topics
from onexgen.session import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class Remote:
    """How to have a run made elsewhere; times in seconds."""

    bus: str
    store: str | None = None
    timeout: float | None = None
    preview: str | None = None


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
    try:
        async for told in listen(reader, correlation_id, limit):
            if isinstance(told, Response):
                for further in watching.rest(told):
                    show(further)
                return await _answered(session, watching, told, correlation_id, how)
            progress = watching.progress(told)
            if progress is not None:
                show(progress)
    finally:
        await reader.close()
    raise TimeoutExceeded(f"no answer within {limit:g} s")


async def _answered(
    session: Session, watching: Watching, answer: Response, correlation_id: str, how: Remote
) -> Answered:
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
