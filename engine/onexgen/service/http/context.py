"""All that routes may reach, made once, opened and closed in one place."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from onexgen.diagnostics import OnexgenError
from onexgen.resources import Pack
from onexgen.service.extra import needed
from onexgen.service.http.auth import Tokens, default_file
from onexgen.service.http.background import in_background
from onexgen.service.http.board import Board
from onexgen.service.http.link import Link
from onexgen.service.http.parts import Needs, Parts, opened_parts
from onexgen.service.http.sessions import Sessions
from onexgen.service.http.settings import ServiceSettings
from onexgen.service.opened import pool_of
from onexgen.service.plans import digest_of_pack
from onexgen.service.pool import Pool
from onexgen.service.remembering import Fleeting, Memory
from onexgen.service.topics import Topics

if TYPE_CHECKING:  # A service without a history does not import what a history needs.
    from onexgen.service.history.database import Database

LOG: Final = logging.getLogger(__name__)
_AGAIN_SECONDS: Final = 2.0


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(kw_only=True)
class Context:
    """What the service has: its settings, the bus and what it told, a history if there is one.

    `is_open`: without any token, whoever reaches the service may use it. `rules` stands for the
    content of the pack. `consul` is the agent of a registry, `advertise` our address there.
    """

    settings: ServiceSettings
    topics: Topics
    link: Link
    board: Board
    database: Database | None
    judges: Pool
    runs: Pool
    sessions: Sessions
    tokens: Tokens
    output_root: Path | None = None
    environment: str | None = None
    # Groups of routes that are served, and what they have besides.
    groups: frozenset[str] = frozenset()
    parts: Parts = field(default_factory=Parts)
    rules: str = ""
    consul: str | None = None
    advertise: str | None = None
    is_open: bool = False
    clock: Callable[[], datetime] = _now
    stopping: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What whoever starts the service wants; `bus` None is one in memory."""

    bus: str | None = None
    store: str | None = None
    output_root: Path | None = None
    tokens: Path | None = None
    environment: str | None = None
    consul: str | None = None
    advertise: str | None = None


def context_of(pack: Pack, settings: ServiceSettings, topics: Topics, wishes: Wishes) -> Context:
    """Return what the service will have; nothing is opened or started yet."""
    board = Board(settings.limits.kept, settings.limits.events)
    database = None
    if wishes.store is not None:
        needed("sqlalchemy", "aiosqlite", "alembic")
        from onexgen.service.history.database import Database

        database = Database(wishes.store)
    # As it is now: a link or a folder that changes later changes nothing.
    root = None if wishes.output_root is None else wishes.output_root.resolve()
    judging = list(dict.fromkeys(settings.pipelines.values()))
    return Context(
        settings=settings,
        topics=topics,
        link=Link(
            wishes.bus or "memory://",
            topics,
            board,
            kept=settings.limits.messages,
            drain=settings.waits.drain,
        ),
        board=board,
        database=database,
        judges=Pool(settings.processes, judging, wishes.environment),
        runs=pool_of(topics, settings.processes, wishes.environment),
        sessions=Sessions(pack, wishes.environment, root),
        tokens=Tokens(wishes.tokens or default_file(), settings.tokens),
        output_root=root,
        environment=wishes.environment,
        rules=digest_of_pack(pack),
        consul=wishes.consul,
        advertise=wishes.advertise,
    )


@asynccontextmanager
async def opened(context: Context) -> AsyncIterator[None]:
    """Have all of it as long as the block runs; what is away outside is waited for meanwhile."""
    async with AsyncExitStack() as stack:
        await context.judges.start()
        stack.push_async_callback(context.judges.stop)
        memory: Memory = Fleeting()
        if context.database is not None:
            memory = await _history(context.database, stack)
        stores = context.database is not None
        await stack.enter_async_context(context.link.running(context.runs, memory, stores=stores))
        await stack.enter_async_context(opened_parts(context.parts, _needs(context, memory)))
        yield


def _needs(context: Context, memory: Memory) -> Needs:
    return Needs(
        rules=context.settings.parts, groups=context.groups, topics=context.topics,
        link=context.link, database=context.database, memory=memory,
        environment=context.environment, patience=context.settings.waits.judging,
    )  # fmt: skip


async def _history(database: Database, stack: AsyncExitStack) -> Memory:
    """Open the history, now or when it is there; returns what a worker remembers with."""
    from onexgen.service.history.recording import Recorder

    stack.push_async_callback(database.stop)
    try:
        await database.start(make=True)
    except OnexgenError as error:
        LOG.warning("the history: %s", error)
        await stack.enter_async_context(in_background(_open_later(database)))
    return Recorder(database)


async def _open_later(database: Database) -> None:
    while True:
        await asyncio.sleep(_AGAIN_SECONDS)
        try:
            await database.stop()
            await database.start(make=True)
        except OnexgenError:
            continue
        LOG.info("the history answers")
        return
