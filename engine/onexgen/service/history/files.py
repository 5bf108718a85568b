"""A history that is a file: how it is opened, and written to without changing threads."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, StaticPool, create_engine, event
from sqlalchemy.engine import URL, Engine

from onexgen.diagnostics import OutsideError, UsageError
from onexgen.service.history.errors import Missing, away

_BUSY_MS: Final = 10_000
_PRAGMAS: Final = (
    f"pragma busy_timeout = {_BUSY_MS}",
    "pragma journal_mode = wal",
    # With a log, a crash of this program or of its machine's other programs loses nothing.
    "pragma synchronous = normal",
    "pragma foreign_keys = on",
)


class Direct:
    """A connection to a file, with a thread of its own.

    Every statement would otherwise change threads four times, which is slower than the statement.
    """

    def __init__(self, url: URL) -> None:
        """Open nothing yet."""
        self._engine = create_engine(url.set(drivername="sqlite"), poolclass=StaticPool)
        prepare(self._engine)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="history")

    async def transact[T](self, work: Callable[[Connection], T], *, reads: bool) -> T:
        """Do some work in one transaction."""

        def whole() -> T:
            with (
                self._engine.connect() as connection,
                connection.execution_options(reads=reads).begin(),
            ):
                return work(connection)

        return await asyncio.get_running_loop().run_in_executor(self._thread, whole)

    async def close(self) -> None:
        """Close the file."""
        await asyncio.get_running_loop().run_in_executor(self._thread, self._engine.dispose)
        self._thread.shutdown()


def check_file(url: URL, name: str, *, make: bool) -> None:
    """Make the folder of a database that is a file, or say that there is none."""
    path = url.database
    if path in (None, "", ":memory:"):
        raise UsageError("the history needs a file: sqlite:///PATH")
    file = Path(str(path))
    if not make and not file.is_file():
        raise Missing(
            f"there is no history at {path}",
            help="a worker makes it; name another one with --store URL",
        )
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise OutsideError(f"cannot make {file.parent}: {error.strerror}") from error
    # Here, because the library's thread complains on its own when it cannot open a file.
    try:
        with closing(sqlite3.connect(file, timeout=_BUSY_MS / 1000)) as connection:
            connection.execute("select count(*) from sqlite_master")
    except sqlite3.Error as error:
        raise away(name, str(error)) from error


def prepare(engine: Engine) -> None:
    """Let every connection of an engine begin as we want it."""
    event.listen(engine, "connect", _prepare_connection)
    event.listen(engine, "begin", _begin)


def _prepare_connection(connection: Any, _: Any) -> None:
    # Otherwise the library begins transactions when it sees fit, and never around new tables.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in _PRAGMAS:
        cursor.execute(pragma)
    cursor.close()


def _begin(connection: Connection) -> None:
    # Whoever will write takes the lock at once: two readers could not both become writers.
    options = connection.get_execution_options()
    if options.get("isolation_level") != "AUTOCOMMIT":
        connection.exec_driver_sql("begin" if options.get("reads") else "begin immediate")
