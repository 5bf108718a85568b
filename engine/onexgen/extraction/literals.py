"""Letters without which a regular expression cannot match: looked for before it is tried.

The idea is that of indexed search over code (Cox, "Regular Expression Matching with a Trigram
Index", 2012): an expression becomes choices of runs of letters, and a match contains at least one
run of each choice.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import product
from re import _constants, _parser  # type: ignore[attr-defined]
from typing import Any, Final

from onexgen.needs import Needs

type Choice = frozenset[str]

_REPEATS: Final = (_constants.MAX_REPEAT, _constants.MIN_REPEAT, _constants.POSSESSIVE_REPEAT)
_NO_LETTERS: Final = (_constants.AT, _constants.ASSERT, _constants.ASSERT_NOT)
_NOTHING: Final[Choice] = frozenset([""])
# Looking for more runs, or for more choices, than this costs more than the expression itself.
_MOST_RUNS: Final = 40
_MOST_CHOICES: Final = 3
# One more letter makes a run so much rarer.
_RARER: Final = 8


def literals_of(pattern: str) -> Needs:
    """Return the choices of which every match contains at least one run each."""
    said, choices = _of_sequence(_parser.parse(pattern))
    usable = {choice: None for choice in (_plain(one) for one in (said, *choices)) if choice}
    return [sorted(choice) for choice in sorted(usable, key=_frequency)[:_MOST_CHOICES]]


def _frequency(choice: Choice) -> float:
    return sum(_RARER ** -float(len(run)) for run in choice)


def _plain(choice: Choice) -> Choice:
    """Return the runs in small letters, without those that contain another; none if any is empty.

    Letters that change their size when they get small are not looked for.
    """
    if any(not run or len(run.lower()) != len(run) for run in choice):
        return frozenset()
    small = {run.lower() for run in choice}
    return frozenset(run for run in small if not any(o != run and o in run for o in small))


def _of_sequence(parsed: Iterable[Any]) -> tuple[Choice, list[Choice]]:
    """Return the runs with which what is parsed ends, and the choices before them.

    Without choices before them the runs are all that it can match.
    """
    run, choices = _NOTHING, list[Choice]()
    for operation, argument in parsed:
        exact, inner = _of_part(operation, argument)
        if exact is not None and len(run) * len(exact) <= _MOST_RUNS:
            run = frozenset(map("".join, product(run, exact)))
            continue
        choices += [run, *inner, *([exact] if exact is not None else [])]
        # Something unknown stands between the letters before and after it.
        choices.append(_NOTHING)
        run = _NOTHING
    return run, choices


def _of_part(operation: Any, argument: Any) -> tuple[Choice | None, list[Choice]]:
    """Return all that a part can match, None when that is not known; and choices it contains."""
    if operation in _NO_LETTERS:
        return _NOTHING, []
    if operation is _constants.LITERAL:
        return frozenset([chr(argument)]), []
    if operation is _constants.IN:
        return _of_set(argument), []
    if operation is _constants.SUBPATTERN:
        return _of_group(argument[-1])
    if operation is _constants.ATOMIC_GROUP:
        return _of_group(argument)
    if operation in _REPEATS:
        return _of_repeat(*argument)
    if operation is _constants.BRANCH:
        return _of_branches([_of_group(branch) for branch in argument[1]])
    return None, []


def _of_group(parsed: Iterable[Any]) -> tuple[Choice | None, list[Choice]]:
    run, choices = _of_sequence(parsed)
    return (None, [*choices, run]) if choices else (run, [])


def _of_set(items: list[Any]) -> Choice | None:
    if all(kind is _constants.LITERAL for kind, _ in items) and len(items) <= _MOST_RUNS:
        return frozenset(chr(code) for _, code in items)
    return None


def _of_repeat(least: int, most: Any, parsed: Iterable[Any]) -> tuple[Choice | None, list[Choice]]:
    exact, choices = _of_group(parsed)
    if most == 1 and exact is not None:
        return exact | _NOTHING if least == 0 else exact, []
    if least == 0:
        return None, []
    return None, [*choices, *([exact] if exact is not None else [])]


def _of_branches(
    branches: list[tuple[Choice | None, list[Choice]]],
) -> tuple[Choice | None, list[Choice]]:
    joined = frozenset[str]()
    for exact, choices in branches:
        usable = sorted((one for one in choices if _plain(one)), key=_frequency)
        joined |= exact if exact is not None else next(iter(usable), _NOTHING)
    if len(joined) > _MOST_RUNS:
        return None, []
    return (joined, []) if all(exact is not None for exact, _ in branches) else (None, [joined])
