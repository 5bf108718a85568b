"""What people ask of the history."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, select

from onexgen.diagnostics import UsageError
from onexgen.json_types import JsonObject
from onexgen.service.history.database import Database
from onexgen.service.history.tables import EVENTS, INBOX, RUNS, STAGES, USES

_PERCENTILES = (50, 95, 99)
_BRIEF = ("id", "correlation_id", "mode", "status", "exit_code", "attempts", "seconds", "score",
          "finished_at", "error")  # fmt: skip


async def runs(database: Database, limit: int, status: str | None = None) -> list[JsonObject]:
    """Return the latest runs, newest first."""
    wanted = select(*(RUNS.c[name] for name in _BRIEF))
    if status is not None:
        wanted = wanted.where(RUNS.c.status == status)
    wanted = wanted.order_by(RUNS.c.finished_at.desc(), RUNS.c.id).limit(limit)
    async with database.reading() as connection:
        return [_plain(row) for row in (await connection.execute(wanted)).mappings()]


async def run(database: Database, name: str) -> JsonObject:
    """Return all of the latest run of a correlation id, or of the request of that id."""
    wanted = (
        select(RUNS)
        .where((RUNS.c.correlation_id == name) | (RUNS.c.id == name))
        .order_by(RUNS.c.finished_at.desc())
        .limit(1)
    )
    async with database.reading() as connection:
        row = (await connection.execute(wanted)).mappings().first()
        if row is None:
            raise UsageError(f"the history has no run '{name}'", help="see `onexgen runs list`")
        parts: dict[str, Any] = {}
        for key, table in (("stages", STAGES), ("events", EVENTS), ("uses", USES)):
            order = list(table.primary_key.columns)
            of_run = select(table).where(table.c.run_id == row["id"]).order_by(*order)
            found = (await connection.execute(of_run)).mappings()
            parts[key] = [{k: v for k, v in _plain(one).items() if k != "run_id"} for one in found]
    return {**_plain(row), **parts}


async def record_of(database: Database, correlation_id: str) -> JsonObject | None:
    """Return the stored record of a run whose result was too large for a message."""
    wanted = (
        select(RUNS.c.record)
        .where(RUNS.c.correlation_id == correlation_id, RUNS.c.record.is_not(None))
        .order_by(RUNS.c.finished_at.desc())
        .limit(1)
    )
    async with database.reading() as connection:
        found: JsonObject | None = (await connection.execute(wanted)).scalar()
        return found


async def stats(database: Database, days: float) -> JsonObject:
    """Return counts, durations and what was used, over the last days."""
    since = datetime.now(UTC) - timedelta(days=days)
    recent = RUNS.c.finished_at >= since
    per_mode = select(RUNS.c.mode, RUNS.c.status, RUNS.c.seconds, RUNS.c.score).where(recent)
    failures = (
        select(RUNS.c.exit_code, RUNS.c.failed_stage, func.count().label("count"))
        .where(recent, RUNS.c.status == "failed")
        .group_by(RUNS.c.exit_code, RUNS.c.failed_stage)
        .order_by(func.count().desc(), RUNS.c.exit_code)
    )
    uses = (
        select(USES.c.kind, USES.c.name, RUNS.c.status, func.count().label("count"))
        .join_from(USES, RUNS)
        .where(recent)
        .group_by(USES.c.kind, USES.c.name, RUNS.c.status)
        .order_by(USES.c.kind, func.count().desc(), USES.c.name)
    )
    async with database.reading() as connection:
        rows = (await connection.execute(per_mode)).all()
        failed = [_plain(row) for row in (await connection.execute(failures)).mappings()]
        used = [_plain(row) for row in (await connection.execute(uses)).mappings()]
    modes: dict[str, Any] = {}
    for mode in sorted({row.mode for row in rows}):
        of_mode = [row for row in rows if row.mode == mode]
        scores = [row.score for row in of_mode if row.score is not None]
        modes[mode] = {
            "runs": len(of_mode),
            "failed": sum(row.status == "failed" for row in of_mode),
            "seconds": percentiles([row.seconds for row in of_mode]),
            "score": round(sum(scores) / len(scores), 4) if scores else None,
        }
    return {"days": days, "modes": modes, "failures": list(failed), "uses": list(used)}


async def prune(database: Database, days: float) -> dict[str, int]:
    """Forget what is older than some days; returns how many runs and requests that were."""
    before = datetime.now(UTC) - timedelta(days=days)
    async with database.writing() as connection:
        gone = await connection.execute(delete(RUNS).where(RUNS.c.finished_at < before))
        seen = await connection.execute(delete(INBOX).where(INBOX.c.done_at < before))
    return {"runs": gone.rowcount, "requests": seen.rowcount}


def percentiles(values: Sequence[float]) -> dict[str, float]:
    """Return p50, p95 and p99: the smallest value that so many per cent do not exceed."""
    ordered = sorted(values)
    count = len(ordered)
    return {
        f"p{part}": round(ordered[max(-(-count * part // 100) - 1, 0)], 6)
        for part in _PERCENTILES
        if ordered
    }


def _plain(row: Any) -> JsonObject:
    """Return a row as JSON data."""
    return {
        key: value.isoformat() if isinstance(value, datetime) else value
        for key, value in row.items()
    }
