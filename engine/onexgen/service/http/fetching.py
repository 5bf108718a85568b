"""Results that are not remembered any more, from the broker that still has them."""

from __future__ import annotations

import asyncio

from onexgen.service.envelope import Unreadable, read
from onexgen.service.events import Response
from onexgen.service.http.context import Context

_LOOK_SECONDS = 0.5


async def fetched(context: Context, correlation_id: str) -> Response | None:
    """Return the answer to a request that has one; None when the broker has forgotten it."""
    names = [str(topic.answers) for topic in context.topics.of_role("request")]
    reader = await context.link.broker.follow(names, key=correlation_id, from_start=True)
    try:
        async with asyncio.timeout(context.settings.waits.looking):
            while True:
                for message in await reader.read(_LOOK_SECONDS):
                    answer = _answer(message.value, correlation_id)
                    if answer is not None:
                        return answer
    except TimeoutError:
        return None
    finally:
        await reader.close()


def _answer(value: bytes, correlation_id: str) -> Response | None:
    try:
        envelope = read(value)
        payload = envelope.opened() if envelope.correlation_id == correlation_id else None
    except Unreadable:
        return None
    return payload if isinstance(payload, Response) else None
