"""Runs of this process in a history, for whoever has one configured."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from onexgen.diagnostics import UsageError
from onexgen.events import Event
from onexgen.runs import Run
from onexgen.service.history.effects import Effect, Told, effect_of
from onexgen.service.jobs import done_of
from onexgen.service.opened import history, worker_name
from onexgen.service.topics import Topics, load_topics
from onexgen.session import Session


async def keep(session: Session, runs: Sequence[Run], events: Iterable[Event], store: str) -> None:
    """Keep runs that have ended, each in one transaction.

    Errors: OutsideError when the history cannot be written.
    """
    from onexgen.service.history.recording import Recorder

    topics = load_topics(session.pack, session.environment)
    told = list(events)
    async with history(store, make=True) as database:
        recorder = Recorder(database)
        for run in runs:
            await recorder.record(_effect(session, topics, run, told))


def _effect(session: Session, topics: Topics, run: Run, events: Sequence[Event]) -> Effect:
    seconds = sum(stage.seconds for stage in run.stages)
    name = run.request.correlation_id
    topic, mode = _offered(session, topics)
    own = [event.to_json() for event in events if event.correlation_id == name]
    told = Told(
        correlation_id=name, topic=topic, mode=mode, pipeline=session.plan.path,
        inputs=dict(run.request.inputs), attempts=1, worker=worker_name(),
        received=datetime.now(UTC) - timedelta(seconds=seconds), events=own,
    )  # fmt: skip
    return effect_of(name, told, done_of(session, run, seconds), topics.counted)


def _offered(session: Session, topics: Topics) -> tuple[str, str]:
    """Return topic and mode as a worker would have them; a pipeline of no topic is its own mode."""
    try:
        topic, mode = topics.for_pipeline(session.plan.path)
    except UsageError:
        return "", session.plan.name
    return topic.name, mode
