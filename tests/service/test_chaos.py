"""What only time shows: workers that are killed, a connection that is cut, many requests."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from tests.service.broker_programs import free_port, start_tansu
from tests.service.helpers import (
    LETTERS,
    RESPONSES,
    gathered,
    messages,
    request,
    start_worker,
    topics_of_pack,
    wait_until_ready,
)

from onexgen.service.brokers import open_broker
from onexgen.service.brokers.base import Broker
from onexgen.service.history import reading
from onexgen.service.history.database import Database
from onexgen.service.opened import states_of

pytestmark = [pytest.mark.chaos, pytest.mark.xdist_group("service")]


class Wire:
    """A connection between workers and broker that can be cut."""

    def __init__(self, port: int, behind: int) -> None:
        """Listen on one port, pass on to another."""
        self._port = port
        self._behind = behind
        self._server: asyncio.Server | None = None
        self._ends: set[asyncio.StreamWriter] = set()

    async def join(self) -> None:
        """Take connections."""
        self._server = await asyncio.start_server(self._pass, "127.0.0.1", self._port)

    async def cut(self) -> None:
        """End all connections and take no more."""
        if self._server is not None:
            self._server.close()
        for end in list(self._ends):
            end.transport.abort()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._behind)
            self._ends |= {writer, far_writer}
            await asyncio.gather(_copy(reader, far_writer), _copy(far_reader, writer))
            self._ends -= {writer, far_writer}


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(1 << 16):
            writer.write(data)
            await writer.drain()
    writer.close()


@asynccontextmanager
async def on_a_wire(folder: Path) -> AsyncIterator[tuple[str, Broker, Wire]]:
    """Give the URL of a broker behind a wire, a connection to it, and the wire."""
    port, behind = free_port(), free_port()
    # It calls itself by the port of the wire, so that nobody goes around it.
    process = start_tansu(behind, folder / "broker", advertised=port)
    wire = Wire(port, behind)
    await wire.join()
    url = f"kafka://127.0.0.1:{port}"
    topics = topics_of_pack()
    broker = open_broker(url, topics, client="chaos")
    try:
        await broker.start()
        await broker.create(states_of(topics), -1)
        yield url, broker, wire
    finally:
        await broker.stop()
        await wire.cut()
        process.kill()
        process.wait()


@pytest.mark.asyncio
async def test_five_hundred(tmp_path: Path, store: str) -> None:
    """500 requests, four workers, two of them killed, the wire cut once: 500 answers, no two."""
    names = [f"r{number}" for number in range(500)]
    async with on_a_wire(tmp_path) as (url, broker, wire):
        workers = [start_worker(url, store, tmp_path) for _ in range(4)]
        try:
            await asyncio.to_thread(wait_until_ready, workers)
            await broker.publish([request(name) for name in names])
            await _until(store, 50)
            workers[0].process.send_signal(signal.SIGKILL)
            await _until(store, 120)
            await wire.cut()
            await asyncio.sleep(2)
            await wire.join()
            await _until(store, 250)
            workers[1].process.send_signal(signal.SIGKILL)
            found = await gathered(broker, RESPONSES, len(names), patience=240)
        finally:
            for one in workers:
                one.end()
        answered = sorted(one.payload["request_id"] for one in found.values())
        letters = await broker.kept([LETTERS])

    assert answered == sorted(names)
    assert letters == []
    assert await _count(store) == len(names)


@pytest.mark.parametrize("step", ["received", "ran", "stored", "published", "committed"])
@pytest.mark.asyncio
async def test_killed_at(step: str, tmp_path: Path, store: str) -> None:
    """Kill -9 at each step, and a worker that comes after: one effect each."""
    async with on_a_wire(tmp_path) as (url, broker, _):
        first = start_worker(url, store, tmp_path, step=step)
        second = None
        try:
            await asyncio.to_thread(wait_until_ready, [first])
            await broker.publish([request("a"), request("b")])
            assert await asyncio.to_thread(first.process.wait, 30) == -signal.SIGKILL
            second = start_worker(url, store, tmp_path)
            found = await gathered(broker, RESPONSES, 2)
        finally:
            for one in (first, second):
                if one is not None:
                    one.end()

    assert sorted(one.payload["request_id"] for one in found.values()) == ["a", "b"]
    assert await _count(store) == 2


@pytest.mark.asyncio
async def test_poison_among_many(tmp_path: Path, store: str) -> None:
    """Of many requests, those that kill their process are dead letters; the rest is answered."""
    chosen = (3, 11, 19, 28, 40, 57)
    async with on_a_wire(tmp_path) as (url, broker, _):
        workers = [start_worker(url, store, tmp_path) for _ in range(2)]
        try:
            await asyncio.to_thread(wait_until_ready, workers)
            kinds = {n: "crash" if n in chosen else "nothing" for n in range(60)}
            await broker.publish([request(f"r{n}", trial=kind) for n, kind in kinds.items()])
            found = await gathered(broker, RESPONSES, 60, patience=180)
            letters = await messages(broker, LETTERS, len(chosen))
        finally:
            for one in workers:
                one.end()

    failed = [one.payload["request_id"] for one in found.values() if not one.payload["success"]]
    assert sorted(failed) == sorted(f"r{n}" for n in chosen)
    assert len(letters) == len(chosen)


async def _until(store: str, count: int) -> None:
    async with asyncio.timeout(240):
        while await _count(store) < count:  # noqa: ASYNC110 - others write.
            await asyncio.sleep(0.1)


async def _count(store: str) -> int:
    database = Database(store)
    await database.start(make=False)
    try:
        return len(await reading.runs(database, 100_000))
    finally:
        await database.stop()
