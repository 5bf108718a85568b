"""The layout of a text: headings, tables, bullets, examples in JSON, running text."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from onexgen.json_types import Json, JsonObject

_HEADING: Final = re.compile(r"\s{0,3}#{1,6}\s+(.*)|\s*\*\*([^*]+)\*\*:?\s*$")
_BULLET: Final = re.compile(r"\s*(?:[-*+]|\d{1,2}[.)])\s+(?:\[[ x]\]\s+)?(.*)")
_FENCE: Final = re.compile(r"\s*(?:```|~~~)")
_RULE: Final = re.compile(r"[\s|:-]+$")


@dataclass(frozen=True, slots=True)
class Block:
    """A part of a text; `rows` of a table or of bullets, `pairs` of an example."""

    kind: str
    place: int
    text: str
    rows: tuple[tuple[str, ...], ...] = ()
    pairs: JsonObject = field(default_factory=dict)


def blocks_of(raw: str) -> Iterator[Block]:
    """Yield the blocks of a text in their order."""
    kind, start, lines = "text", 0, list[str]()
    place, fenced = 0, False
    for line in raw.split("\n"):
        found = _kind(line, fenced=fenced)
        if _FENCE.match(line):
            fenced = not fenced
        if (found != kind or found == "heading") and lines:
            yield _block(kind, start, lines)
            lines = []
        if not lines:
            kind, start = found, place
        lines.append(line)
        place += len(line) + 1
    if lines:
        yield _block(kind, start, lines)


def without_bullet(line: str) -> str:
    """Return a line without its bullet or number."""
    found = _BULLET.match(line)
    return found.group(1) if found else line


def _kind(line: str, *, fenced: bool) -> str:
    if fenced or _FENCE.match(line):
        return "example"
    if line.lstrip().startswith("|"):
        return "table"
    if _HEADING.match(line):
        return "heading"
    return "bullets" if _BULLET.match(line) else "text" if line.strip() else "space"


def _block(kind: str, place: int, lines: list[str]) -> Block:
    text = "\n".join(lines)
    if kind == "table":
        cells = [[c.strip(" `*") for c in line.strip().strip("|").split("|")] for line in lines]
        rows = [tuple(row) for row, line in zip(cells, lines, strict=True) if not _RULE.match(line)]
        return Block(kind, place, text, rows=tuple(rows)) if rows else Block("text", place, text)
    if kind == "bullets":
        found = (_BULLET.match(line) for line in lines)
        return Block(kind, place, text, rows=tuple((f.group(1),) for f in found if f))
    if kind == "example":
        return Block(kind, place, text, pairs=_pairs("\n".join(lines[1:-1])))
    return Block(kind, place, text)


def _pairs(text: str) -> JsonObject:
    try:
        data: Json = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    if isinstance(data, list) and data:
        data = data[0]
    return data if isinstance(data, dict) else {}
