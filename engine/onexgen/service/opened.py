"""What commands open: a broker, a history, a worker; each is closed however the command ends."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final

from onexgen.service.brokers import open_broker
from onexgen.service.brokers.base import Broker, TopicState
from onexgen.service.extra import needed
from onexgen.service.handling import Step, no_step
from onexgen.service.pool import Pool
from onexgen.service.remembering import Fleeting, Memory
from onexgen.service.topics import Topics
from onexgen.service.worker import Worker

if TYPE_CHECKING:  # A process without a history does not import what a history needs.
    from onexgen.service.history.database import Database

# One copy on one broker is all that a test or a laptop has; -1 leaves it to the broker.
BROKERS_OWN: Final = -1


@asynccontextmanager
async def connected(
    url: str, topics: Topics, pipeline: str, environment: str | None = None
) -> AsyncIterator[Broker]:
    """Give a broker that has started; one within this process brings along who runs a pipeline."""
    broker = open_broker(url, topics, client=f"onexgen-{os.getpid()}")
    try:
        await broker.start()
        if url.startswith("memory://"):
            pool = Pool(1, [pipeline], environment)
            async with with_worker(broker, topics, pool, Fleeting(), stores=False):
                yield broker
        else:
            yield broker
    finally:
        await broker.stop()


@asynccontextmanager
async def with_worker(
    broker: Broker, topics: Topics, pool: Pool, memory: Memory, *, stores: bool
) -> AsyncIterator[asyncio.Task[None]]:
    """Have a worker in this process as long as the block runs; `stores` as for `Worker`.

    The value is its work: that ends before the block does only when it failed.
    """
    await broker.create(states_of(topics), BROKERS_OWN)
    worker = Worker(broker, topics, memory, pool, name=worker_name(), stores=stores)
    ready = asyncio.Event()
    task = asyncio.create_task(worker.run(ready.set))
    waiting = asyncio.create_task(ready.wait())
    await asyncio.wait([task, waiting], return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    try:
        if task.done():
            await task
        yield task
    finally:
        worker.stop()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@asynccontextmanager
async def history(url: str | None, *, make: bool = False) -> AsyncIterator[Database]:
    """Give the history at a URL, the user's own if there is none; `make` makes what is missing."""
    needed("sqlalchemy", "aiosqlite", "alembic")
    from onexgen.service.history.database import Database, default_url

    database = Database(url or default_url())
    try:
        await database.start(make=make)
        yield database
    finally:
        await database.stop()


async def upgraded(url: str | None) -> str:
    """Bring the tables at a URL to the form that we know; returns what there is to say."""
    needed("sqlalchemy", "aiosqlite", "alembic")
    from onexgen.service.history.database import Database, default_url

    database = Database(url or default_url())
    try:
        return await database.migrate()
    finally:
        await database.stop()


async def work(
    url: str, topics: Topics, *, store: str | None, size: int, environment: str | None,
    ready: Callable[[Worker], None], at: Step = no_step,
    counting: Callable[[Memory], Memory] = lambda memory: memory,
) -> None:  # fmt: skip
    """Be a worker until `Worker.stop`; `ready` gets it when it takes requests.

    `counting` may put something before the memory that sees all that is kept.
    """
    from onexgen.service.history.recording import Recorder

    async with history(store, make=True) as database:
        broker = open_broker(url, topics, client=worker_name())
        try:
            await broker.start()
            memory = counting(Recorder(database))
            pool = pool_of(topics, size, environment)
            worker = Worker(broker, topics, memory, pool, name=worker_name(), stores=True, at=at)
            await worker.run(lambda: ready(worker))
        finally:
            await broker.stop()


def pool_of(topics: Topics, size: int, environment: str | None) -> Pool:
    """Return processes that have compiled all pipelines of the topics."""
    requests = topics.of_role("request")
    pipelines = dict.fromkeys(path for one in requests for path in one.pipelines.values())
    return Pool(size, list(pipelines), environment)


def states_of(topics: Topics) -> list[TopicState]:
    """Return how the topics should be on a broker."""
    return [
        TopicState(
            name=topic.name, partitions=topic.partitions,
            retention_seconds=topic.retention_seconds,
        )
        for topic in topics.topics.values()
    ]  # fmt: skip


def worker_name() -> str:
    """Return by what name this process goes in logs, answers and the history."""
    return f"{socket.gethostname()}-{os.getpid()}"
