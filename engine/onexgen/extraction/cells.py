"""Cells of tables in a text: which heading stands above a place."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import Final, NamedTuple

_CELL: Final = re.compile(r"[^|\n]+")
_ROW: Final = re.compile(r"[ \t]*\|[^\n]*")
_RULE: Final = re.compile(r"[\s|:-]+")


class Cell(NamedTuple):
    """A cell below the first row: its characters, those of its heading, and its column."""

    start: int
    end: int
    heading: tuple[int, int]
    column: int


class Cells:
    """All cells of the tables of a text."""

    def __init__(self, raw: str) -> None:
        """Find the tables."""
        self._cells = list(_cells(raw)) if "|" in raw else []
        self._starts = [cell.start for cell in self._cells]

    def at(self, place: int) -> Cell | None:
        """Return the cell in which a character stands."""
        number = bisect_right(self._starts, place) - 1
        cell = self._cells[number] if number >= 0 else None
        return cell if cell is not None and place < cell.end else None


def _cells(raw: str) -> Iterator[Cell]:
    headings: list[tuple[int, int]] = []
    position = 0
    for line in raw.split("\n"):
        spans = [
            (position + found.start(), position + found.end())
            for found in (_CELL.finditer(line) if _ROW.match(line) else ())
            if found.group().strip()
        ]
        if not spans:
            headings = []
        elif not headings:
            headings = spans
        elif not _RULE.fullmatch(line) and len(spans) <= len(headings):
            for column, ((start, end), heading) in enumerate(zip(spans, headings, strict=False)):
                yield Cell(start, end, heading, column)
        position += len(line) + 1
