"""What the tests of the service have in common."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from onexgen.resources import Pack
from onexgen.service.brokers.base import Broker, Message, Outgoing
from onexgen.service.envelope import envelope, read
from onexgen.service.events import CodegenAnalysisRequest
from onexgen.service.topics import Topics, load_topics

HERE: Final = Path(__file__).parent
PACK: Final = HERE / "pack"
REQUESTS: Final = "omninode_codegen_request_analyze_v1"
RESPONSES: Final = "omninode_codegen_response_analyze_v1"
LETTERS: Final = "omninode_codegen_request_analyze_v1_dlq"
_PATIENCE: Final = 60.0


def topics_of_pack() -> Topics:
    """Return the topics of the small pack."""
    return load_topics(Pack.at(PACK, alone=True))


def request(name: str, *, topic: str = REQUESTS, prompt: str = "hello", **inputs: Any) -> Outgoing:
    """Return a request whose id and correlation id are a name."""
    payload = CodegenAnalysisRequest(prompt=prompt, inputs=inputs)
    value = envelope(payload, name, name=name).to_bytes()
    return Outgoing(topic=topic, key=name, value=value)


async def answers(broker: Broker, count: int, topic: str = RESPONSES) -> list[dict[str, Any]]:
    """Return the answers of a topic when there are so many, each message once."""
    found = await gathered(broker, topic, count)
    return [one.payload for one in found.values()]


async def gathered(
    broker: Broker, topic: str, count: int, patience: float = _PATIENCE
) -> dict[str, Any]:
    """Return envelope id -> envelope of a topic when there are so many different ones."""
    reader = await broker.follow([topic], from_start=True)
    found: dict[str, Any] = {}
    end = time.monotonic() + patience
    try:
        while len(found) < count:
            assert time.monotonic() < end, f"{len(found)} of {count}"
            for message in await reader.read(0.2):
                one = read(message.value)
                found[one.id] = one
    finally:
        await reader.close()
    return found


async def messages(broker: Broker, topic: str, count: int) -> list[Message]:
    """Return the messages of a topic when there are so many."""
    end = time.monotonic() + _PATIENCE
    while len(found := await broker.kept([topic])) < count:
        assert time.monotonic() < end, f"{len(found)} of {count}"
        await asyncio.sleep(0.05)
    return found


@contextmanager
def worker(
    bus: str, store: str, folder: Path, *, size: int = 1, step: str = ""
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a worker as a process of its own; it takes requests when the block begins."""
    started = start_worker(bus, store, folder, size=size, step=step)
    try:
        wait_until_ready([started])
        yield started.process
    finally:
        started.end()


class Started:
    """A worker process and its log."""

    def __init__(self, process: subprocess.Popen[bytes], log: Path) -> None:
        """Keep both."""
        self.process = process
        self.log = log

    @property
    def said(self) -> str:
        """Return the log."""
        return self.log.read_text("utf-8", "replace")

    def end(self) -> int:
        """Stop the worker gently, then by force; returns its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()


def start_worker(bus: str, store: str, folder: Path, *, size: int = 1, step: str = "") -> Started:
    """Start a worker and do not wait for it."""
    folder.mkdir(parents=True, exist_ok=True)
    log = folder / f"worker-{len(list(folder.glob('worker-*')))}.log"
    with log.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, HERE / "worker_program.py", bus, store, str(size), step],
            cwd=PACK, env={**os.environ, "TRIALS": str(folder)}, stdout=file, stderr=file,
        )  # fmt: skip
    return Started(process, log)


def wait_until_ready(workers: Sequence[Started]) -> None:
    """Return when all workers take requests."""
    end = time.monotonic() + _PATIENCE
    for one in workers:
        while " ready" not in one.said:
            assert one.process.poll() is None, one.said
            assert time.monotonic() < end, one.said
            time.sleep(0.02)
