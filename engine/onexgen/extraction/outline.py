"""Things in blocks of code: `thing:` with indented `field: type`, classes, tables."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

_HEAD: Final = re.compile(
    r"\s*(?:[\w ]*? )?[`\"]?([A-Za-z_]\w*)[`\"]?\s*(?:\([\w., ]*\))?\s*[:({]\s*$"
)
_FIELD: Final = re.compile(
    r"(\s*)(?:[-*] )?[`\"]?([A-Za-z_]\w*)[`\"]?\??(?:\s*:\s*|\s+)([A-Za-z][^,;#]*)[,;]?"
)
_LEAST: Final = 2
_LONGEST_LINE: Final = 120


class Outline(NamedTuple):
    """A thing with the names and types of its fields, as they are written."""

    name: str
    fields: tuple[tuple[str, str], ...]


def outlines_of(text: str) -> Iterator[Outline]:
    """Yield the things of a block of code."""
    lines = text.split("\n")
    for number, line in enumerate(lines):
        head = _HEAD.match(line) if len(line) <= _LONGEST_LINE else None
        if head is not None:
            fields = tuple(_fields(lines[number + 1 :], _depth(line)))
            if len(fields) >= _LEAST:
                yield Outline(head.group(1), fields)


def _fields(lines: Sequence[str], depth: int) -> Iterator[tuple[str, str]]:
    """Yield the deeper lines that are fields, up to the first other line."""
    for line in lines:
        found = _FIELD.match(line)
        if found is None or _depth(line) <= depth:
            return
        yield found.group(2), found.group(3).strip()


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip())
