"""Regular expressions of users: refused when they could explode."""

from __future__ import annotations

import re
from re import _parser  # type: ignore[attr-defined]
from typing import Final

from onexgen.backtracking import SAFER, explosion_of
from onexgen.extraction.literals import literals_of
from onexgen.needs import Needs
from onexgen.source import Marks, Path

_FOREVER: Final = "some texts would take forever"


def problem_of(pattern: str) -> str:
    """Return what is wrong with a pattern, "" when nothing is."""
    try:
        parsed = _parser.parse(pattern)
    except re.error as error:
        return f"not a regular expression: {error.msg} at character {(error.pos or 0) + 1}"
    if parsed.getwidth()[0] == 0:
        return "matches the empty text"
    explosion = explosion_of(pattern)
    return f"{explosion}: {_FOREVER}" if explosion else ""


def help_of(problem: str) -> str:
    """Return how to repair what `problem_of` said, "" where that says it already."""
    return SAFER if problem.endswith(_FOREVER) else ""


def is_safe(pattern: str, path: Path, marks: Marks) -> bool:
    """Report an expression that is wrong, or that some text could keep busy for ever."""
    problem = problem_of(pattern)
    if problem:
        marks.error("unsafe-regex", path, problem, help_of(problem))
    return not problem


def needs_of(pattern: str) -> Needs:
    """Return the letters that an expression needs; it may be missing or wrong: nothing then."""
    return literals_of(pattern) if pattern and not problem_of(pattern) else []
