"""A worker as a program that dies, as if struck by lightning, at one step of its first request.

Arguments: URL of the bus, URL of the history, runs at once, the step (or "" for none).
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

from onexgen.resources import Pack
from onexgen.service.opened import work
from onexgen.service.reports import reporting
from onexgen.service.topics import load_topics
from onexgen.service.worker import Worker


def main() -> None:
    """Work until told to stop, or until the step."""
    bus, store, size, step = sys.argv[1:]
    tell = reporting(is_quiet=False)

    def at(name: str) -> None:
        if name == step:
            os.kill(os.getpid(), signal.SIGKILL)

    def ready(worker: Worker) -> None:
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, worker.stop)
        tell("ready")

    topics = load_topics(Pack.at(Path.cwd(), alone=True))
    asyncio.run(
        work(bus, topics, store=store, size=int(size), environment=None, ready=ready, at=at)
    )


if __name__ == "__main__":
    main()
