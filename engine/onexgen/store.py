"""Compiled plans between runs, in a directory of the user's own.

A store that is damaged, foreign or writable by others is ignored: then everything is compiled.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
import tempfile
from collections.abc import Mapping
from contextlib import suppress
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
        self._path = self._folder / f"{name}.plan.json" if self._folder else None
        self.codes_path = self._folder / f"{name}.codes" if self._folder else None
        sources = [f"{key}={value}" for key, value in pack.digests.items()]
        sources += [f"{key}={hashlib.sha256(raw).hexdigest()}" for key, raw in outside.items()]
        self._key = _digest([engine_fingerprint(), *sources])

    def load(self) -> dict[str, Any] | None:
        """Return the stored plan if it is of exactly these sources and this program."""
        if self._path is None:
            return None
        try:
            head, _, text = self._path.read_text("utf-8").partition("\n")
        except (OSError, ValueError):
            return None
        # The digest of the text is in its head: what is damaged is as if nothing was stored.
        if head != _digest([self._key, text]):
            return None
        plan: dict[str, Any] = json.loads(text)
        return plan

    def save(self, plan: dict[str, Any]) -> None:
        """Keep a plan; failing to is no error."""
        if self._path is not None:
            text = json.dumps(plan, ensure_ascii=False)
            write_quietly(self._path, f"{_digest([self._key, text])}\n{text}".encode())


def write_quietly(path: Path, content: bytes) -> None:
    """Replace a file of the store by another, at once or not at all."""
    with suppress(OSError):
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".new-")
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        os.replace(name, path)


def _digest(parts: list[str]) -> str:
    return hashlib.blake2b("\n".join(parts).encode("utf-8", "surrogateescape")).hexdigest()
