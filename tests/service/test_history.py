"""The history on SQLite and PostgreSQL: the same tables, the same answers."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Coroutine, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text
from tests.service.postgres_program import running_postgres

from onexgen.diagnostics import OnexgenError, OutsideError, UsageError
from onexgen.service.brokers.base import Outgoing
from onexgen.service.history import reading
from onexgen.service.history.database import Database
from onexgen.service.history.effects import Effect, counted
from onexgen.service.history.errors import Away
from onexgen.service.history.recording import Recorder
from onexgen.service.history.tables import METADATA, REVISION
from onexgen.service.opened import history

NOON = datetime(2026, 1, 2, 12, 0, tzinfo=UTC)

type Work = Callable[[Database], Coroutine[Any, Any, None]]


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """Return the URL of a server that runs for all tests."""
    with running_postgres() as server:
        yield server.url


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, store: str) -> str:
    """Return the URL of an empty database of each kind."""
    if request.param == "sqlite":
        return store
    server: str = request.getfixturevalue("postgresql")
    asyncio.run(_emptied(server))
    return server


async def _emptied(server: str) -> None:
    connection = await asyncpg.connect(server)
    await connection.execute("drop schema public cascade; create schema public")
    await connection.close()


opened = partial(history, make=True)


def on(url: str, work: Work) -> None:
    """Do something with a history."""

    async def all_of_it() -> None:
        async with opened(url) as database:
            await work(database)

    asyncio.run(all_of_it())


def effect(name: str, *, when: datetime = NOON, **run: Any) -> Effect:
    """Return what a request leaves behind."""
    values = {
        "correlation_id": f"c-{name}", "topic": "t", "mode": "make", "pipeline": "p",
        "status": "completed", "error": "", "exit_code": 0, "failed_stage": None, "attempts": 1,
        "seconds": 0.5, "score": 0.9, "worker": "w", "rules": "r", "received_at": when,
        "finished_at": when, "inputs": {"prompt": "ä"}, "outputs": {"words": ["a", "b", "a"]},
        "record": None,
    }  # fmt: skip
    stages = [
        {"number": 1, "name": "one", "title": "One", "status": "completed", "seconds": 0.25,
         "rounds": 1, "message": ""},
    ]  # fmt: skip
    return Effect(
        request_id=name,
        run={**values, **run},
        stages=stages,
        events=[{"sequence": 1, "kind": "run_started", "data": {"pipeline": "p"}}],
        uses=counted({"words": ["a", "b", "a"], "other": None}, {"word": "words", "x": "other"}),
        messages=[Outgoing(topic="t", key=None, value=b"\x00", headers=(("h", b"\xff"),))],
    )


def test_all_of_a_run(url: str) -> None:
    """What is kept is what comes back, with times of UTC and every byte."""

    async def work(database: Database) -> None:
        recorder = Recorder(database)
        assert await recorder.record(effect("a"))
        run = await reading.run(database, "c-a")
        waiting = await recorder.waiting("a")

        assert run["finished_at"] == "2026-01-02T12:00:00+00:00"
        assert run["inputs"] == {"prompt": "ä"}
        assert run["stages"] == [
            {"number": 1, "name": "one", "title": "One", "status": "completed", "seconds": 0.25,
             "rounds": 1, "message": ""},
        ]  # fmt: skip
        assert run["events"] == [{"sequence": 1, "kind": "run_started", "data": {"pipeline": "p"}}]
        assert run["uses"] == [{"kind": "word", "name": "a"}, {"kind": "word", "name": "b"}]
        assert waiting == [
            ("a", Outgoing(topic="t", key=None, value=b"\x00", headers=(("h", b"\xff"),)))
        ]

    on(url, work)


def test_first_come(url: str) -> None:
    """Of many who keep the effect of one request at once, one does; nothing of the others stays."""

    async def work(database: Database) -> None:
        recorders = [Recorder(database) for _ in range(8)]
        results = await asyncio.gather(
            *(one.record(effect("a", worker=f"w{n}")) for n, one in enumerate(recorders))
        )
        assert sorted(results) == [False] * 7 + [True]
        assert await recorders[0].is_done("a")
        assert not await recorders[0].is_done("b")
        assert len(await reading.runs(database, 9)) == 1
        assert len(await recorders[0].waiting()) == 1

    on(url, work)


def test_what_was_sent_is_forgotten(url: str) -> None:
    """Sent messages go with the next effect, or at once; others stay."""

    async def work(database: Database) -> None:
        recorder = Recorder(database)
        await recorder.record(effect("a"))
        recorder.sent("a")
        assert await recorder.waiting() == []
        assert len(await Recorder(database).waiting()) == 1
        await recorder.record(effect("b"))
        assert [name for name, _ in await Recorder(database).waiting()] == ["b"]
        assert await recorder.waiting(before=datetime.now(UTC) - timedelta(hours=1)) == []
        recorder.sent("b")
        await recorder.forget()
        assert await Recorder(database).waiting() == []

    on(url, work)


def test_stats_and_pruning(url: str) -> None:
    """Counts, percentiles and uses of the last days; what is older can be forgotten."""

    async def work(database: Database) -> None:
        recorder, now = Recorder(database), datetime.now(UTC)
        for number in range(1, 101):
            await recorder.record(effect(f"r{number}", when=now, seconds=float(number)))
        await recorder.record(effect("old", when=now - timedelta(days=40)))
        failed = {"status": "failed", "exit_code": 3, "failed_stage": "one", "score": None}
        await recorder.record(effect("bad", when=now, seconds=1.0, **failed))
        stats = await reading.stats(database, 30)

        assert stats == {
            "days": 30,
            "modes": {
                "make": {
                    "runs": 101,
                    "failed": 1,
                    "seconds": {"p50": 50.0, "p95": 95.0, "p99": 99.0},
                    "score": 0.9,
                }
            },
            "failures": [{"exit_code": 3, "failed_stage": "one", "count": 1}],
            "uses": [
                {"kind": "word", "name": "a", "status": "completed", "count": 100},
                {"kind": "word", "name": "b", "status": "completed", "count": 100},
                {"kind": "word", "name": "a", "status": "failed", "count": 1},
                {"kind": "word", "name": "b", "status": "failed", "count": 1},
            ],
        }
        assert await reading.prune(database, 30) == {"runs": 1, "requests": 0}
        assert len(await reading.runs(database, 1000)) == 101
        assert len(await reading.runs(database, 1000, "failed")) == 1
        assert await reading.prune(database, 0) == {"runs": 101, "requests": 102}

    on(url, work)


def test_migrations_make_these_tables(url: str) -> None:
    """The revisions make exactly the tables that the code knows, and take them back."""
    from alembic import command
    from alembic.config import Config

    def differences(connection: Connection) -> list[Any]:
        context = MigrationContext.configure(connection)
        found: list[Any] = compare_metadata(context, METADATA)
        return found

    def back(connection: Connection) -> None:
        config = Config()
        folder = Path(reading.__file__).with_name("migrations")
        config.set_main_option("script_location", str(folder))
        config.attributes["connection"] = connection
        command.downgrade(config, "base")

    async def work(database: Database) -> None:
        async with database.writing() as connection:
            assert await connection.run_sync(differences) == []
            await connection.run_sync(back)
        assert await database.revision() is None
        await database.upgrade()
        assert await database.revision() == REVISION

    on(url, work)


def test_made_by_many_at_once(url: str) -> None:
    """Workers that start together make the tables once."""

    async def one() -> None:
        async with opened(url):
            pass

    async def work() -> None:
        await asyncio.gather(*(one() for _ in range(4)))

    asyncio.run(work())


REVISIONS = [
    ("0000", "the database is older: run `onexgen runs upgrade --store URL`"),
    ("9999", "the database is newer: update onexgen"),
]


@pytest.mark.parametrize(("revision", "help_text"), REVISIONS)
def test_other_revisions(revision: str, help_text: str, url: str) -> None:
    """Tables of another version are left alone, and it is said what to do."""

    async def work() -> str:
        async with opened(url) as database:
            async with database.writing() as connection:
                change = text("update alembic_version set version_num = :new")
                await connection.execute(change, {"new": revision})
            name = database.name
        async with opened(url):
            return name

    with pytest.raises(OutsideError) as caught:
        asyncio.run(work())
    said = f" has tables of revision {revision}, this program knows {REVISION}"
    assert str(caught.value).endswith(said)
    assert (caught.value.help, caught.value.exit_code) == (help_text, 6)


def test_not_there(tmp_path: Path) -> None:
    """Whoever only reads makes no database."""

    async def work() -> None:
        await Database(f"sqlite:///{tmp_path}/none.db").start(make=False)

    with pytest.raises(OutsideError) as caught:
        asyncio.run(work())
    assert str(caught.value) == f"there is no history at {tmp_path}/none.db"
    assert list(tmp_path.iterdir()) == []


def test_database_that_cannot_be_written(store: str, tmp_path: Path) -> None:
    """A database in other hands is a failure of the world outside, and may pass."""

    async def work(database: Database) -> None:
        await Recorder(database).record(effect("a"))
        holder = sqlite3.connect(tmp_path / "state/history.db", isolation_level=None)
        async with database.reading() as connection:
            await connection.execute(text("pragma busy_timeout = 1"))
        holder.execute("begin exclusive")
        with pytest.raises(Away) as caught:
            await Recorder(database).record(effect("b"))
        holder.close()
        assert str(caught.value) == f"the database {database.name}: database is locked"
        assert await Recorder(database).record(effect("b"))

    on(store, work)


def test_no_file_but_a_folder(tmp_path: Path) -> None:
    """What is no database is said with its name."""

    async def work() -> None:
        async with opened(f"sqlite:///{tmp_path}"):
            pass

    with pytest.raises(Away) as caught:
        asyncio.run(work())
    assert str(caught.value).endswith(f"{tmp_path}: unable to open database file")


def test_server_that_is_away() -> None:
    """A server that does not answer is said without the password."""

    async def work() -> None:
        async with opened("postgresql://me:secret@127.0.0.1:1/x"):
            pass

    with pytest.raises(Away) as caught:
        asyncio.run(work())
    assert "secret" not in str(caught.value)
    assert "postgresql+asyncpg://me:***@127.0.0.1:1/x" in str(caught.value)


WRONG = [
    ("history.db", "'history.db' names no database"),
    ("mysql://x/y", "no database of kind 'mysql' is known"),
    ("sqlite://", "the history needs a file: sqlite:///PATH"),
]


@pytest.mark.parametrize(("url", "message"), WRONG)
def test_wrong_urls(url: str, message: str) -> None:
    """What names no database is a wrong command line."""

    async def work() -> None:
        async with opened(url):
            pass

    with pytest.raises(UsageError) as caught:
        asyncio.run(work())
    assert str(caught.value) == message


def test_unknown_run(store: str) -> None:
    """A run that the history does not have is said."""

    async def work(database: Database) -> None:
        with pytest.raises(OnexgenError) as caught:
            await reading.run(database, "x")
        assert str(caught.value) == "the history has no run 'x'"
        assert await reading.record_of(database, "x") is None

    on(store, work)
