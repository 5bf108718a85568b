"""The database: opened, looked at, and brought to the form that this program knows."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, func, insert, inspect, select, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from onexgen.diagnostics import OutsideError, UsageError
from onexgen.service.history.errors import Away, Missing, Newer, Older, explained
from onexgen.service.history.files import Direct, check_file, prepare
from onexgen.service.history.tables import INBOX, REVISION

_DRIVERS: Final = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg"}
_CONNECT_SECONDS: Final = 4
# Any number will do, as long as all programs that change the tables take the same.
_LOCK: Final = 0x6F6E6578
_AGES: Final = "select version_num from alembic_version"
# No request has an id with a blank.
_PROBE: Final = "is this writable?"
_EXAMPLES: Final = "for example sqlite:///history.db or postgresql://user@host/name"


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
        self._direct: Direct | None = None

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
            raise _other(revision, self.name)

    async def check(self) -> None:
        """Raise OutsideError when the history cannot be used now."""
        revision = await self.revision()
        if revision != REVISION:
            raise _other(revision, self.name)

    async def migrate(self) -> str:
        """Connect and bring older tables to our revision; newer ones are left alone."""
        self._check_file(make=True)
        self._engine = _engine(self.url)
        before = await self.revision()
        if before is not None and before > REVISION:
            raise _other(before, self.name)
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

    async def check_writable(self) -> None:
        """Raise Away when nothing can be kept; what is written for that is taken back."""
        async with explained(self.name), self._opened().connect() as connection:
            await connection.begin()
            await connection.execute(insert(INBOX), {"id": _PROBE, "done_at": datetime.now(UTC)})
            await connection.rollback()

    async def now(self) -> datetime | None:
        """Return the time by the clock of a server, None where the clock is this machine's."""
        if self._is_file:
            return None
        async with self.reading() as connection:
            found: datetime | None = (await connection.execute(select(func.now()))).scalar()
            return found

    async def upgrade(self) -> None:
        """Bring the tables to our revision; several programs may do it at once."""
        async with self.writing() as connection:
            if connection.dialect.name == "postgresql":
                await connection.execute(text(f"select pg_advisory_xact_lock({_LOCK})"))
            await connection.run_sync(_upgrade)

    async def transact[T](self, work: Callable[[Connection], T]) -> T:
        """Do some work in one transaction: all of it is kept, or nothing."""
        if self._is_file:
            return await self._directly(work, reads=False)
        async with self.writing() as connection:
            return await connection.run_sync(work)

    async def look[T](self, work: Callable[[Connection], T]) -> T:
        """Do some work that changes nothing, and does not wait for those who do."""
        if self._is_file:
            return await self._directly(work, reads=True)
        async with self.reading() as connection:
            return await connection.run_sync(work)

    async def _directly[T](self, work: Callable[[Connection], T], *, reads: bool) -> T:
        self._opened()
        if self._direct is None:
            self._direct = Direct(self.url)
        async with explained(self.name):
            return await self._direct.transact(work, reads=reads)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """Give a connection that changes nothing."""
        async with explained(self.name), self._opened().connect() as connection:
            yield await connection.execution_options(isolation_level="AUTOCOMMIT")

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        """Give a transaction: all of it is kept, or nothing."""
        async with explained(self.name), self._opened().begin() as connection:
            yield connection

    def _check_file(self, *, make: bool) -> None:
        if self._is_file:
            check_file(self.url, self.name, make=make)

    @property
    def _is_file(self) -> bool:
        return self.url.get_backend_name() == "sqlite"

    def _opened(self) -> AsyncEngine:
        if self._engine is None:
            raise Away(f"{self.name} is not open")
        return self._engine


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


def _engine(url: URL) -> AsyncEngine:
    if url.get_backend_name() != "sqlite":
        return create_async_engine(
            url, pool_pre_ping=True, connect_args={"timeout": _CONNECT_SECONDS}
        )
    engine = create_async_engine(url)
    prepare(engine.sync_engine)
    return engine


def _upgrade(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _other(revision: str | None, name: str) -> OutsideError:
    """Return the error of tables that are not in the form that we know."""
    if revision is None:
        return Missing(
            f"{name} holds no history",
            help="run `onexgen runs upgrade --store URL`, or start a worker with it",
        )
    said = f"{name} has tables of revision {revision}, this program knows {REVISION}"
    if revision > REVISION:
        return Newer(said, help="the database is newer: update onexgen")
    return Older(said, help="the database is older: run `onexgen runs upgrade --store URL`")
