"""The database: opened, looked at, and brought to the form that this program knows."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, StaticPool, create_engine, event, inspect, text
from sqlalchemy.engine import URL, Engine, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, InterfaceError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from onexgen.diagnostics import OutsideError, UsageError
from onexgen.service.history.tables import REVISION

_DRIVERS: Final = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg"}
_BUSY_MS: Final = 10_000
_CONNECT_SECONDS: Final = 4
# Any number will do, as long as all programs that change the tables take the same.
_LOCK: Final = 0x6F6E6578
_AGES: Final = "select version_num from alembic_version"
_PRAGMAS: Final = (
    f"pragma busy_timeout = {_BUSY_MS}",
    "pragma journal_mode = wal",
    # With a log, a crash of this program or of its machine's other programs loses nothing.
    "pragma synchronous = normal",
    "pragma foreign_keys = on",
)


class Away(OutsideError):
    """The database does not answer: trying again may help."""


def default_url() -> str:
    """Return the database of this user."""
    base = os.environ.get("XDG_STATE_HOME") or str(Path.home() / ".local/state")
    return f"sqlite:///{base}/onexgen/history.db"


class Database:
    """Connections to one database."""

    def __init__(self, url: str) -> None:
        """Read the URL; nothing is opened before `start`."""
        self.url = _driven(url)
        self._engine: AsyncEngine | None = None
        self._direct: _Direct | None = None

    @property
    def name(self) -> str:
        """Return the URL without its password."""
        return self.url.render_as_string(hide_password=True)

    async def start(self, *, make: bool = True) -> None:
        """Connect, make the tables where there are none, and look whether we know their form."""
        self._check_file(make=make)
        self._engine = _engine(self.url)
        revision = await self.revision()
        if revision is None and make:
            await self.upgrade()
        elif revision != REVISION:
            raise OutsideError(_said(revision, self.name), help=_remedy(revision))

    async def check(self) -> None:
        """Raise OutsideError when the history cannot be used now."""
        revision = await self.revision()
        if revision != REVISION:
            raise OutsideError(_said(revision, self.name), help=_remedy(revision))

    async def migrate(self) -> str:
        """Connect and bring older tables to our revision; newer ones are left alone."""
        self._check_file(make=True)
        self._engine = _engine(self.url)
        before = await self.revision()
        if before is not None and before > REVISION:
            raise OutsideError(_said(before, self.name), help=_remedy(before))
        await self.upgrade()
        return f"{self.name}: revision {before or 'none'} -> {REVISION}"

    async def stop(self) -> None:
        """Close all connections."""
        engine, self._engine = self._engine, None
        direct, self._direct = self._direct, None
        if direct is not None:
            await direct.close()
        if engine is not None:
            await engine.dispose()

    async def revision(self) -> str | None:
        """Return the revision of the tables, None when there are none."""
        async with self.reading() as connection:
            if not await connection.run_sync(lambda one: inspect(one).has_table("alembic_version")):
                return None
            found: str | None = (await connection.execute(text(_AGES))).scalar()
            return found

    async def upgrade(self) -> None:
        """Bring the tables to our revision; several programs may do it at once."""
        async with self.writing() as connection:
            if connection.dialect.name == "postgresql":
                await connection.execute(text(f"select pg_advisory_xact_lock({_LOCK})"))
            await connection.run_sync(_upgrade)

    async def transact[T](self, work: Callable[[Connection], T]) -> T:
        """Do some work in one transaction: all of it is kept, or nothing.

        Every statement on a file would otherwise change threads four times, which is slower than
        the statement.
        """
        if self._opened().dialect.name == "sqlite":
            if self._direct is None:
                self._direct = _Direct(self.url)
            async with _explained(self.name):
                return await self._direct.transact(work)
        async with self.writing() as connection:
            return await connection.run_sync(work)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """Give a connection that changes nothing."""
        async with _explained(self.name), self._opened().connect() as connection:
            yield await connection.execution_options(isolation_level="AUTOCOMMIT")

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        """Give a transaction: all of it is kept, or nothing."""
        async with _explained(self.name), self._opened().begin() as connection:
            yield connection

    def _check_file(self, *, make: bool) -> None:
        """Make the folder of a database that is a file, or say that there is none."""
        if self.url.get_backend_name() != "sqlite":
            return
        path = self.url.database
        if path in (None, "", ":memory:"):
            raise UsageError("the history needs a file: sqlite:///PATH")
        file = Path(str(path))
        if not make and not file.is_file():
            raise OutsideError(
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
            raise Away(f"the database {self.name}: {error}", help=_HELP) from error

    def _opened(self) -> AsyncEngine:
        if self._engine is None:
            raise Away(f"{self.name} is not open")
        return self._engine


class _Direct:
    """A connection to a file, with a thread of its own."""

    def __init__(self, url: URL) -> None:
        self._engine = create_engine(url.set(drivername="sqlite"), poolclass=StaticPool)
        _prepared(self._engine)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="history")

    async def transact[T](self, work: Callable[[Connection], T]) -> T:
        def whole() -> T:
            with self._engine.begin() as connection:
                return work(connection)

        return await asyncio.get_running_loop().run_in_executor(self._thread, whole)

    async def close(self) -> None:
        await asyncio.get_running_loop().run_in_executor(self._thread, self._engine.dispose)
        self._thread.shutdown()


def _driven(url: str) -> URL:
    """Return a URL that names the driver."""
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise UsageError(f"'{url}' names no database", help=_EXAMPLES) from error
    driver = _DRIVERS.get(parsed.get_backend_name())
    if driver is None:
        raise UsageError(f"no database of kind '{parsed.drivername}' is known", help=_EXAMPLES)
    return parsed.set(drivername=driver)


_EXAMPLES: Final = "for example sqlite:///history.db or postgresql://user@host/name"


def _engine(url: URL) -> AsyncEngine:
    if url.get_backend_name() != "sqlite":
        return create_async_engine(
            url, pool_pre_ping=True, connect_args={"timeout": _CONNECT_SECONDS}
        )
    engine = create_async_engine(url)
    _prepared(engine.sync_engine)
    return engine


def _prepared(engine: Engine) -> None:
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)


def _prepare_sqlite(connection: Any, _: Any) -> None:
    # Otherwise the library begins transactions when it sees fit, and never around new tables.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in _PRAGMAS:
        cursor.execute(pragma)
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # Whoever will write takes the lock at once: two readers could not both become writers.
    if connection.get_execution_options().get("isolation_level") != "AUTOCOMMIT":
        connection.exec_driver_sql("begin immediate")


def _upgrade(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _said(revision: str | None, name: str) -> str:
    if revision is None:
        return f"{name} holds no history"
    return f"{name} has tables of revision {revision}, this program knows {REVISION}"


def _remedy(revision: str | None) -> str:
    if revision is None:
        return "run `onexgen runs upgrade --store URL`, or start a worker with it"
    if revision > REVISION:
        return "the database is newer: update onexgen"
    return "the database is older: run `onexgen runs upgrade --store URL`"


@asynccontextmanager
async def _explained(name: str) -> AsyncIterator[None]:
    """Turn what the library raises into our own errors."""
    try:
        yield
    except (OperationalError, InterfaceError) as error:
        raise Away(f"the database {name}: {_cause(error)}", help=_HELP) from error
    except DBAPIError as error:
        if error.connection_invalidated:
            raise Away(f"the database {name}: {_cause(error)}", help=_HELP) from error
        raise
    except OSError as error:
        said = error.strerror or str(error)
        raise Away(f"the database {name}: {said}", help=_HELP) from error


_HELP: Final = "is it running, may this user write to it, is the disk full?"


def _cause(error: DBAPIError) -> str:
    return " ".join(str(error.orig).split())
