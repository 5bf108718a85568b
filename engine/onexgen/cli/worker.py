"""`onexgen worker`: works off the requests of a bus."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from onexgen.cli.bus import Bus, Env, Store, awaited, topics_here
from onexgen.settings import pack_here

if TYPE_CHECKING:  # Other commands import nothing of the service.
    from onexgen.service.remembering import Memory
    from onexgen.service.topics import Topics
    from onexgen.service.worker import Worker


def worker(
    bus: Bus,
    store: Store = None,
    concurrency: Annotated[
        int | None,
        typer.Option("--concurrency", min=1, max=256, help="Runs at once; else one a core."),
    ] = None,
    metrics: Annotated[
        str | None,
        typer.Option("--metrics", metavar="[HOST:]PORT", help="Give figures to Prometheus there."),
    ] = None,
    env: Env = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Log only what is wrong.")] = False,
) -> None:
    """Work off requests until told to stop (Ctrl-C, SIGTERM); what was begun is ended first."""
    import asyncio

    from onexgen.diagnostics import UsageError
    from onexgen.service.opened import work
    from onexgen.service.reports import reporting

    if bus.startswith("memory:"):
        raise UsageError(
            "a bus in memory has no other process to work for",
            help="use generate --bus memory://, or name a broker",
        )
    tell = reporting(is_quiet=quiet)
    size = concurrency or len(os.sched_getaffinity(0))
    topics = topics_here(env)

    def ready(one: Worker) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, one.stop)
        tell(f"ready: {size} runs at once")

    with _counting(metrics, env, topics) as counting:
        awaited(
            work(
                bus, topics, store=store, size=size, environment=env, ready=ready,
                counting=counting,
            )
        )  # fmt: skip


@contextmanager
def _counting(
    place: str | None, env: str | None, topics: Topics
) -> Iterator[Callable[[Memory], Memory]]:
    """Give what counts all that a worker keeps, if figures are wanted."""
    if place is None:
        yield lambda memory: memory
        return
    from onexgen.service.extra import needed

    needed("prometheus_client")
    from onexgen.service.metrics.exposing import exposed

    with exposed(place, *pack_here(env), topics) as counting:
        yield counting
