"""The history: whether it is there, ours, and can be written; and how runs ended of late."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from onexgen.diagnostics import OnexgenError
from onexgen.service.doctor.advice import Advice, Found
from onexgen.service.doctor.clocks import of_clock
from onexgen.service.extra import needed

if TYPE_CHECKING:  # Whoever looks at something else does not import what a history needs.
    from onexgen.service.history.database import Database

HISTORY: Final = "history"
RUNS: Final = "runs"


async def of_history(store: str | None, advice: Advice) -> AsyncIterator[Found]:
    """Yield what there is to say of a history."""
    needed("sqlalchemy", "aiosqlite", "alembic")
    from onexgen.service.history.database import Database, default_url
    from onexgen.service.history.errors import Away, Missing, Newer, Older, ReadOnly

    cases: dict[type[OnexgenError], str] = {
        Missing: "history-none",
        Older: "history-older",
        Newer: "history-newer",
        ReadOnly: "history-read-only",
        Away: "history-away",
    }
    database = Database(store or default_url())
    try:
        await database.start(make=False)
        await database.check_writable()
        yield Found(HISTORY, "answers", f"{database.name} answers, and can be written")
        now = await database.now()
        if now is not None:
            ahead = (now - datetime.now(UTC)).total_seconds()
            for found in of_clock(HISTORY, "the clock of the database", ahead, advice.limits):
                yield found
        async for found in _of_runs(database, advice):
            yield found
    except OnexgenError as error:
        yield Found(HISTORY, cases.get(type(error), "history-away"), error.message)
    finally:
        await database.stop()


async def _of_runs(database: Database, advice: Advice) -> AsyncIterator[Found]:
    from onexgen.service.history.reading import stats

    days = advice.limits.days
    told: Any = await stats(database, days)
    count = sum(mode["runs"] for mode in told["modes"].values())
    failed = sum(mode["failed"] for mode in told["modes"].values())
    yield Found(RUNS, "answers", f"{count} in {days:g} days, {failed} of them failed")
    for one in told["failures"]:
        case = f"ended-{one['exit_code']}"
        if case in advice.cases:
            where = f" in {one['failed_stage']}" if one["failed_stage"] else ""
            said = f"{one['count']} ended with {one['exit_code']}{where}"
            yield Found(RUNS, case, said, {"stage": one["failed_stage"] or ""})
