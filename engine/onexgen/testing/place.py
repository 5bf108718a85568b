"""A private copy of a package that can be imported by its dotted name."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_CACHES: Final = ("__pycache__", ".*_cache", ".git", ".venv")


@dataclass(frozen=True, slots=True)
class Place:
    """Where the copy is: `root` holds it in src/, and whatever the tests leave behind."""

    root: Path
    package: Path

    @property
    def source(self) -> Path:
        """Return the folder from which the package is imported."""
        return self.root / "src"


@contextmanager
def copy_of(folder: Path, package: str) -> Iterator[Place]:
    """Yield a copy of a package's folder, gone afterwards: tests leave no traces in it."""
    root = Path(tempfile.mkdtemp(prefix="onexgen-"))
    try:
        copy = root.joinpath("src", *package.split("."))
        copy.parent.mkdir(parents=True)
        shutil.copytree(
            folder, copy, symlinks=True, ignore=shutil.ignore_patterns(*_CACHES)
        )  # fmt: skip
        _name_parents(copy, root / "src")
        yield Place(root, copy)
    finally:
        shutil.rmtree(root, ignore_errors=True)


def _name_parents(copy: Path, source: Path) -> None:
    """Make the folders above packages: else the package would be found by a shorter name."""
    for parent in copy.parents:
        if parent == source:
            return
        (parent / "__init__.py").touch()
