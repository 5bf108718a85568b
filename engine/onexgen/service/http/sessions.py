"""Compiled pipelines for the service itself: to look at inputs, and to write what was made."""

from __future__ import annotations

import asyncio
from pathlib import Path

from onexgen.resources import Pack
from onexgen.session import Session


class Sessions:
    """One session a pipeline, made when it is first asked for."""

    def __init__(self, pack: Pack, environment: str | None, folder: Path | None) -> None:
        """Take pipelines of a pack; what they write goes below `folder`."""
        self._pack = pack
        self._environment = environment
        self._folder = folder
        self._made: dict[str, Session] = {}
        self._lock = asyncio.Lock()
        # A session is for one thread at a time.
        self.in_use = asyncio.Lock()

    async def of(self, pipeline: str) -> Session:
        """Return the session of a pipeline."""
        async with self._lock:
            if pipeline not in self._made:
                self._made[pipeline] = await asyncio.to_thread(self._make, pipeline)
            return self._made[pipeline]

    def _make(self, pipeline: str) -> Session:
        return Session(pipeline, cwd=self._folder, environment=self._environment, pack=self._pack)
