"""What is known of runs: the board has the latest, the history what was worked off."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from onexgen.diagnostics import UsageError
from onexgen.json_types import JsonObject
from onexgen.service.events import Response
from onexgen.service.http.board import Followed, Told
from onexgen.service.http.context import Context
from onexgen.service.http.fetching import fetched
from onexgen.service.http.problems import Refused


def digest_of(mode: str, inputs: Mapping[str, Any]) -> str:
    """Return what stands for a request: the same for the same wish."""
    text = json.dumps([mode, inputs], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


async def known(context: Context, correlation_id: str) -> Followed | None:
    """Return what is known of a run, None for nothing."""
    run = context.board.get(correlation_id)
    if (run is None or run.answer is None) and context.database is not None:
        return await _in_history(context, correlation_id) or run
    return run


async def needed_run(context: Context, correlation_id: str) -> Followed:
    """Return a run; raises Refused with 404 when nothing is known of it."""
    run = await known(context, correlation_id)
    if run is None:
        raise Refused(
            404, f"there is no run '{correlation_id}'",
            help="" if context.database else "older ones are in a history: serve --store URL",
        )  # fmt: skip
    return run


async def latest(context: Context, limit: int, state: str | None) -> list[Followed]:
    """Return the latest runs, the newest first, and those that go on before them."""
    here = [run for run in context.board if state in (None, run.state)]
    going = [run for run in here if run.answer is None]
    ended = [run for run in here if run.answer is not None]
    if context.database is None:
        return [*going, *ended][:limit]
    from onexgen.service.history.reading import runs

    rows: list[Any] = []
    if state in (None, "completed", "failed"):
        rows = await runs(context.database, limit, state)
    stored = [_of_row(row) for row in rows]
    names = {run.id for run in stored}
    # What has ended is on the board a moment before it is in the history, or the other way round.
    fresh = [run for run in [*going, *ended] if run.id not in names]
    return [*fresh, *stored][:limit]


async def answer_of(context: Context, correlation_id: str) -> Response:
    """Return how a run ended, with its record; raises Refused when it has not, or has none."""
    run = await needed_run(context, correlation_id)
    if run.answer is None:
        raise Refused(409, f"the run '{run.id}' goes on", help="wait for its end: see its events")
    if not run.answer.success:
        raise Refused(409, f"the run '{run.id}' failed: {run.answer.error}", help=run.answer.help)
    full = run.full_answer() if run.packed else await fetched(context, correlation_id)
    if full is not None and full.stored and context.database is not None:
        from onexgen.service.history.reading import record_of

        full = full.model_copy(update={"record": await record_of(context.database, run.id)})
    if full is None or full.record is None:
        raise Refused(
            404, f"what the run '{run.id}' made is not kept any more",
            help="results too large for a message are in the history: serve --store URL",
        )  # fmt: skip
    return full


async def _in_history(context: Context, correlation_id: str) -> Followed | None:
    from onexgen.service.history.reading import run

    assert context.database is not None  # noqa: S101 - as its callers have looked.
    try:
        row: Any = await run(context.database, correlation_id)
    except UsageError:
        return None
    # Whoever knows the id of a message may not use it as that of a run.
    return _of_row(row) if row["correlation_id"] == correlation_id else None


def _of_row(row: Mapping[str, Any]) -> Followed:
    """Return a row of the history as a run; one of a list has less."""
    is_success = row["status"] == "completed"
    stages = [{**stage, "id": stage["name"]} for stage in row.get("stages", ())]
    answer = Response.model_validate(
        {
            "request_id": row["id"], "mode": row["mode"], "pipeline": row.get("pipeline", ""),
            "success": is_success, "outputs": row.get("outputs", {}), "stages": stages,
            "error": row["error"], "exit_code": row["exit_code"],
            "failed_stage": row.get("failed_stage"), "duration_seconds": row["seconds"],
            "attempts": row["attempts"],
        }
    )  # fmt: skip
    events = [
        Told(row["attempts"], event["sequence"], event["kind"], event["data"])
        for event in row.get("events", ())
    ]
    inputs: JsonObject = row.get("inputs", {})
    return Followed(
        row["correlation_id"], row["mode"], digest_of(row["mode"], inputs),
        since=row.get("received_at"), until=row["finished_at"], events=events, answer=answer,
    )  # fmt: skip
