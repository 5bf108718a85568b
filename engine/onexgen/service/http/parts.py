"""What further groups of routes have, besides the bus: opened and closed with the service."""

from __future__ import annotations

import hashlib
import logging
import os
from collections.abc import AsyncIterator, Collection, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from onexgen.service.hooks.receiving import Receiver
from onexgen.service.hooks.sources import sources_of
from onexgen.service.http.background import in_background
from onexgen.service.http.link import Link
from onexgen.service.library import Library
from onexgen.service.metrics.following import Following, Past
from onexgen.service.metrics.measured import Measured, Reading
from onexgen.service.metrics.rules import metrics_rules
from onexgen.service.remembering import Memory
from onexgen.service.topics import Topics

if TYPE_CHECKING:  # A service without a history does not import what a history needs.
    from onexgen.service.history.database import Database

LOG: Final = logging.getLogger(__name__)
HOOKS, METRICS, LIBRARY, STAMPS = "hooks", "metrics", "library", "stamps"


@dataclass(kw_only=True)
class Parts:
    """What is there while the service runs; None where the rules say nothing of it."""

    receiver: Receiver | None = None
    following: Following | None = None
    library: Library | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """What parts are made of: the rules, and what the service has opened."""

    rules: Mapping[str, Any]
    groups: Collection[str]
    topics: Topics
    link: Link
    database: Database | None
    memory: Memory
    environment: str | None
    patience: float


@asynccontextmanager
async def opened_parts(parts: Parts, needs: Needs) -> AsyncIterator[None]:
    """Have the parts that the groups of routes need, as long as the block runs."""
    async with AsyncExitStack() as stack:
        if HOOKS in needs.groups and "hooks" in needs.rules:
            parts.receiver = _receiver(needs)
        if "telemetry" in needs.rules:
            parts.following = await _following(needs, stack)
        if LIBRARY in needs.groups and "library" in needs.rules:
            rules = needs.rules["library"]
            parts.library = Library(rules["pipelines"], needs.environment, needs.patience)
            stack.callback(parts.library.close)
        yield


def _receiver(needs: Needs) -> Receiver:
    link = needs.link
    sources = sources_of(needs.rules["hooks"])
    receiver = Receiver(sources, needs.topics, lambda: link.broker, needs.memory)
    for source in receiver.closed:
        LOG.info("hooks: nothing is received from '%s': set %s", source.id, source.secrets[0])
    return receiver


async def _following(needs: Needs, stack: AsyncExitStack) -> Following:
    rules = metrics_rules(needs.rules["telemetry"], needs.topics)
    looks_back = METRICS in needs.groups
    link = needs.link
    following = Following(
        lambda: link.broker, needs.topics, rules,
        file=_state_file(link.url) if looks_back else None,
    )  # fmt: skip
    past = None if needs.database is None else _past(needs.database, rules.reading)
    # Entered first, so that it is done last: when nothing is added any more.
    stack.push_async_callback(following.keep)
    for work in following.works(back=looks_back, past=past):
        await stack.enter_async_context(in_background(work))
    return following


def _past(database: Database, reading: Reading) -> Past:
    async def past(since: float) -> Iterable[Measured]:
        from onexgen.service.metrics.past import measured_in

        return await measured_in(database, reading, since)

    return past


def _state_file(bus: str) -> Path:
    """Return where the figures of a bus are kept, for a service of this folder."""
    base = os.environ.get("XDG_STATE_HOME") or str(Path.home() / ".local/state")
    name = hashlib.blake2b(f"{bus}\n{Path.cwd()}".encode(), digest_size=8).hexdigest()
    return Path(base, "onexgen", f"figures-{name}.json")
