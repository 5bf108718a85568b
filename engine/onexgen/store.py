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
from typing import Any, Final

from onexgen.resources import Pack, engine_fingerprint

_DIGEST_BYTES: Final = 16


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
        name = _digest([*_places(pack), pipeline, environment or ""])[:24]
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


def shelf_of(pack: Pack) -> Shelf:
    """Return what was found out about single files of a pack when they were last compiled."""
    folder, name = cache_directory(), _digest(_places(pack))[:24]
    return Shelf(folder / f"{name}.sources" if folder else None, engine_fingerprint())


def _places(pack: Pack) -> list[str]:
    """Return where a pack is; a folder without files of its own is as if it were not there."""
    used = pack.files.values()
    return [str(root) for root in pack.roots if any(path.is_relative_to(root) for path in used)]


class Shelf:
    """Data of `marshal` by key, all in one file: one read at a start; a damaged file is as none.

    `maker` stands for the program that makes the data: what another one made is not used.
    """

    def __init__(self, path: Path | None, maker: str = "") -> None:
        """Read the file if it is there."""
        self._path = path
        self._maker = f"{maker} {sys.implementation.cache_tag}".encode()
        self._values: dict[str, bytes] = {}
        self._is_changed = False
        if path is None:
            return
        try:
            raw = path.read_bytes()
        except OSError:
            return
        digest, values = raw[:_DIGEST_BYTES], raw[_DIGEST_BYTES:]
        # Checked first: Python may crash while it reads code that is damaged.
        if digest == self._digest(values):
            self._values = marshal.loads(values)  # noqa: S302 - the user's own private folder.

    def get(self, key: str) -> Any:
        """Return what was put there, None for nothing."""
        value = self._values.get(key)
        return None if value is None else marshal.loads(value)  # noqa: S302 - as above.

    def put(self, key: str, value: Any) -> None:
        """Keep a value."""
        self._values[key] = marshal.dumps(value)
        self._is_changed = True

    def keep(self) -> None:
        """Write the file, if anything changed."""
        content = self.content()
        if content is not None and self._path is not None:
            write_quietly(self._path, content)

    def content(self) -> bytes | None:
        """Return what is to be stored, None when nothing changed since it was last asked for."""
        if not self._is_changed:
            return None
        self._is_changed = False
        values = marshal.dumps(self._values)
        return self._digest(values) + values

    def _digest(self, values: bytes) -> bytes:
        seen = hashlib.blake2b(self._maker, digest_size=_DIGEST_BYTES)
        seen.update(values)
        return seen.digest()


def write_quietly(path: Path, content: bytes) -> None:
    """Replace a file of the store by another, at once or not at all."""
    with suppress(OSError):
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".new-")
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        os.replace(name, path)


def _digest(parts: list[str]) -> str:
    return hashlib.blake2b("\n".join(parts).encode("utf-8", "surrogateescape")).hexdigest()
