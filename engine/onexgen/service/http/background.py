"""Work that goes on beside the requests, as long as a block runs."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any, Final

LOG: Final = logging.getLogger(__name__)


@asynccontextmanager
async def in_background(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Do some work until the block ends; when it fails, that is said at once."""
    task = asyncio.create_task(work)
    task.add_done_callback(report)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def report(task: asyncio.Task[None]) -> None:
    """Say that a task failed, if it did."""
    if not task.cancelled() and task.exception() is not None:
        LOG.error("this is a bug: work in the background ended", exc_info=task.exception())
