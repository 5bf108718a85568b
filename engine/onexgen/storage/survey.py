"""Compares a new package with what stands in its place, before anything is moved."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from onexgen.storage import manifest, paths, tree
from onexgen.storage.manifest import Manifest
from onexgen.storage.tree import Kind

_NO_FILES = Manifest({})


@dataclass(slots=True)
class Survey:
    """What a replacement would do to the files that are there."""

    written: int = 0
    carried: list[str] = field(default_factory=list)
    folders: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)

    @property
    def changes_nothing(self) -> bool:
        """Tell whether every file of the new package is in place already."""
        return self.written == 0


class _Packages(NamedTuple):
    """The new package and the old one, as far as this tool wrote it."""

    root: str
    new: Mapping[str, str]
    new_folders: Collection[str]
    old: Mapping[str, str]
    old_folders: Collection[str]
    is_ours: bool

    def is_in_the_way(self, path: str) -> bool:
        """Tell whether the new package needs a path, or a folder above it, for something else."""
        return path in self.new_folders or any(folder in self.new for folder in paths.above(path))

    def is_as_written(self, path: str, actual: str | None) -> bool:
        """Tell whether a file is just as this tool wrote it."""
        if path == manifest.PATH:
            return self.is_ours
        return actual is not None and self.old.get(path) == actual


def survey(
    root: str,
    old: Manifest | None,
    new: Mapping[str, str],
    caches: Collection[str],
) -> Survey:
    """Sort every file below `root`: same, replaced, carried over, or lost without a copy."""
    written = old or _NO_FILES
    packages = _Packages(
        root,
        new,
        Manifest(new).folders(),
        written.files,
        written.folders(),
        old is not None,
    )
    result = Survey(written=len(new))
    for path, kind in tree.entries(root, caches).items():
        if kind is Kind.EMPTY_FOLDER:
            _sort_folder(path, packages, result)
        else:
            _sort_file(path, kind, packages, result)
    return result


def _sort_folder(path: str, packages: _Packages, result: Survey) -> None:
    is_known = path in packages.new_folders or path in packages.old_folders
    if not is_known and path not in packages.new and not packages.is_in_the_way(path):
        result.folders.append(path)


def _sort_file(path: str, kind: Kind, packages: _Packages, result: Survey) -> None:
    is_known = path in packages.new or path in packages.old
    if not is_known and not packages.is_in_the_way(path):
        result.carried.append(path)
        return
    actual = tree.digest(f"{packages.root}/{path}") if is_known and kind is Kind.FILE else None
    if actual is not None and packages.new.get(path) == actual:
        result.written -= 1
    elif not packages.is_as_written(path, actual):
        result.lost.append(path)
