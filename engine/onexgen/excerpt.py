"""One line of a text with marks below a stretch of it, as a terminal shows it."""

from __future__ import annotations

import unicodedata
from typing import NamedTuple

WIDTH = 100
_TAB = 4
_CUT = "..."
# Escapes and direction marks would let a text rewrite the report that quotes it.
_HIDDEN = frozenset({"Cc", "Cf", "Co", "Cs", "Zl", "Zp"})
_JOINERS = "\u200c\u200d"


class Excerpt(NamedTuple):
    """A shown line, the blanks before the marks, and the marks."""

    line: str
    indent: str
    carets: str


def one_line(text: str) -> str:
    """Return the text with everything made visible that could break or disguise a line."""
    return "".join(_visible(character) for character in text)


def lines_of(text: str) -> list[str]:
    """Return the lines as an editor counts them."""
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def excerpt(line: str, column: int, end_column: int | None, limit: int = WIDTH) -> Excerpt:
    """Return a line with marks from one column up to another, or up to its end."""
    line = line.rstrip()
    start = min(column - 1, len(line))
    end = len(line) if end_column is None else max(start, min(end_column - 1, len(line)))
    # Of a line without end, only what can be shown is looked at.
    first, last = max(0, start - 2 * limit), start + 2 * limit
    cells = _cells(line[first:last])
    cells, start, end = _cut(cells, start - first, min(end, last) - first, limit)
    indent = sum(_width(cell) for cell in cells[:start])
    marked = sum(_width(cell) for cell in cells[start:end])
    return Excerpt("".join(cells).rstrip(), " " * indent, "^" + "~" * (marked - 1))


def _visible(character: str) -> str:
    if character not in _JOINERS and unicodedata.category(character) in _HIDDEN:
        return " " if character in "\t\n\r" else "\ufffd"
    return character


def _cells(line: str) -> list[str]:
    """Return what is shown for each character: blanks for tabs, a sign for hidden ones."""
    cells: list[str] = []
    at = 0
    for character in line:
        cell = " " * (_TAB - at % _TAB) if character == "\t" else _visible(character)
        cells.append(cell)
        at += _width(cell)
    return cells


def _cut(cells: list[str], start: int, end: int, limit: int) -> tuple[list[str], int, int]:
    """Return at most `limit` columns of a line, with the start of the marked stretch inside."""
    widths = [_width(cell) for cell in cells]
    if sum(widths) <= limit:
        return cells, start, end
    room = limit - 2 * len(_CUT)
    # A marked stretch in the middle keeps some context on its left.
    lead = max(room // 3, room - sum(widths[start:end]) - room // 3)
    first = start
    while first > 0 and sum(widths[first - 1 : start]) <= lead:
        first -= 1
    last = first
    used = 0
    while last < len(cells) and used + widths[last] <= room:
        used += widths[last]
        last += 1
    head = [_CUT] if first > 0 else []
    tail = [_CUT] if last < len(cells) else []
    shift = len(head) - first
    return [*head, *cells[first:last], *tail], start + shift, min(end, last) + shift


def _width(cell: str) -> int:
    return sum(_columns(character) for character in cell)


def _columns(character: str) -> int:
    if character.isascii():
        return 1
    if unicodedata.category(character) in ("Mn", "Me", "Cf") or "\u1160" <= character <= "\u11ff":
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
