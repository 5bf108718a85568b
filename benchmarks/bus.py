"""What a bus costs: a run behind a real broker, beside the run itself.

    PYTHONPATH=. python benchmarks/bus.py [--quick] [--broker tansu|noida] [--only TABLE]

Client, broker, worker and its processes share this machine: read the minimum for what it costs,
the median for what a busy machine makes of it. It ends with 0: a figure is to be read.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from tests.service.broker_programs import STARTERS, running

from onexgen.resources import Pack
from onexgen.service.brokers import open_broker
from onexgen.service.brokers.base import Broker, Outgoing, Reader
from onexgen.service.envelope import envelope, read
from onexgen.service.events import CodegenAnalysisRequest, CodegenSessionStatus, Response
from onexgen.service.history.database import Database
from onexgen.service.history.effects import Effect
from onexgen.service.history.recording import Recorder
from onexgen.service.opened import states_of
from onexgen.service.topics import Topics, load_topics

PROMPT = "Create a PostgreSQL CRUD Effect node for member accounts with pooling and retry"
PATIENCE = 300.0
WARM_UP = 3
OVERLAY = """
version: 1
kind: overlay
description: How long a broker may keep back that there is nothing.
set: {{rules/topics.yaml: {{delivery.hold: {hold}}}}}
"""


@dataclass
class Line:
    """One line of the table: milliseconds, or ratios where `unit` is empty."""

    what: str
    asked: float | None
    values: list[float] = field(default_factory=list)
    unit: str = "ms"
    at_least: bool = False

    def show(self) -> None:
        """Print it."""
        middle = statistics.median(self.values)
        asked = "" if self.asked is None else f"{'>=' if self.at_least else '<='} {self.asked:g}"
        print(
            f"  {self.what:<58}{min(self.values):9.2f}{middle:9.2f}{max(self.values):9.2f}"
            f"{self.unit:>4}{asked:>9}  {self._verdict(middle)}".rstrip()
        )

    def _verdict(self, middle: float) -> str:
        if self.asked is None:
            return ""
        good = middle >= self.asked if self.at_least else middle <= self.asked
        return "ok" if good else "MISSED"


@dataclass(frozen=True)
class Bench:
    """A broker with topics, and a folder for all else."""

    url: str
    folder: Path
    topics: Topics
    rounds: int
    quick: bool


@contextmanager
def workers(bench: Bench, count: int, name: str) -> Iterator[list[int]]:
    """Run so many workers of one process each; the value is their process ids."""
    store = f"sqlite:///{bench.folder}/{name}.db"
    logs = [bench.folder / f"{name}-{number}.log" for number in range(count)]
    command = [sys.executable, "-m", "onexgen", "worker", "--bus", bench.url, "--store", store]
    started = []
    try:
        for log in logs:
            with log.open("wb") as file:
                started.append(
                    subprocess.Popen(
                        [*command, "--concurrency", "1"],
                        cwd=bench.folder,
                        stderr=file,
                        env=dict(os.environ),
                    )
                )
        end = time.monotonic() + PATIENCE
        for log in logs:
            while " ready" not in log.read_text("utf-8"):
                if time.monotonic() > end:
                    raise SystemExit(log.read_text("utf-8"))
                time.sleep(0.05)
        yield [one.pid for one in started]
    finally:
        for one in started:
            one.terminate()
        for one in started:
            one.wait()


def request(bench: Bench, name: str, mode: str) -> Outgoing:
    """Return a request whose ids are a name."""
    topic = next(t for t in bench.topics.of_role("request") if mode in t.pipelines)
    value = envelope(CodegenAnalysisRequest(prompt=PROMPT, mode=mode), name, name=name).to_bytes()
    return Outgoing(topic=topic.name, key=name, value=value)


@asynccontextmanager
async def asking(bench: Bench) -> AsyncIterator[tuple[Broker, Reader]]:
    """Give a connection, and what reads all progress and answers."""
    broker = open_broker(bench.url, bench.topics, client="bench")
    await broker.start()
    answers = {str(topic.answers) for topic in bench.topics.of_role("request")}
    reader = await broker.follow([bench.topics.status.name, *sorted(answers)])
    try:
        yield broker, reader
    finally:
        await reader.close()
        await broker.stop()


async def one_by_one(bench: Bench, mode: str, name: str) -> list[tuple[float, float, float]]:
    """Return for each request: ms to its first event, ms to its answer, ms that its run took."""
    found = []
    async with asking(bench) as (broker, reader):
        for number in range(bench.rounds + WARM_UP):
            name_of_run = f"{name}-{number}"
            asked = request(bench, name_of_run, mode)
            began = time.perf_counter()
            await broker.publish([asked])
            found.append(await timed(reader, name_of_run, began))
    return found[WARM_UP:]


async def timed(reader: Reader, name: str, began: float) -> tuple[float, float, float]:
    """Return the times of one request, when it is answered."""
    first = 0.0
    while True:
        for message in await reader.read(1.0):
            if message.key != name.encode():
                continue
            now = (time.perf_counter() - began) * 1000
            payload = read(message.value).opened()
            if isinstance(payload, CodegenSessionStatus):
                first = first or now
            if isinstance(payload, Response):
                if not payload.success:
                    raise SystemExit(payload.error)
                return first or now, now, payload.duration_seconds * 1000


async def at_once(bench: Bench, mode: str, name: str, count: int) -> float:
    """Return the seconds from the first of many requests to the last answer."""
    async with asking(bench) as (broker, reader):
        asked = [request(bench, f"{name}-{number}", mode) for number in range(count)]
        left = {str(one.key) for one in asked}
        began = time.perf_counter()
        await broker.publish(asked)
        while left:
            for message in await reader.read(1.0):
                if isinstance(read(message.value).opened(), Response):
                    left.discard((message.key or b"").decode())
        return time.perf_counter() - began


def show_runs(bench: Bench) -> None:
    """Measure single requests, one after the other, with one worker."""
    lines = []
    with workers(bench, 1, "single"):
        for mode in ("analyze", "generate"):
            found = asyncio.run(one_by_one(bench, mode, f"single-{mode}"))
            first, whole, inside = (list(column) for column in zip(*found, strict=True))
            over = [all_of_it - run for all_of_it, run in zip(whole, inside, strict=True)]
            lines += [
                Line(f"{mode}: the run itself", None, inside),
                Line(f"{mode}: what the bus adds to it", 15, over),
                Line(f"{mode}: request to first event", 20, first),
            ]
    show("One request at a time, one worker", lines)


def show_workers(bench: Bench) -> None:
    """Measure how many more requests two workers answer than one, in turn."""
    count = 12 if bench.quick else 40
    ratio = Line("two workers, requests answered", 1.7, unit="x", at_least=True)
    alone = Line("two runs of the same, at once, without any bus", None, unit="x")
    for turn in range(2 if bench.quick else 5):
        taken = {}
        for size in (1, 2) if turn % 2 else (2, 1):
            with workers(bench, size, f"many-{turn}-{size}"):
                asyncio.run(at_once(bench, "generate", f"warm-{turn}-{size}", 2 * size))
                name = f"many-{turn}-{size}"
                taken[size] = asyncio.run(at_once(bench, "generate", name, count))
        ratio.values.append(taken[1] / taken[2])
        alone.values.append(without_bus(bench, count // 4))
    show(f"Throughput beside one worker ({os.cpu_count()} cores for all)", [ratio, alone])


def without_bus(bench: Bench, count: int) -> float:
    """Return how many more local runs two processes make than one: what the machine has to give."""
    code = (
        "import sys; from onexgen.session import Session, drain; "
        "from onexgen.inputs import resolve_inputs; "
        "s = Session('pipelines/default.yaml'); "
        "i = resolve_inputs(s.plan.inputs, {'prompt': sys.argv[1], 'force': True}); "
        "drain(s.run([i], preview='check')); print(flush=True); sys.stdin.readline(); "
        "[drain(s.run([i], preview='check')) for _ in range(int(sys.argv[2]))]"
    )

    def seconds(size: int) -> float:
        started = [
            subprocess.Popen(
                [sys.executable, "-c", code, PROMPT, str(count)],
                cwd=bench.folder,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
            )
            for _ in range(size)
        ]
        for one in started:
            assert one.stdout is not None  # noqa: S101 - for the types
            one.stdout.readline()
        began = time.perf_counter()
        for one in started:
            one.communicate(b"\n")
        return time.perf_counter() - began

    return 2 * seconds(1) / seconds(2)


def show_size(bench: Bench) -> None:
    """Measure what has to be there for a worker: memory, processor, and room for each run."""
    memory = [Line("memory of a worker, without its processes", None, unit="MB")]
    memory.append(Line("memory of each of its processes", None, unit="MB"))
    lines = [Line("processor time of a run, worker and process", None, unit="ms")]
    lines.append(Line("history of a run (SQLite)", None, unit="KB"))
    with workers(bench, 1, "size") as (pid,):
        asyncio.run(one_by_one(bench, "generate", "size-warm"))
        before, began = bytes_of(bench, "size"), cpu_of(pid)
        asyncio.run(one_by_one(bench, "generate", "size"))
        count = bench.rounds + WARM_UP
        lines[0].values.append((cpu_of(pid) - began) * 1000 / count)
        lines[1].values.append((bytes_of(bench, "size") - before) / 1000 / count)
        memory[0].values.append(resident(pid))
        memory[1].values += [resident(child) for child in children(pid)]
    show("Size", [*memory, *lines])


def children(pid: int) -> list[int]:
    """Return the processes of a process."""
    text = Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii")
    return [int(child) for child in text.split()]


def resident(pid: int) -> float:
    """Return the memory of a process in MB."""
    pages = int(Path(f"/proc/{pid}/statm").read_text("ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def cpu_of(pid: int) -> float:
    """Return the seconds of processor time of a process and its own, with those that ended."""
    spent = 0.0
    for one in (pid, *children(pid)):
        fields = Path(f"/proc/{one}/stat").read_text("utf-8").rpartition(")")[2].split()
        spent += sum(map(int, fields[11:15]))
    return spent / os.sysconf("SC_CLK_TCK")


def bytes_of(bench: Bench, name: str) -> int:
    """Return the size of a history."""
    return sum(path.stat().st_size for path in bench.folder.glob(f"{name}.db*"))


def show_parts(bench: Bench) -> None:
    """Measure what each run costs once: its history, and the sending of its events."""
    show("Parts", asyncio.run(parts(bench)))


async def parts(bench: Bench) -> list[Line]:
    """Return the time that the history and the broker take for one run."""
    kept = Line("a run, 9 stages, 20 events kept in SQLite", 1.5)
    sent = Line("11 events of a run sent", 1)
    database = Database(f"sqlite:///{bench.folder}/parts.db")
    await database.start()
    recorder = Recorder(database)
    broker = open_broker(bench.url, bench.topics, client="bench")
    await broker.start()
    try:
        for number in range(10 * bench.rounds):
            one = effect(bench, f"part-{number}")
            kept.values.append(await milliseconds(lambda one=one: recorder.record(one)))
            recorder.sent(one.request_id)
            eleven = [one.messages[0]] * 11
            sent.values.append(await milliseconds(lambda some=eleven: broker.publish(some)))
    finally:
        await broker.stop()
        await database.stop()
    return [kept, sent]


async def milliseconds(work: Callable[[], Awaitable[object]]) -> float:
    """Return how long some work takes."""
    began = time.perf_counter()
    await work()
    return (time.perf_counter() - began) * 1000


def effect(bench: Bench, name: str) -> Effect:
    """Return what a run with nine stages leaves behind."""
    now = datetime.now(UTC)
    status = CodegenSessionStatus(workflow_id=name, sequence=1, kind="k", data={"stage": "one"})
    value = envelope(status, name).to_bytes()
    messages = [Outgoing(topic=bench.topics.status.name, key=name, value=value)] * 2
    run = {
        "correlation_id": name, "topic": "t", "mode": "generate", "pipeline": "p",
        "status": "completed", "error": "", "exit_code": 0, "failed_stage": None, "attempts": 1,
        "seconds": 0.5, "score": 0.9, "worker": "w", "rules": "r", "received_at": now,
        "finished_at": now, "inputs": {"prompt": PROMPT}, "outputs": {"quality_score": 0.9},
        "record": None,
    }  # fmt: skip
    stages = [
        {"number": n, "name": f"s{n}", "title": f"S{n}", "status": "completed", "seconds": 0.25,
         "rounds": 1, "message": ""}
        for n in range(1, 10)
    ]  # fmt: skip
    events = [{"sequence": n, "kind": "stage_started", "data": {"stage": n}} for n in range(1, 21)]
    uses = [{"kind": "mixin", "name": f"m{n}"} for n in range(5)]
    return Effect(
        request_id=name, run=run, stages=stages, events=events, uses=uses, messages=messages
    )


def show(title: str, lines: Sequence[Line]) -> None:
    """Print a table."""
    print(f"\n{title:<60}{'least':>9}{'median':>9}{'most':>9}{'':>4}{'asked':>9}")
    for line in lines:
        line.show()
    print(f"    load {' '.join(f'{one:.1f}' for one in os.getloadavg())}", flush=True)


TABLES = {"parts": show_parts, "runs": show_runs, "size": show_size, "workers": show_workers}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few rounds: a look, not a figure")
    parser.add_argument("--broker", choices=sorted(STARTERS), default="tansu")
    parser.add_argument("--hold", metavar="TIME", help="`delivery.hold` of the rules, such as 10ms")
    parser.add_argument("--only", choices=sorted(TABLES), action="append")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="onexgen-bus-") as folder:
        place = Path(folder, "work")
        (place / "rules").mkdir(parents=True)
        if options.hold:
            overlay = OVERLAY.format(hold=options.hold)
            (place / "rules/bench.yaml").write_text(overlay, encoding="utf-8")
        topics = load_topics(Pack.at(place))
        with running(options.broker, Path(folder, "broker")) as url:
            bench = Bench(url, place, topics, 10 if options.quick else 30, options.quick)
            asyncio.run(made(bench))
            print(f"broker: {options.broker}, hold {topics.delivery.hold:g} s")
            for name in options.only or TABLES:
                TABLES[name](bench)


async def made(bench: Bench) -> None:
    """Make the topics."""
    broker = open_broker(bench.url, bench.topics, client="bench")
    await broker.start()
    await broker.create(states_of(bench.topics), -1)
    await broker.stop()


if __name__ == "__main__":
    main()
