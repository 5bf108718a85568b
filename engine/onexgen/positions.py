"""Where every key and value of a file stands, and what is wrong at which of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from onexgen.diagnostics import Diagnostic, Span
from onexgen.json_types import Json

type Path = tuple[str | int, ...]

type _Places = Mapping[Path, tuple[int, int, int, int]]

START = Span(1, 1, 1, 1)


@dataclass(frozen=True, slots=True)
class Source:
    """A file that was read: its text, its data, and where every key and value stands.

    `origins` are the values that another file put there: each with its place in that file.
    """

    path: str
    text: str
    data: Json
    keys: dict[Path, Span]
    values: dict[Path, Span]
    origins: Mapping[Path, tuple[Source, Path]] = field(default_factory=dict)

    def to_data(self) -> tuple[Json, _Places, _Places]:
        """Return the data and the positions as plain data."""
        return self.data, _plain(self.keys), _plain(self.values)

    @classmethod
    def from_data(cls, path: str, text: str, data: Json, keys: _Places, values: _Places) -> Source:
        """Return what `to_data` made plain."""
        return cls(path, text, data, _spans(keys), _spans(values))


def _plain(spans: Mapping[Path, Span]) -> _Places:
    return {k: (s.line, s.column, s.end_line, s.end_column) for k, s in spans.items()}


def _spans(places: _Places) -> dict[Path, Span]:
    return {path: Span(*place) for path, place in places.items()}


class Marks:
    """Collects the problems of one file and knows the place of every path in it."""

    def __init__(self, source: Source) -> None:
        """Start without problems."""
        self.source = source
        self.diagnostics: list[Diagnostic] = []

    def place(self, path: Path, *, key: bool = False) -> tuple[str, Span]:
        """Return the file and span of a path's value or key, or of its nearest known ancestor."""
        source, path = self._origin(path)
        if not key and path in source.values:
            return source.path, source.values[path]
        for length in range(len(path), 0, -1):
            known = path[:length]
            if known in source.keys:
                return source.path, source.keys[known]
            if known in source.values:
                return source.path, source.values[known]
        return source.path, source.values.get((), START)

    def _origin(self, path: Path) -> tuple[Source, Path]:
        """Return the file that a value really stands in, and its path there."""
        for length in range(len(path), 0, -1):
            if path[:length] in self.source.origins:
                source, place = self.source.origins[path[:length]]
                return source, (*place, *path[length:])
        return self.source, path

    def at(self, path: Path) -> str:
        """Return the place of a path as `file:line:column`."""
        file, span = self.place(path)
        return f"{file}:{span.line}:{span.column}"

    def error(
        self,
        code: str,
        path: Path,
        message: str,
        help: str = "",
        note: str = "",
        *,
        key: bool = False,
    ) -> None:
        """Record a problem with the value (or the key) at a path."""
        file, span = self.place(path, key=key)
        self.diagnostics.append(Diagnostic(code, message, file, span, help=help, note=note))
