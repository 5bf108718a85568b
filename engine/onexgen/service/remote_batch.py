"""Many runs by workers, as one command follows them: sent together, written in their order."""

from __future__ import annotations

from collections.abc import Sequence

from onexgen.json_types import JsonObject
from onexgen.service.brokers.base import Reader
from onexgen.service.client import check_topic, follow_all, listen_to, question
from onexgen.service.events import Response
from onexgen.service.opened import connected
from onexgen.service.remote import Answered, Remote, answered
from onexgen.service.topics import load_topics
from onexgen.service.watching import LAST, Watching, event_of
from onexgen.session import Session


async def ask_all(
    session: Session, requests: Sequence[tuple[str, JsonObject]], how: Remote
) -> list[Answered]:
    """Have a run made for each (correlation id, inputs), and write what was made, in their order.

    Waiting ends when nothing more is told for as long as one run may take: what is not answered by
    then is a run that failed.
    """
    topics = load_topics(session.pack, session.environment)
    asked = [question(session, topics, one, name, how.timeout) for name, one in requests]
    limit = topics.delivery.patience if how.timeout is None else how.timeout
    async with connected(how.bus, topics, session.plan.path, session.environment) as broker:
        await check_topic(broker, asked[0].topic)
        reader = await follow_all(broker, topics, asked[0].topic)
        try:
            await broker.publish([one.message for one in asked])
            answers = await _heard(session, reader, [name for name, _ in requests], limit, how)
        finally:
            await reader.close()
    done = []
    for name, inputs in requests:
        watching = Watching(session, inputs, name)
        if name in answers:
            done.append(await answered(session, watching, answers[name], name, how))
        else:
            done.append(Answered(watching.given_up(limit)))
    return done


async def _heard(
    session: Session, reader: Reader, names: Sequence[str], limit: float, how: Remote
) -> dict[str, Response]:
    """Return the answers; events go to whoever wants them, as they come."""
    answers: dict[str, Response] = {}
    left = {*names}
    # Only who wants the events waits for those that an answer overtook.
    untold = set() if how.tell is None else {*names}
    async for name, told in listen_to(reader, names, limit, renewed=True):
        if isinstance(told, Response):
            answers.setdefault(name, told)
            left.discard(name)
        elif how.tell is not None:
            how.tell(event_of(session, name, told))
            if told.kind in LAST:
                untold.discard(name)
        if not left and not untold:
            break
    return answers
