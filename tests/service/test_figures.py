"""The figures of a bus: the same after a restart, whatever is read twice or from elsewhere."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.service.helpers import LETTERS, REQUESTS, RESPONSES, request, topics_of_pack

from onexgen.diagnostics import OnexgenError
from onexgen.service.answering import answer_id
from onexgen.service.brokers.base import Message, Outgoing
from onexgen.service.brokers.memory import MemoryBroker
from onexgen.service.envelope import envelope
from onexgen.service.events import CodegenAnalysisResponse, Stage
from onexgen.service.history.effects import Effect
from onexgen.service.history.recording import Recorder
from onexgen.service.http.background import in_background
from onexgen.service.letters import Letter, buried, letters_in, settled
from onexgen.service.metrics.following import Following, Past
from onexgen.service.metrics.measured import Reading
from onexgen.service.metrics.observing import Observing
from onexgen.service.metrics.past import measured_in
from onexgen.service.metrics.prometheus import Figures
from onexgen.service.metrics.rules import MetricsRules
from onexgen.service.metrics.windows import Shape
from onexgen.service.opened import history, states_of
from onexgen.service.remembering import Fleeting

_PATIENCE = 20
READING = Reading(kind="node_type", score="score", categories={6: "outside"}, otherwise="other")
RULES = MetricsRules(
    shape=Shape(windows={"1h": 3600}, slots=60, accuracy=0.01), reading=READING,
    bounds_seconds=(1, 10), bounds_quality=(0.5, 1), look_every=60, keep_every=60,
)  # fmt: skip


def answer(name: str, *, exit_code: int = 0, seconds: float = 2.0) -> Outgoing:
    """Return the answer to a request of a name."""
    payload = CodegenAnalysisResponse(
        request_id=name, mode="make", pipeline="pipelines/make.yaml", success=not exit_code,
        exit_code=exit_code, failed_stage="making" if exit_code else None,
        stages=[
            Stage(id="making", title="", number=1, status="completed", seconds=seconds / 2),
            Stage(id="left out", title="", number=2, status="skipped", seconds=0),
        ],
        duration_seconds=seconds, outputs={} if exit_code else {"node_type": "tall", "score": 0.5},
    )  # fmt: skip
    value = envelope(payload, name, name=answer_id(name)).to_bytes()
    return Outgoing(topic=RESPONSES, key=name, value=value)


def begun() -> list[Outgoing]:
    """Return what one run told."""
    return [answer("a")]


def ended() -> list[Outgoing]:
    """Return what two further runs told."""
    return [answer("b", exit_code=6, seconds=20), answer("c", exit_code=9)]


TOLD = {
    "seconds": 3600,
    "runs": 3,
    "failed": 2,
    "failure_rate": 0.666667,
    "modes": {"make": {"completed": 1, "failed": 2}},
    "durations": {"make": {"count": 3, "mean": 8.0, "p50": 2.0, "p95": 19.8867, "p99": 19.8867}},
    "stages": {"making": {"count": 3, "mean": 4.0, "p50": 1.0, "p95": 10.0, "p99": 10.0}},
    "quality": {"tall": {"count": 1, "mean": 0.5, "p50": 0.5, "p95": 0.5, "p99": 0.5}},
    "failures": {"other": 1, "outside": 1},
    "failed_stages": {"making": 2},
}


async def until(told: Callable[[], Any], expected: Any) -> None:
    """Return when something is as expected."""
    end = time.monotonic() + _PATIENCE
    while told() != expected and time.monotonic() < end:  # noqa: ASYNC110 - what is told has no event.
        await asyncio.sleep(0.01)
    assert told() == expected


async def followed(
    broker: MemoryBroker, work: Callable[[Following], Awaitable[None]], file: Path | None = None,
    past: Past | None = None,
) -> Following:  # fmt: skip
    """Follow a bus for as long as some work takes; returns the figures at the end."""
    following = Following(lambda: broker, topics_of_pack(), RULES, file=file)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(following.keep)
        for one in following.works(back=True, past=past):
            await stack.enter_async_context(in_background(one))
        await work(following)
    return following


def hour(following: Following) -> Any:
    """Return what is told of the last hour."""
    windows: Any = following.told()["windows"]
    return windows["1h"]


async def made() -> MemoryBroker:
    """Return a broker with all topics."""
    broker = MemoryBroker()
    await broker.create(states_of(topics_of_pack()), 1)
    return broker


def test_what_the_bus_tells(tmp_path: Path) -> None:
    """Counts, durations, quality and failures; what is sent twice or is no event adds nothing."""

    async def work() -> None:
        broker = await made()
        before = begun()
        await broker.publish(before)

        async def see(following: Following) -> None:
            nonsense = Outgoing(topic=RESPONSES, key="x", value=b"\xff")
            await broker.publish([*before, nonsense, *ended(), before[0]])
            await until(lambda: hour(following), TOLD)

        following = await followed(broker, see, tmp_path / "state/figures.json")
        text = following.figures.text().decode()
        # Counters are those of this process: what was sent before it began is not among them.
        assert 'onexgen_runs_total{kind="",mode="make",status="failed"} 2.0' in text
        assert 'status="completed"' not in text
        assert 'onexgen_failures_total{category="outside"} 1.0' in text
        assert 'onexgen_run_seconds_bucket{le="10.0",mode="make"} 1.0' in text

    asyncio.run(work())


def test_a_restart_on_what_was_kept(tmp_path: Path) -> None:
    """The last state goes on, also when the bus has forgotten what it was made of."""
    file = tmp_path / "figures.json"

    async def work() -> None:
        broker = await made()
        await broker.publish([*begun(), ended()[0]])
        await followed(broker, lambda one: until(lambda: hour(one)["runs"], 2), file)
        fresh = await made()
        await fresh.publish(ended())
        await followed(fresh, lambda one: until(lambda: hour(one), TOLD), file)
        file.write_text("{", "utf-8")
        await followed(fresh, lambda one: until(lambda: hour(one)["runs"], 2), file)

    asyncio.run(work())


def test_a_restart_on_the_history(store: str) -> None:
    """What the history has and the bus tells again is counted once."""

    async def work() -> None:
        broker = await made()
        async with history(store, make=True) as database:
            recorder = Recorder(database)
            for name, code, seconds in (("a", 0, 2.0), ("b", 6, 20.0), ("c", 9, 2.0)):
                await recorder.record(
                    Effect(request_id=name, run=row(name, code, seconds), stages=made_of(seconds))
                )
            await broker.publish([*begun(), *ended()])
            await followed(
                broker, lambda one: until(lambda: hour(one), TOLD),
                past=lambda since: measured_in(database, READING, since),
            )  # fmt: skip

    asyncio.run(work())


def row(name: str, exit_code: int, seconds: float) -> dict[str, Any]:
    """Return a run as the history keeps it."""
    now = datetime.now(UTC)
    return {
        "correlation_id": name, "topic": REQUESTS, "mode": "make", "pipeline": "p", "error": "",
        "status": "failed" if exit_code else "completed", "exit_code": exit_code,
        "failed_stage": "making" if exit_code else None, "attempts": 1, "seconds": seconds,
        "score": None if exit_code else 0.5, "worker": "w", "rules": "r", "received_at": now,
        "finished_at": now, "inputs": {}, "record": None,
        "outputs": {} if exit_code else {"node_type": "tall"},
    }  # fmt: skip


def made_of(seconds: float) -> list[dict[str, Any]]:
    """Return the stages of a run as the history keeps them."""
    return [
        {"number": 1, "name": "making", "title": "Making", "status": "completed",
         "seconds": seconds / 2, "rounds": 1, "message": ""},
        {"number": 2, "name": "left out", "title": "", "status": "skipped", "seconds": 0.0,
         "rounds": 0, "message": ""},
    ]  # fmt: skip


def test_what_waits() -> None:
    """Requests that nobody finished, and dead letters that nobody settled."""

    async def work() -> None:
        broker = await made()
        dead = Message(topic=REQUESTS, partition=0, offset=7, key=b"a", value=b"{}")

        async def see(following: Following) -> None:
            await broker.publish([request("a"), request("b")])
            await following.look()
            assert following.told()["waiting"] == {**NOTHING, REQUESTS: 2}
            await broker.publish([buried(LETTERS, dead, OnexgenError("no"), 1)])
            await until(lambda: following.dead[LETTERS], 1)
            assert (
                f'onexgen_dead_letters{{topic="{LETTERS}"}} 1.0'
                in following.figures.text().decode()
            )
            [letter] = letters_in(await broker.kept([LETTERS]))
            assert isinstance(letter, Letter)
            await broker.publish([settled(letter, "discarded")])
            await until(lambda: following.dead[LETTERS], 0)

        await followed(broker, see)

    asyncio.run(work())


NOTHING = {topic.name: 0 for topic in topics_of_pack().of_role("request")}


def test_a_worker_counts_what_it_keeps() -> None:
    """A worker's own figures count an effect once, and none that had been there."""

    async def work() -> None:
        figures = Figures((1, 10), (0.5, 1))
        memory = Observing(Fleeting(), READING, figures)
        for name in ("a", "b", "a"):
            await memory.record(Effect(request_id=name, run=row(name, 0, 2.0)))
        await memory.record(Effect(request_id="letter", run=None))
        line = 'onexgen_runs_total{kind="tall",mode="make",status="completed"} 2.0'
        assert line in figures.text().decode().splitlines()

    asyncio.run(work())


@pytest.mark.parametrize("seconds", [float("inf"), float("nan"), -1.0])
def test_figures_that_are_none(seconds: float) -> None:
    """A duration that is no number counts as a run, and not as a duration."""
    one = READING.row(row("a", 0, seconds), (), "a")

    assert [figure for figure, _, _ in one.values] == ["quality"]
