"""A private copy of a package that can be imported by its dotted name."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from onexgen.storage import paths

_CACHES: Final = ("__pycache__", ".*_cache", ".git", ".venv")


@dataclass(frozen=True, slots=True)
class Place:
    """Where the copy is: `root` holds it in src/, and whatever the tests leave behind."""

    root: Path
    package: Path

    @property
    def sources(self) -> list[Path]:
        """Return the folders from which the tests import; a project has its packages inside."""
        inside = [self.package / "src", self.package]
        is_package = (self.package / "__init__.py").is_file()
        return [self.root / "src", *([] if is_package else inside)]


def dotted_name(folder: Path) -> str:
    """Return the name by which a package is imported: that of all packages that it is in."""
    names = [folder.name]
    for parent in folder.parents:
        if not (parent / "__init__.py").is_file():
            break
        names.insert(0, parent.name)
    return ".".join(names)


@contextmanager
def copy_of(folder: Path, files: Mapping[str, str], package: str) -> Iterator[Place]:
    """Yield a copy of a package, gone afterwards: tests leave no traces in it.

    It has the given files, or without any those of a folder.
    """
    root = Path(tempfile.mkdtemp(prefix="onexgen-"))
    try:
        copy = root.joinpath("src", *package.split("."))
        copy.parent.mkdir(parents=True)
        if files:
            _write(files, copy)
        else:
            ignored = shutil.ignore_patterns(*_CACHES)
            shutil.copytree(folder, copy, symlinks=True, ignore=ignored)
        _name_parents(copy, root / "src")
        yield Place(root, copy)
    finally:
        shutil.rmtree(root, ignore_errors=True)


def _write(files: Mapping[str, str], folder: Path) -> None:
    paths.check(files)
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")


def _name_parents(copy: Path, source: Path) -> None:
    """Make the folders above packages: else the package would be found by a shorter name."""
    for parent in copy.parents:
        if parent == source:
            return
        (parent / "__init__.py").touch()
