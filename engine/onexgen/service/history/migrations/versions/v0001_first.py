"""The first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.schema import SchemaItem

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_ID = sa.String(200)
_MOMENT = sa.DateTime(timezone=True)
_DATA = sa.JSON().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "runs",
        sa.Column("id", _ID, nullable=False),
        sa.Column("correlation_id", _ID, nullable=False),
        sa.Column("topic", _ID, nullable=False),
        sa.Column("mode", _ID, nullable=False),
        sa.Column("pipeline", sa.Text, nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("error", sa.Text, nullable=False),
        sa.Column("exit_code", sa.Integer, nullable=False),
        sa.Column("failed_stage", _ID),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("seconds", sa.Float, nullable=False),
        sa.Column("score", sa.Float),
        sa.Column("worker", _ID, nullable=False),
        sa.Column("rules", _ID, nullable=False),
        sa.Column("received_at", _MOMENT, nullable=False),
        sa.Column("finished_at", _MOMENT, nullable=False),
        sa.Column("inputs", _DATA, nullable=False),
        sa.Column("outputs", _DATA, nullable=False),
        sa.Column("record", _DATA),
        sa.PrimaryKeyConstraint("id", name="pk_runs"),
    )
    op.create_index("ix_runs_correlation_id", "runs", ["correlation_id"])
    op.create_index("ix_runs_finished_at", "runs", ["finished_at"])
    op.create_table(
        "stages",
        *_run("stages", "number"),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("name", _ID, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("seconds", sa.Float, nullable=False),
        sa.Column("rounds", sa.Integer, nullable=False),
        sa.Column("message", sa.Text, nullable=False),
    )
    op.create_table(
        "events",
        *_run("events", "sequence"),
        sa.Column("sequence", sa.Integer, nullable=False),
        sa.Column("kind", _ID, nullable=False),
        sa.Column("data", _DATA, nullable=False),
    )
    op.create_table(
        "uses",
        *_run("uses", "kind", "name"),
        sa.Column("kind", _ID, nullable=False),
        sa.Column("name", _ID, nullable=False),
    )
    op.create_index("ix_uses_kind_name", "uses", ["kind", "name"])
    op.create_table(
        "inbox",
        sa.Column("id", _ID, nullable=False),
        sa.Column("done_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_inbox"),
    )
    op.create_index("ix_inbox_done_at", "inbox", ["done_at"])
    op.create_table(
        "outbox",
        sa.Column("id", sa.Integer, autoincrement=True, nullable=False),
        sa.Column("request_id", _ID, nullable=False),
        sa.Column("topic", _ID, nullable=False),
        sa.Column("key", _ID),
        sa.Column("value", sa.LargeBinary, nullable=False),
        sa.Column("headers", _DATA, nullable=False),
        sa.Column("made_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
    )
    op.create_index("ix_outbox_request_id", "outbox", ["request_id"])


def downgrade() -> None:
    """Drop the tables, those that refer to others first."""
    for name in ("outbox", "inbox", "uses", "events", "stages", "runs"):
        op.drop_table(name)


def _run(table: str, *key: str) -> list[SchemaItem]:
    """Return the column that names the run, and the keys of a table of parts of runs."""
    return [
        sa.Column("run_id", _ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["run_id"], ["runs.id"], name=f"fk_{table}_run_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("run_id", *key, name=f"pk_{table}"),
    ]
