"""What a run tells, as server-sent events that can be picked up where they were left."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Final

from fastapi.sse import format_sse_event

from onexgen.service.http.board import Followed, Told
from onexgen.service.http.context import Context
from onexgen.service.http.models import Full

PLACE: Final = r"^\d{1,9}\.(\d{1,9}|end)$"
START: Final = "0.0"
_END: Final = "end"
_RESULT: Final = "result"


def after(last: str) -> tuple[int, int] | None:
    """Return the attempt and number in the id of an event; None for the last, which ends all."""
    attempt, _, number = last.partition(".")
    return None if number == _END else (int(attempt), int(number))


async def told(
    context: Context, run: Followed, place: tuple[int, int], prefix: str
) -> AsyncIterator[bytes]:
    """Yield the events of a run after a place, its result last."""
    waits = context.settings.waits
    while True:
        # Taken first: what is told from now on wakes us up.
        news = run.changed
        if ready := run.after(*place):
            place = ready[-1][:2]
            # At once: each part costs a call of the system, and a complaint when nobody listens.
            yield b"".join(map(_event, ready))
        if run.answer is not None and (
            run.is_whole or not await _within(context, news, waits.settle)
        ):
            yield b"".join([*map(_event, run.after(*place)), _result(run, prefix)])
            return
        if context.stopping.is_set():
            return
        if run.answer is None and not await _within(context, news, waits.beat):
            # Keeps proxies from taking silence for death.
            yield format_sse_event(comment="still here")


async def _within(context: Context, news: asyncio.Event, seconds: float) -> bool:
    """Wait for news; False when there are none in time, or the service stops."""
    tasks = [asyncio.create_task(one.wait()) for one in (news, context.stopping)]
    try:
        await asyncio.wait(tasks, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
    return news.is_set()


def _event(one: Told) -> bytes:
    return format_sse_event(
        id=f"{one.attempt}.{one.sequence}", event=one.kind,
        data_str=json.dumps(one.data, ensure_ascii=False),
    )  # fmt: skip


def _result(run: Followed, prefix: str) -> bytes:
    attempts = run.answer.attempts if run.answer is not None else 0
    text = Full.of(run, prefix).model_dump_json()
    return format_sse_event(id=f"{attempts}.{_END}", event=_RESULT, data_str=text)
