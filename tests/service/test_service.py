"""All of it with real processes and a real broker: commands, workers, the history."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.service.broker_programs import running
from tests.service.helpers import (
    PACK,
    RESPONSES,
    Started,
    gathered,
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

# The broker has one group of workers: one test at a time.
pytestmark = pytest.mark.xdist_group("service")


@pytest.fixture
def bus(tmp_path: Path) -> Iterator[str]:
    """Return the URL of a broker of this test's own, with all topics."""
    with running("tansu", tmp_path / "broker") as url:
        yield url


def onexgen(bus: str, store: str, *arguments: str, code: int = 0) -> str:
    """Run a command in the small pack; returns what it printed."""
    done = subprocess.run(
        [sys.executable, "-m", "onexgen", *arguments], cwd=PACK, capture_output=True, text=True,
        env={**os.environ, "ONEXGEN_BUS": bus, "ONEXGEN_STORE": store}, check=False,
    )  # fmt: skip
    assert done.returncode == code, done.stderr
    return done.stdout


def test_commands(bus: str, store: str, tmp_path: Path) -> None:
    """What people do: make topics, start a worker, leave requests, look, replay, stop."""

    def run(*arguments: str, code: int = 0) -> str:
        return onexgen(bus, store, *arguments, code=code)

    run("topics", "check", code=8)
    sick = [one["state"] for one in json.loads(run("doctor", "--json", code=6))["findings"]]
    assert sick == ["ok", "wrong", "unknown", "unknown", "wrong", "ok"]
    assert len(run("topics", "create").splitlines()) == 19
    assert run("topics", "check") == "19 topics are as the rules say.\n"
    log = tmp_path / "worker.log"
    with log.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "onexgen", "worker", "--concurrency", "1"],
            cwd=PACK, stderr=file,
            env={**os.environ, "ONEXGEN_BUS": bus, "ONEXGEN_STORE": store},
        )  # fmt: skip
    worker = Started(process, log)
    try:
        wait_until_ready([worker])
        make = ["run", "pipelines/make.yaml", "--bus", bus, "-q", "--prompt", "hello"]
        name = run(*make, "--detach", "--output-dir", f"{tmp_path}/out").strip()
        followed = run("runs", "follow", name, "-q", "--pipeline", "pipelines/make.yaml")
        assert followed == f"2 files in {tmp_path}/out/note\n"
        assert (tmp_path / "out/note/note.txt").read_text("utf-8") == "hello"

        large = [*make, "--size", "20000", "--output-dir", f"{tmp_path}/large", "--store", store]
        assert run(*large) == f"2 files in {tmp_path}/large/note\n"

        run(*make, "--trial", "refused", code=2)
        [letter] = json.loads(run("dlq", "list", "--json"))["letters"]
        assert letter["reason"] == "This is refused."
        shown = json.loads(run("dlq", "show", letter["id"]))
        asked = json.loads(shown["request"])["payload"]
        assert (asked["prompt"], asked["inputs"]["trial"]) == ("hello", "refused")
        run("dlq", "replay", letter["id"])
        end = time.monotonic() + 30
        while len(letters := json.loads(run("dlq", "list", "--json"))["letters"]) != 1 or (
            letters[0]["id"] == letter["id"]
        ):
            assert time.monotonic() < end
        run("dlq", "replay", letter["id"] + "x", code=2)
        assert run("dlq", "discard", "--all") == f"{letters[0]['id']}\n"
        assert json.loads(run("dlq", "list", "--json"))["letters"] == []
        settled = json.loads(run("dlq", "list", "--json", "--settled"))["letters"]
        assert [one["state"] for one in settled] == ["replayed", "discarded"]

        runs = json.loads(run("runs", "list", "--json"))["runs"]
        assert [one["status"] for one in runs] == ["failed", "failed", "completed", "completed"]
        assert json.loads(run("runs", "show", name))["inputs"]["prompt"] == "hello"
        assert json.loads(run("runs", "stats"))["modes"]["make"]["runs"] == 4
        well = json.loads(run("doctor", "--json"))["findings"]
        assert [(one["what"], one["case"]) for one in well] == [
            ("broker", "answers"), ("topics", "answers"), ("workers", "workers-idle"),
            ("letters", "answers"), ("history", "answers"), ("runs", "answers"),
            # That two of them were refused is no illness.
            ("runs", "ended-2"), ("folder", "answers"),
        ]  # fmt: skip
        assert run("runs", "prune", "--days", "0") == "4 runs and 4 requests forgotten.\n"
        assert worker.end() == 0, worker.said
    finally:
        process.kill()
        process.wait()


def test_a_worker_that_is_stopped_ends_what_it_began(bus: str, store: str, tmp_path: Path) -> None:
    """SIGTERM: nothing new is begun, what was begun is answered, the exit code is 0."""

    async def work() -> int:
        broker = await _made(bus)
        worker = start_worker(bus, store, tmp_path)
        try:
            await asyncio.to_thread(wait_until_ready, [worker])
            status = await broker.follow([topics_of_pack().status.name])
            await broker.publish([request("a", trial="flaky")])
            while not await status.read(0.2):
                pass
            await status.close()
            worker.process.send_signal(signal.SIGTERM)
            code = await asyncio.to_thread(worker.process.wait, 30)
            found = await gathered(broker, RESPONSES, 1)
            assert [one.payload["success"] for one in found.values()] == [True]
            return code
        finally:
            worker.end()
            await broker.stop()

    assert asyncio.run(work()) == 0


def test_killed_while_working(bus: str, store: str, tmp_path: Path) -> None:
    """Kill -9 of one of two workers, in the middle: every request has one answer and one run."""
    names = [f"r{number}" for number in range(12)]

    async def work() -> tuple[list[str], int]:
        broker = await _made(bus)
        workers = [
            start_worker(bus, store, tmp_path, step="ran"),
            start_worker(bus, store, tmp_path),
        ]
        try:
            await asyncio.to_thread(wait_until_ready, workers)
            await broker.publish([request(name) for name in names])
            found = await gathered(broker, RESPONSES, len(names))
            sent = await broker.kept([RESPONSES])
            assert workers[0].process.wait(30) == -signal.SIGKILL
            return sorted(one.payload["request_id"] for one in found.values()), len(sent)
        finally:
            for one in workers:
                one.end()
            await broker.stop()

    answered, sent = asyncio.run(work())

    assert (answered, sent) == (sorted(names), len(names))
    assert len(asyncio.run(_runs(store))) == len(names)


async def _made(bus: str) -> Broker:
    """Return a broker that has all topics."""
    topics = topics_of_pack()
    broker = open_broker(bus, topics, client="tests")
    await broker.start()
    await broker.create(states_of(topics), -1)
    return broker


async def _runs(store: str) -> list[object]:
    database = Database(store)
    await database.start(make=False)
    try:
        return list(await reading.runs(database, 10_000))
    finally:
        await database.stop()
