"""Where files are found: the user's folder first, then the pack that is installed."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

FOLDERS: Final = ("pipelines", "rules", "environments", "templates")
_SUFFIXES: Final = (".yaml", ".j2")
_PACKAGE: Final = Path(__file__).parent
# The coarsest clock of a usual file system, with a reserve.
_TICK_NS: Final = 50_000_000
_NO_CODE: Final = ("__pycache__", "_data")


def installed_pack() -> Path:
    """Return the folder of the data that came with the program."""
    shipped = _PACKAGE / "_data"
    return shipped if shipped.is_dir() else _PACKAGE.parent.parent


def engine_fingerprint() -> str:
    """Return a digest that changes whenever a module of the engine does."""
    seen = hashlib.blake2b(digest_size=16)
    for folder, below, names in os.walk(_PACKAGE):
        below[:] = sorted(name for name in below if name not in _NO_CODE)
        for name in sorted(names):
            if name.endswith(".py"):
                path = os.path.join(folder, name)
                state = os.stat(path)
                seen.update(f"{path}{state.st_size}{state.st_mtime_ns}".encode())
    return seen.hexdigest()


@dataclass(frozen=True)
class Pack:
    """Folders with pipelines, rules, templates and environments; the first that has a file wins."""

    roots: tuple[Path, ...]

    @classmethod
    def at(cls, directory: Path, *, alone: bool = False) -> Pack:
        """Return the pack of a folder: its own files over the installed ones, or only its own."""
        own, installed = directory.resolve(), installed_pack().resolve()
        return cls((own,) if alone or own == installed else (own, installed))

    @cached_property
    def _entries(self) -> dict[str, os.DirEntry[str]]:
        found: dict[str, os.DirEntry[str]] = {}
        for root in self.roots:
            for name, entry in _scan(root):
                found.setdefault(name, entry)
        return dict(sorted(found.items()))

    @cached_property
    def _read(self) -> dict[str, bytes]:
        return {}

    @cached_property
    def files(self) -> dict[str, Path]:
        """Relative path (with /) -> file, over all roots, sorted."""
        return {name: Path(entry.path) for name, entry in self._entries.items()}

    @cached_property
    def state(self) -> str | None:
        """Return sizes and times of all files; None when one changed this very moment.

        A file can change twice within one tick of the clock of its file system.
        """
        states = [(name, entry.path, entry.stat()) for name, entry in self._entries.items()]
        newest = max((state.st_mtime_ns for _, _, state in states), default=0)
        if newest > time.time_ns() - _TICK_NS:
            return None
        lines = (f"{name}={path} {s.st_size} {s.st_mtime_ns}" for name, path, s in states)
        return "\n".join(lines)

    @cached_property
    def digests(self) -> dict[str, str]:
        """Relative path -> sha256 of every file of the pack."""
        return {name: hashlib.sha256(raw).hexdigest() for name, raw in self.contents.items()}

    @property
    def contents(self) -> dict[str, bytes]:
        """Relative path -> bytes of every file of the pack."""
        return {name: self.read(name) or b"" for name in self._entries}

    def read(self, name: str) -> bytes | None:
        """Return the bytes of a file of the pack, None when there is none; each is read once."""
        if name not in self._read:
            if name not in self._entries:
                return None
            self._read[name] = self.files[name].read_bytes()
        return self._read[name]

    @property
    def has_own_files(self) -> bool:
        """Tell whether anything does not come from the installed pack."""
        installed = installed_pack().resolve()
        return any(not path.is_relative_to(installed) for path in self.files.values())

    def is_own(self, name: str) -> bool:
        """Tell whether a file comes from the user's folder, not from the installed pack."""
        return len(self.roots) > 1 and self.files[name].is_relative_to(self.roots[0])


def _scan(root: Path) -> Iterator[tuple[str, os.DirEntry[str]]]:
    for folder in FOLDERS:
        yield from _walk(f"{root}/{folder}", folder)


def _walk(folder: str, name: str) -> Iterator[tuple[str, os.DirEntry[str]]]:
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError:
        return
    for entry in entries:
        if entry.name.startswith("."):
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from _walk(entry.path, f"{name}/{entry.name}")
        elif entry.name.endswith(_SUFFIXES) and entry.is_file():
            yield f"{name}/{entry.name}", entry
