"""Files on disk for programs that read files; only what changed is written again."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from onexgen.storage import paths

# A file system in memory: deleting and creating many files within seconds is slow on ext4.
_MEMORY: Final = Path("/dev/shm")  # noqa: S108 - mkdtemp makes a private folder in it.


class Scratch:
    """A private folder with one subfolder a package."""

    def __init__(self) -> None:
        """Create nothing yet."""
        self._root: Path | None = None
        self._written: dict[Path, str] = {}

    @property
    def root(self) -> Path:
        """Return the folder, created on first use."""
        if self._root is None:
            parent = _MEMORY if os.access(_MEMORY, os.W_OK) else None
            self._root = Path(tempfile.mkdtemp(prefix="onexgen-", dir=parent))
        return self._root

    def sync(self, folder: str, files: Mapping[str, str]) -> Path:
        """Make `folder` hold exactly these files; returns its path."""
        paths.check(files)
        base = self.root / folder
        wanted = {base / name: text for name, text in files.items()}
        for path in [p for p in self._written if p.is_relative_to(base) and p not in wanted]:
            path.unlink(missing_ok=True)
            del self._written[path]
        for path, text in wanted.items():
            if self._written.get(path) != text:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8", newline="\n")
                self._written[path] = text
        return base

    def read(self, folder: str, names: Mapping[str, str]) -> dict[str, str]:
        """Return the texts of these files as they are on disk now."""
        base = self.root / folder
        texts = {}
        for name in names:
            path = base / name
            texts[name] = self._written[path] = path.read_text(encoding="utf-8")
        return texts

    def close(self) -> None:
        """Remove the folder."""
        if self._root is not None:
            shutil.rmtree(self._root, ignore_errors=True)
            self._root = None
            self._written.clear()
