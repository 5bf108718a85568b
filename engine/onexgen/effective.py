"""What holds: every value of the data files, and which line of which file put it there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, Literal

from onexgen.compiler import Compilation
from onexgen.compiler.overlays import dotted_path
from onexgen.diagnostics import ConfigError, UsageError, closest
from onexgen.json_types import Json
from onexgen.positions import Marks, Path
from onexgen.resources import Pack

type Origin = Literal["pack", "own", "overlay", "default"]

_MISSING: Final = object()


@dataclass(frozen=True, slots=True)
class Value:
    """One value: its path as overlays write it, its place, and what kind of file that is.

    `own` is a file of the user's folder, `default` is what holds because nobody says anything.
    """

    path: str
    value: Json
    at: str
    origin: Origin


class Effective:
    """The documents of a pack as they hold in one environment."""

    def __init__(self, pack: Pack, environment: str | None = None) -> None:
        """Read all documents; everything that is wrong with them is raised at once."""
        self._pack = pack
        compilation = Compilation(pack, environment)
        self._documents = compilation.documents
        self._kinds = dict(self._documents.all_kinds())

    def files(self) -> list[str]:
        """Return the names of all documents."""
        return list(self._kinds)

    def values(self, file: str) -> list[Value]:
        """Return every value of a document, in the order of its keys."""
        if file not in self._kinds:
            raise UsageError(f"no data file '{file}'", help=closest(file, self._kinds))
        loaded = self._documents.load(file, self._kinds[file])
        found = self._documents.diagnostics
        if loaded is None or any(item.severity == "error" for item in found):
            said = "the data files are wrong"
            raise ConfigError(said, diagnostics=found, texts=self._documents.texts)
        document, marks = loaded
        data: Json = document.model_dump(mode="json", by_alias=True)
        return list(self._walk(marks, data, ()))

    def _walk(self, marks: Marks, value: Json, path: Path) -> Iterator[Value]:
        written = _at(marks.source.data, path)
        if isinstance(value, dict) and value and (written is not _MISSING or not path):
            for key, item in value.items():
                yield from self._walk(marks, item, (*path, key))
        elif isinstance(value, list) and written is not _MISSING and _is_open(marks, value, path):
            for index, item in enumerate(value):
                yield from self._walk(marks, item, (*path, index))
        elif written is not _MISSING:
            yield self._value(marks, _plain(value, written), path)
        elif value not in (None, "", [], {}):
            yield self._default(marks, value, path)

    def _default(self, marks: Marks, value: Json, path: Path) -> Value:
        owner = dotted_path(marks.source.data, path[:-1])
        return Value(".".join(filter(None, (owner, str(path[-1])))), value, "", "default")

    def _value(self, marks: Marks, value: Json, path: Path) -> Value:
        file, span = marks.place(path)
        if file in self._documents.overlays:
            origin: Origin = "overlay"
        else:
            origin = "own" if file in self._pack.files and self._pack.is_own(file) else "pack"
        return Value(dotted_path(marks.source.data, path), value, f"{file}:{span.line}", origin)


def _is_open(marks: Marks, items: list[Json], path: Path) -> bool:
    """Tell whether the items of a list have names, or come from more than one file."""
    added = (other for other in marks.source.origins if len(other) > len(path))
    return any(map(_is_named, items)) or any(other[: len(path)] == path for other in added)


def _is_named(item: Json) -> bool:
    return isinstance(item, dict) and isinstance(item.get("id", item.get("name")), str)


def _plain(value: Json, written: object) -> Json:
    """Return items of lists without what nobody wrote: terms would be full of empty keys."""
    if isinstance(value, list) and isinstance(written, list):
        return [_plain(item, own) for item, own in zip(value, written, strict=True)]
    if isinstance(value, dict) and isinstance(written, dict):
        return {key: _plain(item, written[key]) for key, item in value.items() if key in written}
    return value


def _at(data: Any, path: Path) -> object:
    """Return what is written at a path."""
    for key in path:
        try:
            data = data[key]
        except (KeyError, IndexError, TypeError):
            return _MISSING
    return data
