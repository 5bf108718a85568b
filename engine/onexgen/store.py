"""Compiled plans between runs, in a directory of the user's own.

A store that is damaged, foreign or writable by others is ignored: then everything is compiled.
"""

from __future__ import annotations

import hashlib
import marshal
import os
import stat
import sys
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import Any

from onexgen.resources import Pack, engine_fingerprint


def cache_directory() -> Path | None:
    """Return the user's private cache folder, None when it cannot be trusted."""
    base = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    folder = Path(base) / "onexgen"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        state = folder.lstat()
    except OSError:
        return None
    is_private = stat.S_ISDIR(state.st_mode) and not state.st_mode & 0o077
    return folder if is_private and state.st_uid == os.geteuid() else None


class PlanStore:
    """One plan and its compiled templates, for one pack, pipeline and environment."""

    def __init__(
        self, pack: Pack, pipeline: str, environment: str | None, outside: Mapping[str, bytes]
    ) -> None:
        """Name the entry by where the sources are, and its content by what they hold."""
        # A folder without files of its own shares the entry of the pack that is installed.
        used = pack.files.values()
        place = [str(r) for r in pack.roots if any(path.is_relative_to(r) for path in used)]
        name = _digest([*place, pipeline, environment or ""])[:24]
        self._folder = cache_directory()
        self._path = self._folder / f"{name}.plan" if self._folder else None
        self.codes_path = self._folder / f"{name}.codes" if self._folder else None
        others = [f"{key}={hashlib.sha256(raw).hexdigest()}" for key, raw in outside.items()]
        self._pack = pack
        self.engine = engine_fingerprint()
        self._others = [self.engine, str(sys.implementation.cache_tag), *others]
        self._state = None if pack.state is None else _digest([*self._others, pack.state])

    @cached_property
    def _content(self) -> str:
        """Return what stands for the content of all sources."""
        sources = (f"{key}={value}" for key, value in self._pack.digests.items())
        return _digest([*self._others, *sources])

    def load(self) -> dict[str, Any] | None:
        """Return the stored plan if it is of exactly these sources and this program.

        Where sizes and times are those of last time, no source is read; else contents decide.
        """
        if self._path is None:
            return None
        try:
            head, _, rest = self._path.read_bytes().partition(b"\n")
        except OSError:
            return None
        # Checked first: what is damaged is as if nothing was stored, and must not be read.
        if head.decode("ascii", "replace") != hashlib.blake2b(rest).hexdigest():
            return None
        state, content, body = rest.split(b"\n", 2)
        is_known = state.decode() == self._state
        if not is_known and content.decode() != self._content:
            return None
        plan: dict[str, Any] = marshal.loads(body)  # noqa: S302 - the user's own private folder.
        if not is_known and self._state is not None:
            self.save(plan)
        return plan

    def save(self, plan: dict[str, Any]) -> None:
        """Keep a plan; failing to is no error."""
        if self._path is not None:
            lines = f"{self._state or ''}\n{self._content}\n".encode()
            rest = lines + marshal.dumps(plan)
            write_quietly(self._path, f"{hashlib.blake2b(rest).hexdigest()}\n".encode() + rest)


def write_quietly(path: Path, content: bytes) -> None:
    """Replace a file of the store by another, at once or not at all."""
    with suppress(OSError):
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".new-")
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        os.replace(name, path)


def _digest(parts: list[str]) -> str:
    return hashlib.blake2b("\n".join(parts).encode("utf-8", "surrogateescape")).hexdigest()
