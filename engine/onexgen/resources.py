"""Where files are found: the user's folder first, then the pack that is installed."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

FOLDERS: Final = ("pipelines", "rules", "environments", "templates")
_SUFFIXES: Final = (".yaml", ".j2")
_PACKAGE: Final = Path(__file__).parent
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
    def files(self) -> dict[str, Path]:
        """Relative path (with /) -> file, over all roots, sorted."""
        found: dict[str, Path] = {}
        for root in self.roots:
            for name, path in _scan(root):
                found.setdefault(name, path)
        return dict(sorted(found.items()))

    @cached_property
    def contents(self) -> dict[str, bytes]:
        """Relative path -> bytes of every file of the pack."""
        return {name: path.read_bytes() for name, path in self.files.items()}

    @cached_property
    def digests(self) -> dict[str, str]:
        """Relative path -> sha256 of every file of the pack."""
        return {name: hashlib.sha256(raw).hexdigest() for name, raw in self.contents.items()}

    def read(self, name: str) -> bytes | None:
        """Return the bytes of a file of the pack, None when there is none."""
        return self.contents.get(name)

    def is_own(self, name: str) -> bool:
        """Tell whether a file comes from the user's folder, not from the installed pack."""
        return len(self.roots) > 1 and self.files[name].is_relative_to(self.roots[0])


def _scan(root: Path) -> Iterator[tuple[str, Path]]:
    for folder in FOLDERS:
        yield from _walk(root / folder, folder)


def _walk(folder: Path, name: str) -> Iterator[tuple[str, Path]]:
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError:
        return
    for entry in entries:
        if entry.name.startswith("."):
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from _walk(Path(entry.path), f"{name}/{entry.name}")
        elif entry.name.endswith(_SUFFIXES) and entry.is_file():
            yield f"{name}/{entry.name}", Path(entry.path)
