"""Where every key and value of a file stands, and what is wrong at which of them."""

from __future__ import annotations

from dataclasses import dataclass

from onexgen.diagnostics import Diagnostic, Span
from onexgen.json_types import Json

type Path = tuple[str | int, ...]

START = Span(1, 1, 1, 1)


@dataclass(frozen=True, slots=True)
class Source:
    """A file that was read: its text, its data, and where every key and value stands."""

    path: str
    text: str
    data: Json
    keys: dict[Path, Span]
    values: dict[Path, Span]


class Marks:
    """Collects the problems of one file and knows the place of every path in it."""

    def __init__(self, source: Source) -> None:
        """Start without problems."""
        self.source = source
        self.diagnostics: list[Diagnostic] = []

    def span(self, path: Path, *, key: bool = False) -> Span:
        """Return the place of a path's value or key, or else of its nearest known ancestor."""
        if not key and path in self.source.values:
            return self.source.values[path]
        for length in range(len(path), 0, -1):
            known = path[:length]
            if known in self.source.keys:
                return self.source.keys[known]
            if known in self.source.values:
                return self.source.values[known]
        return self.source.values.get((), START)

    def at(self, path: Path) -> str:
        """Return the place of a path as `file:line:column`."""
        span = self.span(path)
        return f"{self.source.path}:{span.line}:{span.column}"

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
        span = self.span(path, key=key)
        self.diagnostics.append(
            Diagnostic(code, message, self.source.path, span, help=help, note=note)
        )
