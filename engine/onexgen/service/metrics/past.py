"""What the history adds to the figures, for a service that starts anew."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select

from onexgen.service.answering import answer_id
from onexgen.service.history.database import Database
from onexgen.service.history.tables import RUNS, STAGES
from onexgen.service.metrics.measured import Measured, Reading

_WANTED = ("id", "mode", "exit_code", "failed_stage", "seconds", "score", "finished_at", "outputs")


async def measured_in(database: Database, reading: Reading, since: float) -> list[Measured]:
    """Return the runs that ended since a time (seconds since 1970), as their answers told them."""
    wanted = select(*(RUNS.c[name] for name in _WANTED)).where(
        RUNS.c.finished_at >= datetime.fromtimestamp(since, UTC)
    )
    of_these = select(STAGES).where(STAGES.c.run_id.in_(wanted.with_only_columns(RUNS.c.id)))
    async with database.reading() as connection:
        rows = (await connection.execute(wanted)).mappings().all()
        stages: dict[str, list[dict[str, Any]]] = {row["id"]: [] for row in rows}
        for stage in (await connection.execute(of_these)).mappings():
            # A run that ended between the two questions is told by the bus.
            stages.get(stage["run_id"], []).append(dict(stage))
    return [reading.row(dict(row), stages[row["id"]], answer_id(row["id"])) for row in rows]
