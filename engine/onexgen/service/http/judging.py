"""Runs that the service makes itself, each in a process that can be stopped."""

from __future__ import annotations

import asyncio
import uuid
from typing import Any

from onexgen.diagnostics import OutsideError
from onexgen.json_types import JsonObject
from onexgen.service.http.context import Context
from onexgen.service.jobs import Done, Job, error_of


async def judged(context: Context, pipeline: str, inputs: JsonObject) -> Done:
    """Return how a run of a pipeline ended well; raises what it failed with."""
    job = Job(
        pipeline=pipeline, inputs=inputs, correlation_id=str(uuid.uuid4()),
        timeout=context.settings.waits.judging,
    )  # fmt: skip
    grace = context.topics.delivery.grace
    try:
        # As long again for the turn of those who came before.
        async with asyncio.timeout(2 * (job.timeout + grace)):
            done = await context.judges.run(job, grace, _untold)
    except TimeoutError as error:
        raise OutsideError("too many wait for an answer", help="try again later") from error
    if not done.success:
        raise error_of(done.error, done.help, done.exit_code)
    return done


def _untold(_: Any) -> None:
    """Tell nobody how far it is."""
