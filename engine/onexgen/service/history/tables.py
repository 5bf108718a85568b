"""The tables, the same in every database."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final, override

from sqlalchemy import (
    JSON,
    Column,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
)
from sqlalchemy.dialects.postgresql import JSONB

# The revision of migrations/versions that makes exactly these tables.
REVISION: Final = "0001"

METADATA: Final = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Moment(TypeDecorator[datetime]):
    """A time of UTC; SQLite forgets the zone, so it is put back."""

    impl = DateTime(timezone=True)
    cache_ok = True

    @override
    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the time with its zone."""
        is_bare = value is not None and value.tzinfo is None
        return value.replace(tzinfo=UTC) if value is not None and is_bare else value


def _id() -> Any:
    return String(200)


def _data() -> Any:
    return JSON().with_variant(JSONB(), "postgresql")


def _run() -> Column[Any]:
    key = ForeignKey("runs.id", ondelete="CASCADE")
    return Column("run_id", _id(), key, primary_key=True)


RUNS: Final = Table(
    "runs",
    METADATA,
    # That of the request: one request has one run.
    Column("id", _id(), primary_key=True),
    Column("correlation_id", _id(), nullable=False),
    Column("topic", _id(), nullable=False),
    Column("mode", _id(), nullable=False),
    Column("pipeline", Text, nullable=False),
    Column("status", String(20), nullable=False),
    Column("error", Text, nullable=False),
    Column("exit_code", Integer, nullable=False),
    Column("failed_stage", _id()),
    Column("attempts", Integer, nullable=False),
    Column("seconds", Float, nullable=False),
    Column("score", Float),
    Column("worker", _id(), nullable=False),
    Column("rules", _id(), nullable=False),
    Column("received_at", Moment, nullable=False),
    Column("finished_at", Moment, nullable=False),
    Column("inputs", _data(), nullable=False),
    Column("outputs", _data(), nullable=False),
    # Only of results that are too large for a message.
    Column("record", _data()),
    Index(None, "correlation_id"),
    Index(None, "finished_at"),
)

STAGES: Final = Table(
    "stages",
    METADATA,
    _run(),
    Column("number", Integer, primary_key=True),
    Column("name", _id(), nullable=False),
    Column("title", Text, nullable=False),
    Column("status", String(20), nullable=False),
    Column("seconds", Float, nullable=False),
    Column("rounds", Integer, nullable=False),
    Column("message", Text, nullable=False),
)

EVENTS: Final = Table(
    "events",
    METADATA,
    _run(),
    Column("sequence", Integer, primary_key=True),
    Column("kind", _id(), nullable=False),
    Column("data", _data(), nullable=False),
)

USES: Final = Table(
    "uses",
    METADATA,
    _run(),
    Column("kind", _id(), primary_key=True),
    Column("name", _id(), primary_key=True),
    Index(None, "kind", "name"),
)

INBOX: Final = Table(
    "inbox",
    METADATA,
    Column("id", _id(), primary_key=True),
    Column("done_at", Moment, nullable=False),
    Index(None, "done_at"),
)

OUTBOX: Final = Table(
    "outbox",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("request_id", _id(), nullable=False),
    Column("topic", _id(), nullable=False),
    Column("key", _id()),
    Column("value", LargeBinary, nullable=False),
    Column("headers", _data(), nullable=False),
    Column("made_at", Moment, nullable=False),
    Index(None, "request_id"),
)
