"""Some packages as programs see them: each in a folder of the scratch folder."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from onexgen.checking.globs import selected
from onexgen.checking.scratch import Scratch
from onexgen.checking.tools import Task


class Packages:
    """Packages on disk; lists run in parallel, one item a package.

    A place is the path of a file from the scratch folder on: what programs are told, and say.
    """

    def __init__(self, scratch: Scratch, packages: Sequence[tuple[str, Mapping[str, str]]]) -> None:
        """Write what is not there yet; each package is its dotted name and path -> text."""
        self._scratch = scratch
        self._packages = packages
        self._folders = [_folder(number, name) for number, (name, _) in enumerate(packages)]
        self._names: dict[str, str] = {}
        for folder, (_, files) in zip(self._folders, packages, strict=True):
            scratch.sync(folder, files)
            self._names.update((f"{folder}/{name}", name) for name in files)

    @property
    def names(self) -> list[list[str]]:
        """Return the paths of all files."""
        return [list(files) for _, files in self._packages]

    def name_of(self, place: str) -> str | None:
        """Return the path of a file within its package; None for what is no file of one."""
        return self._names.get(place)

    def without(self, known: Mapping[str, str]) -> list[list[str]]:
        """Return the paths of the files whose text is not the one known of their place."""
        return [
            [name for name, text in files.items() if known.get(f"{folder}/{name}") != text]
            for folder, (_, files) in self._placed()
        ]

    def all_places(self, globs: Sequence[str] = ()) -> list[list[str]]:
        """Return the places of all files, or of those that match."""
        return [
            [f"{folder}/{name}" for name in selected(files, globs)]
            for folder, (_, files) in self._placed()
        ]

    def places(self, names: Sequence[Sequence[str]]) -> Iterator[tuple[str, str]]:
        """Yield place and text of some files."""
        for (folder, (_, files)), own in zip(self._placed(), names, strict=True):
            for name in own:
                yield f"{folder}/{name}", files[name]

    def task(self, names: Sequence[Sequence[str]]) -> Task:
        """Return what to tell a program that is to look at some files of each package."""
        wanted = [
            (package, _root(folder, package), [f"{folder}/{name}" for name in own])
            for (folder, (package, _)), own in zip(self._placed(), names, strict=True)
            if own
        ]
        return Task(self._scratch.root, wanted)

    def read(self, changed: Sequence[Sequence[str]]) -> list[dict[str, str]]:
        """Return all files, those read again that a program may have changed."""
        return [
            {**files, **self._scratch.read(folder, own)}
            for (folder, (_, files)), own in zip(self._placed(), changed, strict=True)
        ]

    def _placed(self) -> Iterator[tuple[str, tuple[str, Mapping[str, str]]]]:
        return zip(self._folders, self._packages, strict=True)


def _folder(number: int, package: str) -> str:
    """Return where the files of a package stand for programs."""
    return "/".join([f"p{number}", "src", *package.split(".")]).rstrip("/")


def _root(folder: str, package: str) -> str:
    """Return the folder from which the package in a folder is imported."""
    return folder.removesuffix("/" + package.replace(".", "/"))
