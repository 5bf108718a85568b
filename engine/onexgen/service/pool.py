"""Processes that make runs: a fixed number of them, each replaced when it ends."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
from collections.abc import Callable, Sequence
from typing import Any, Final, Self

from onexgen.diagnostics import OnexgenError, OutsideError, TimeoutExceeded
from onexgen.json_types import JsonObject
from onexgen.service.jobs import Done, Job, error_of

# The longest line: a record with all files.
_LINE: Final = 1 << 27
_START_SECONDS: Final = 120.0


class Died(OnexgenError):
    """The process of a run ended before the run did."""

    exit_code = 70


class _Child:
    """One process."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process

    @classmethod
    async def start(cls, arguments: Sequence[str]) -> Self:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-P", "-m", "onexgen.service.child", *arguments,
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=_LINE,
        )  # fmt: skip
        child = cls(process)
        async with asyncio.timeout(_START_SECONDS):
            line = await child.read()
        if "broken" in line:
            broken = Done.from_json(line["broken"])
            raise error_of(broken.error, broken.help, broken.exit_code)
        return child

    async def read(self) -> dict[str, Any]:
        """Return the next line; Died when there is none."""
        stdout: Any = self.process.stdout
        raw = await stdout.readline()
        if not raw.endswith(b"\n"):
            code = await self.process.wait()
            raise Died(f"the process of the run ended with {code}", help="see the worker's log")
        line: dict[str, Any] = json.loads(raw)
        return line

    async def make(self, job: Job, tell: Callable[[JsonObject], None]) -> Done:
        stdin: Any = self.process.stdin
        try:
            stdin.write(json.dumps(job.to_json()).encode() + b"\n")
            await stdin.drain()
        except ConnectionError as error:
            raise Died("the process of the run has ended", help="see the worker's log") from error
        while True:
            line = await self.read()
            if "done" in line:
                return Done.from_json(line["done"])
            tell(line["event"])

    async def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            self.process.kill()
        await self.process.wait()


class Pool:
    """Runs jobs in processes, as many at once as it has processes."""

    def __init__(self, size: int, pipelines: Sequence[str], environment: str | None) -> None:
        """Have `size` processes, which compile `pipelines` before they take jobs."""
        self.size = size
        self._arguments = [environment or "", *pipelines]
        self._free: asyncio.Queue[_Child | None] = asyncio.Queue()
        self._children: set[_Child] = set()

    async def start(self) -> None:
        """Start all processes: the first alone, since it compiles for all."""
        try:
            self._free.put_nowait(await self._started())
            others = [self._started() for _ in range(self.size - 1)]
            for child in await asyncio.gather(*others):
                self._free.put_nowait(child)
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """End all processes, whatever they do."""
        await asyncio.gather(*(child.kill() for child in self._children))
        self._children.clear()

    async def run(self, job: Job, grace: float, tell: Callable[[JsonObject], None]) -> Done:
        """Make a run; one that is `grace` seconds late, or crashed its process, is a failure."""
        child = await self._free.get() or await self._replaced()
        try:
            async with asyncio.timeout(job.timeout + grace):
                done = await child.make(job, tell)
        except TimeoutError:
            await self._drop(child)
            late = TimeoutExceeded(f"the run took longer than {job.timeout:g} s and was stopped")
            return Done.failed(late)
        except Died as error:
            await self._drop(child)
            return Done.failed(error)
        except BaseException:
            await self._drop(child)
            raise
        self._free.put_nowait(child)
        return done

    async def _started(self) -> _Child:
        try:
            child = await _Child.start(self._arguments)
        except (TimeoutError, OSError) as error:
            raise OutsideError(f"no process for runs could be started: {error}") from error
        self._children.add(child)
        return child

    async def _replaced(self) -> _Child:
        """Start a process in the place of one that is gone; when that fails, the place stays."""
        try:
            return await self._started()
        except BaseException:
            self._free.put_nowait(None)
            raise

    async def _drop(self, child: _Child) -> None:
        """Kill a process; the next job of its place starts another."""
        self._children.discard(child)
        self._free.put_nowait(None)
        await child.kill()
