"""Regular expressions of users: refused when they could explode, and the letters they need."""

from __future__ import annotations

import re
from re import _constants, _parser  # type: ignore[attr-defined]
from typing import Any, Final

_REPEATS: Final = (_constants.MAX_REPEAT, _constants.MIN_REPEAT, _constants.POSSESSIVE_REPEAT)
# A repetition this long costs as much as an endless one when it is nested.
_LONG: Final = 16


def problem_of(pattern: str) -> str:
    """Return what is wrong with a pattern, "" when nothing is."""
    try:
        parsed = _parser.parse(pattern)
    except re.error as error:
        return f"not a regular expression: {error.msg} at character {(error.pos or 0) + 1}"
    if parsed.getwidth()[0] == 0:
        return "matches the empty text"
    if _nests(parsed, inside=False):
        return "repeats something that repeats itself: some texts would take forever"
    return ""


def literal_of(pattern: str) -> str:
    """Return the longest run of letters that every match contains, in small letters."""
    runs = [""]
    _collect(_parser.parse(pattern), runs)
    longest = max(runs, key=len).lower()
    return longest if longest.isascii() else ""


def _nests(parsed: Any, *, inside: bool) -> bool:
    for operation, argument in parsed:
        if operation in _REPEATS:
            _, most, body = argument
            if most >= _LONG and inside:
                return True
            if _nests(body, inside=inside or most >= _LONG):
                return True
        elif any(_nests(body, inside=inside) for body in _bodies(operation, argument)):
            return True
    return False


def _bodies(operation: Any, argument: Any) -> list[Any]:
    if operation is _constants.SUBPATTERN:
        return [argument[-1]]
    if operation is _constants.BRANCH:
        return list(argument[1])
    if operation in (_constants.ASSERT, _constants.ASSERT_NOT):
        return [argument[1]]
    if operation is _constants.ATOMIC_GROUP:
        return [argument]
    return []


def _collect(parsed: Any, runs: list[str]) -> None:
    for operation, argument in parsed:
        if operation is _constants.LITERAL:
            runs[-1] += chr(argument)
        elif operation is _constants.SUBPATTERN:
            _collect(argument[-1], runs)
        elif operation in _REPEATS and argument[0] >= 1:
            runs.append("")
            _collect(argument[2], runs)
            runs.append("")
        elif operation is not _constants.AT:
            runs.append("")
