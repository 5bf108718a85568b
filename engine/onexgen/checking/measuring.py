"""What stands in a syntax tree: matches of ast-grep rules, and numbers that are out of bounds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from onexgen.json_types import JsonObject

type Found = tuple[str, int, int, str]
"""File, line and column (from 1), and words for the message."""


def matching(pattern: JsonObject, tree: Any, name: str) -> Iterator[Found]:
    """Yield what an ast-grep rule matches."""
    for match in tree.find_all(pattern):
        yield _at(name, match, _first_line(match))


def out_of_bounds(metric: Mapping[str, Any], tree: Any, name: str) -> Iterator[Found]:
    """Yield the matches whose number is too large or too small."""
    if metric["least"] is None and _is_small(metric, tree):
        return
    for match in tree.find_all(metric["of"]):
        number = _number(metric, match)
        if number is None:
            continue
        if metric["most"] is not None and number > metric["most"]:
            yield _at(name, match, f"{_first_line(match)} ({number:g}, at most {metric['most']:g})")
        if metric["least"] is not None and number < metric["least"]:
            said = f"{_first_line(match)} ({number:g}, at least {metric['least']:g})"
            yield _at(name, match, said)


def _is_small(metric: Mapping[str, Any], tree: Any) -> bool:
    """Tell whether no part of a file can have too large a number: the whole of it has not."""
    whole = None if metric["share_of"] is not None else _number(metric, tree)
    return whole is not None and whole <= metric["most"]


def _number(metric: Mapping[str, Any], match: Any) -> float | None:
    if metric["counts"] is None:
        lines = match.range()
        return float(lines.end.line - lines.start.line + 1)
    count = len(match.find_all(metric["counts"])) + metric["plus"]
    if metric["share_of"] is None:
        return float(count)
    everything = len(match.find_all(metric["share_of"]))
    return round(count / everything, 4) if everything else None


def _at(name: str, match: Any, words: str) -> Found:
    start = match.range().start
    return name, start.line + 1, start.column + 1, words


def _first_line(match: Any) -> str:
    return str(match.text().splitlines()[0].strip())
