"""Regular expressions of users: refused when they could explode, and the letters they need."""

from __future__ import annotations

import re
from re import _constants, _parser  # type: ignore[attr-defined]
from typing import Any, Final

from onexgen.backtracking import SAFER, explosion_of
from onexgen.source import Marks, Path

_FOREVER: Final = "some texts would take forever"

_REPEATS: Final = (_constants.MAX_REPEAT, _constants.MIN_REPEAT, _constants.POSSESSIVE_REPEAT)
# Looking for more runs than this costs more than the expression itself.
_MOST_RUNS: Final = 8


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


def literals_of(pattern: str) -> list[str]:
    """Return letters (in small ones) of which every match contains at least one run."""
    best = _best([_of_sequence(_parser.parse(pattern))])
    return sorted({text.lower() for text in best})


def is_safe(pattern: str, path: Path, marks: Marks) -> bool:
    """Report an expression that is wrong, or that some text could keep busy for ever."""
    problem = problem_of(pattern)
    if problem:
        marks.error("unsafe-regex", path, problem, help_of(problem))
    return not problem


def needs_of(pattern: str) -> list[str]:
    """Return the same for an expression that may be missing or wrong: nothing then."""
    return literals_of(pattern) if pattern and not problem_of(pattern) else []


def _of_sequence(parsed: Any) -> list[str]:
    """Return the choice of runs that serves best to foresee a match; none when there is none."""
    found: list[list[str]] = []
    run = ""
    for operation, argument in parsed:
        if operation is _constants.LITERAL:
            run += chr(argument)
            continue
        if operation is not _constants.AT:
            found.append([run])
            run = ""
            found.append(_of_part(operation, argument))
    return _best([*found, [run]])


def _of_part(operation: Any, argument: Any) -> list[str]:
    if operation is _constants.SUBPATTERN:
        return _of_sequence(argument[-1])
    if operation in _REPEATS and argument[0] >= 1:
        return _of_sequence(argument[2])
    if operation is _constants.BRANCH:
        branches = [_of_sequence(branch) for branch in argument[1]]
        joined = [text for branch in branches for text in branch]
        return joined if all(branches) and len(joined) <= _MOST_RUNS else []
    if operation is _constants.IN and all(kind is _constants.LITERAL for kind, _ in argument):
        return [chr(code) for _, code in argument] if len(argument) <= _MOST_RUNS else []
    return []


def _best(choices: list[list[str]]) -> list[str]:
    """Return the choice whose shortest run is longest; letters that change their size are none."""
    usable = [
        choice for choice in choices
        if choice and all(text and len(text.lower()) == len(text) for text in choice)
    ]  # fmt: skip
    return max(usable, key=lambda choice: (min(map(len, choice)), -len(choice)), default=[])
