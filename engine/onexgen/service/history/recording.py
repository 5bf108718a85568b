"""What a worker writes: one transaction for all that a request leaves behind."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import Connection, bindparam, delete, insert, select
from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_sqlite

from onexgen.service.brokers.base import Headers, Outgoing
from onexgen.service.history.database import Database
from onexgen.service.history.effects import Effect
from onexgen.service.history.tables import EVENTS, INBOX, OUTBOX, RUNS, STAGES, USES

# Made once: making a statement costs the library as much as carrying it out.
_CLAIMS: Final = {
    "postgresql": insert_postgresql(INBOX).on_conflict_do_nothing(),
    "sqlite": insert_sqlite(INBOX).on_conflict_do_nothing(),
}
_INSERTS: Final = {table: insert(table) for table in (RUNS, STAGES, EVENTS, USES, OUTBOX)}
_FORGET: Final = delete(OUTBOX).where(OUTBOX.c.request_id == bindparam("sent"))
_SEEN: Final = select(INBOX.c.id).where(INBOX.c.id == bindparam("wanted"))


class Recorder:
    """Writes to a database that is open."""

    def __init__(self, database: Database) -> None:
        """Use a database."""
        self._database = database
        # Sent and not yet forgotten: that needs no transaction of its own.
        self._sent: list[str] = []

    async def is_done(self, request_id: str) -> bool:
        """Tell whether a request has had its effect."""

        def look(connection: Connection) -> bool:
            return connection.execute(_SEEN, {"wanted": request_id}).first() is not None

        return await self._database.look(look)

    async def record(self, effect: Effect) -> bool:
        """Keep an effect whole; False when the request had one already: then nothing is kept."""
        sent, self._sent = self._sent, []
        now = datetime.now(UTC)
        try:
            return await self._database.transact(lambda one: _kept(one, effect, now, sent))
        except BaseException:
            self._sent += sent
            raise

    def sent(self, request_id: str) -> None:
        """Forget, with the next transaction, what waits to be sent for a request."""
        self._sent.append(request_id)

    async def forget(self) -> None:
        """Forget at once what was sent."""
        sent, self._sent = self._sent, []
        if sent:
            await self._database.transact(lambda one: _forgotten(one, sent))

    async def waiting(
        self, request_id: str | None = None, before: datetime | None = None
    ) -> list[tuple[str, Outgoing]]:
        """Return what waits to be sent, as (request, message): of a request, or made before."""
        wanted = select(OUTBOX).order_by(OUTBOX.c.id)
        if request_id is not None:
            wanted = wanted.where(OUTBOX.c.request_id == request_id)
        if before is not None:
            wanted = wanted.where(OUTBOX.c.made_at < before)
        async with self._database.reading() as connection:
            rows = (await connection.execute(wanted)).mappings().all()
        unsent = (row for row in rows if row["request_id"] not in self._sent)
        return [(row["request_id"], _message(row)) for row in unsent]


def _kept(connection: Connection, effect: Effect, now: datetime, sent: list[str]) -> bool:
    """Insert all rows of an effect, the claim first, and forget what was sent."""
    if sent:
        _forgotten(connection, sent)
    claim = _CLAIMS[connection.dialect.name]
    if connection.execute(claim, {"id": effect.request_id, "done_at": now}).rowcount == 0:
        return False
    if effect.run is not None:
        connection.execute(_INSERTS[RUNS], [{**effect.run, "id": effect.request_id}])
    for table, rows in ((STAGES, effect.stages), (EVENTS, effect.events), (USES, effect.uses)):
        if rows:
            of_run = [{**row, "run_id": effect.request_id} for row in rows]
            connection.execute(_INSERTS[table], of_run)
    if effect.messages:
        rows = [_row(effect.request_id, one, now) for one in effect.messages]
        connection.execute(_INSERTS[OUTBOX], rows)
    return True


def _forgotten(connection: Connection, sent: list[str]) -> None:
    connection.execute(_FORGET, [{"sent": name} for name in sent])


def _row(request_id: str, message: Outgoing, now: datetime) -> dict[str, Any]:
    return {
        "request_id": request_id,
        "topic": message.topic,
        "key": message.key,
        "value": message.value,
        "headers": _packed(message.headers),
        "made_at": now,
    }


def _message(row: Any) -> Outgoing:
    return Outgoing(
        topic=row["topic"], key=row["key"], value=row["value"], headers=_unpacked(row["headers"])
    )


def _packed(headers: Headers) -> list[list[str]]:
    return [[name, base64.b64encode(value).decode()] for name, value in headers]


def _unpacked(rows: Iterable[Sequence[str]]) -> Headers:
    return tuple((name, base64.b64decode(value)) for name, value in rows)
