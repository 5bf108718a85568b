"""What Alembic runs: the connection is handed over by whoever calls it."""

from __future__ import annotations

from alembic import context

from onexgen.service.history.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    # SQLite cannot change a column: Alembic then makes the table anew.
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
