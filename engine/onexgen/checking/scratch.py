"""Files on disk for programs that read files; only what changed is written again."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

from onexgen.storage import content, paths

# A file system in memory: deleting and creating many files within seconds is slow on ext4.
_MEMORY: Final = Path("/dev/shm")  # noqa: S108 - mkdtemp makes a private folder in it.


class Scratch:
    """A private folder with one subfolder a package."""

    def __init__(self) -> None:
        """Create nothing yet."""
        self._root: Path | None = None
        # Folder of a package -> file -> the text that is on disk.
        self._written: dict[str, dict[str, str]] = {}
        self._folders: set[str] = set()

    @property
    def root(self) -> Path:
        """Return the folder, created on first use."""
        if self._root is None:
            parent = _MEMORY if os.access(_MEMORY, os.W_OK) else None
            self._root = Path(tempfile.mkdtemp(prefix="onexgen-", dir=parent))
        return self._root

    def sync(self, folder: str, files: Mapping[str, str]) -> None:
        """Make a subfolder hold exactly these files."""
        paths.check(files)
        base = f"{self.root}/{folder}"
        written = self._written.setdefault(folder, {})
        for name in written.keys() - files.keys():
            with suppress(FileNotFoundError):
                os.unlink(f"{base}/{name}")
            del written[name]
        changed = {name: text for name, text in files.items() if written.get(name) != text}
        for name, data in content.encoded(changed).items():
            self._write(f"{base}/{name}", data)
            written[name] = changed[name]

    def _write(self, path: str, data: bytes) -> None:
        above = os.path.dirname(path)
        if above not in self._folders:
            os.makedirs(above, exist_ok=True)
            self._folders.add(above)
        with open(path, "wb") as file:
            file.write(data)

    def read(self, folder: str, names: Iterable[str]) -> dict[str, str]:
        """Return the texts of these files as they are on disk now."""
        written = self._written[folder]
        for name in names:
            with open(f"{self.root}/{folder}/{name}", "rb") as file:
                written[name] = file.read().decode()
        return {name: written[name] for name in names}

    def close(self) -> None:
        """Remove the folder."""
        if self._root is not None:
            shutil.rmtree(self._root, ignore_errors=True)
            self._root = None
            self._written.clear()
            self._folders.clear()
