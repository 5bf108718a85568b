"""The database goes away for real while workers work: requests wait, nothing is lost or doubled."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.service.broker_programs import running
from tests.service.helpers import (
    LETTERS,
    PACK,
    REQUESTS,
    RESPONSES,
    answers,
    gathered,
    request,
    start_worker,
    topics_of_pack,
    wait_until_ready,
)
from tests.service.postgres_program import Postgres, running_postgres
from tests.service.test_worker import made_broker, opened, working

from onexgen.service.brokers import open_broker
from onexgen.service.history import reading
from onexgen.service.history.database import Database
from onexgen.service.history.errors import ReadOnly
from onexgen.service.history.recording import Recorder
from onexgen.service.opened import states_of

pytestmark = pytest.mark.xdist_group("service")


@pytest.fixture
def server() -> Iterator[Postgres]:
    """Return a server of this test's own."""
    with running_postgres() as one:
        yield one


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Let workers use the small pack."""
    monkeypatch.chdir(PACK)
    monkeypatch.setenv("TRIALS", str(tmp_path))


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("mode", ["fast", "immediate"])
def test_stopped_in_the_middle(
    mode: str, server: Postgres, caplog: pytest.LogCaptureFixture
) -> None:
    """What was begun waits until the database is back; then each request has one effect."""
    topics = topics_of_pack()
    names = [f"r{number}" for number in range(8)]

    async def work() -> tuple[list[str], list[str], int]:
        broker = await made_broker(topics)
        async with opened(server.url) as database:
            async with working(broker, database, topics):
                await broker.publish([request(name) for name in names[:4]])
                await answers(broker, 1)
                await asyncio.to_thread(server.stop, mode)
                await broker.publish([request(name) for name in names[4:]])
                while " again in " not in caplog.text:  # noqa: ASYNC110 - others write.
                    await asyncio.sleep(0.01)
                await asyncio.to_thread(server.start)
                found = await answers(broker, len(names))
            left = await Recorder(database).waiting()
            runs = await reading.runs(database, 100)
            lag = sum((await broker.lag(topics.delivery.group, [REQUESTS])).values())
        assert left == []
        return [a["request_id"] for a in found], [run["id"] for run in runs], lag

    answered, kept, lag = asyncio.run(work())

    assert (sorted(answered), sorted(kept), lag) == (names, names, 0)
    said = {record.getMessage() for record in caplog.records if " again in " in record.getMessage()}
    address = Database(server.url).name
    assert said
    assert all(one.startswith(f"the database {address}: ") for one in said)


def test_read_only_server(server: Postgres) -> None:
    """A server that takes nothing new is said to be just that, and is waited for."""

    async def work() -> None:
        async with opened(server.url) as database:
            await _alter(server.url, "on")
        async with opened(server.url) as database:
            with pytest.raises(ReadOnly) as caught:
                await database.check_writable()
            assert str(caught.value) == (
                f"the database {database.name}: cannot execute INSERT in a read-only transaction"
            )
            assert caught.value.help == (
                "a file: is it this user's? PostgreSQL: is it a standby, or "
                "default_transaction_read_only on?"
            )
            await _alter(server.url, "off")
        async with opened(server.url) as database:
            await database.check_writable()
            assert await reading.runs(database, 9) == []

    asyncio.run(work())


async def _alter(url: str, value: str) -> None:
    import asyncpg

    connection = await asyncpg.connect(url)
    try:
        await connection.execute("set session characteristics as transaction read write")
        await connection.execute(
            f"alter database postgres set default_transaction_read_only = {value}"
        )
    finally:
        await connection.close()


@pytest.mark.skipif(shutil.which("mount") is None, reason="needs a small disk of its own")
def test_disk_that_is_full(tmp_path: Path) -> None:
    """A history whose disk is full fails as one that is away, and goes on when there is room."""
    small = tmp_path / "small"
    small.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", small], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("this user may not mount a small disk")
    try:
        _fill_and_free(small)
    finally:
        subprocess.run(["umount", small], check=True)


def _fill_and_free(small: Path) -> None:
    code = (
        "import asyncio, os, sys; from pathlib import Path\n"
        "from onexgen.service.history.errors import Away\n"
        "from onexgen.service.history.recording import Recorder\n"
        "from onexgen.service.opened import history\n"
        "from tests.service.test_history import effect\n"
        "async def work():\n"
        "  async with history(f'sqlite:///{sys.argv[1]}/h.db', make=True) as one:\n"
        "    filler = Path(sys.argv[1], 'filler')\n"
        "    with filler.open('wb', buffering=0) as file:\n"
        "      try:\n"
        "        while True: file.write(bytes(4096))\n"
        "      except OSError: pass\n"
        "    try: await Recorder(one).record(effect('a', inputs={'x': 'x' * 100_000}))\n"
        "    except Away as error: print(str(error).rpartition(': ')[2])\n"
        "    filler.unlink()\n"
        "    print(await Recorder(one).record(effect('a')))\n"
        "asyncio.run(work())\n"
    )
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", code, small], cwd=root, capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": str(root)},
    )  # fmt: skip
    assert done.stdout.splitlines() == ["database or disk is full", "True"], done.stderr


@pytest.mark.chaos
@pytest.mark.asyncio
async def test_stopped_again_and_again(server: Postgres, tmp_path: Path) -> None:
    """Two workers, 200 requests, the database stopped three times: 200 answers and runs, no two."""
    names = [f"r{number}" for number in range(200)]
    with running("tansu", tmp_path / "broker") as url:
        broker = open_broker(url, topics_of_pack(), client="chaos")
        await broker.start()
        await broker.create(states_of(topics_of_pack()), -1)
        async with opened(server.url):
            pass
        workers = [start_worker(url, server.url, tmp_path) for _ in range(2)]
        try:
            await asyncio.to_thread(wait_until_ready, workers)
            for turn, mode in enumerate(["fast", "immediate", "immediate"]):
                await broker.publish([request(n) for n in names[turn * 50 : turn * 50 + 50]])
                await gathered(broker, RESPONSES, turn * 50 + 10, patience=120)
                await asyncio.to_thread(server.stop, mode)
                await asyncio.sleep(1)
                await asyncio.to_thread(server.start)
            await broker.publish([request(name) for name in names[150:]])
            found = await gathered(broker, RESPONSES, len(names), patience=240)
            letters = await broker.kept([LETTERS])
        finally:
            ended = [one.end() for one in workers]
            await broker.stop()
        async with opened(server.url) as database:
            runs = await reading.runs(database, 1000)

    assert sorted(one.payload["request_id"] for one in found.values()) == sorted(names)
    assert sorted(run["id"] for run in runs) == sorted(names)
    assert (letters, ended) == ([], [0, 0])
