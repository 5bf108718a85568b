"""The process that makes runs: one line of JSON in for each, lines of JSON out.

It is a process so that a run can be stopped, may crash, and never keeps the worker's heartbeats
waiting. It imports nothing that talks to a broker or a database.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO, Final

from onexgen.actions.base import Elsewhere
from onexgen.diagnostics import OnexgenError
from onexgen.events import Event, MemoryBus
from onexgen.inputs import resolve_inputs
from onexgen.json_types import Json
from onexgen.service.jobs import Done, Job, done_of
from onexgen.session import Session, drain

_BUG: Final = 70


class Maker:
    """Makes runs; each pipeline is compiled once."""

    def __init__(self, environment: str | None, out: BinaryIO) -> None:
        """Write what happens to a stream."""
        self._environment = environment
        self._out = out
        self._sessions: dict[str, Session] = {}

    def prepare(self, pipelines: Sequence[str]) -> None:
        """Compile pipelines before the first request waits for them."""
        for name in pipelines:
            self._session(name)

    def tell(self, **line: Json) -> None:
        """Write one line."""
        text = json.dumps(line, ensure_ascii=False)
        # Half a character, which JSON can say and UTF-8 cannot, must not end the process.
        self._out.write(text.encode("utf-8", "replace") + b"\n")
        self._out.flush()

    def make(self, job: Job) -> Done:
        """Make a run, telling what happens; a bug becomes a failed run."""
        started = time.perf_counter()
        try:
            session = self._session(job.pipeline)
            inputs = resolve_inputs(session.plan.inputs, job.inputs)
            bus = MemoryBus(limit=0)
            bus.subscribe(self._told)
            [run] = drain(
                session.run(
                    [inputs], bus=bus, timeout=job.timeout, correlation_ids=[job.correlation_id],
                    elsewhere=Elsewhere(cwd=job.cwd, markers=job.markers),
                )
            )  # fmt: skip
            return done_of(session, run, time.perf_counter() - started)
        except OnexgenError as error:
            return Done.failed(error)
        except Exception as error:  # noqa: BLE001 - the worker goes on, and says that it is a bug.
            traceback.print_exc()
            return Done(error=f"{type(error).__name__}: {error}", exit_code=_BUG)

    def _told(self, event: Event) -> None:
        self.tell(event=event.to_json())

    def _session(self, name: str) -> Session:
        if name not in self._sessions:
            self._sessions[name] = Session(name, environment=self._environment)
        return self._sessions[name]


def main() -> None:
    """Make a run for each line of stdin until it ends; the arguments are made ready first."""
    # Ctrl-C, and whoever stops services, reach the whole group; it is the worker who decides.
    # Not SIG_IGN: the programs that a run starts would inherit that.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: None)
    environment, *pipelines = sys.argv[1:]
    # What anything else prints must not stand between our lines.
    with os.fdopen(os.dup(1), "wb") as out, tempfile.TemporaryDirectory() as scratch:
        os.dup2(2, 1)
        tempfile.tempdir = scratch
        maker = Maker(environment or None, out)
        try:
            maker.prepare(pipelines)
        except OnexgenError as error:
            maker.tell(broken=Done.failed(error).to_json())
            return
        # What is there by now stays: nobody need look through it again for what may go.
        gc.freeze()
        maker.tell(ready=str(Path.cwd()))
        for line in sys.stdin.buffer:
            done = maker.make(Job.from_json(json.loads(line)))
            maker.tell(done=done.to_json())


if __name__ == "__main__":
    main()
