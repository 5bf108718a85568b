"""How much a regular expression can cost on a hostile text.

Python's engine tries one way after another. Two parts that can share the same letters multiply
what there is to try; parts that a letter keeps apart do not. A repeated group must leave one way
only, or the ways double with every letter.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import prod
from re import _constants, _parser  # type: ignore[attr-defined]
from typing import Any, Final

SAFER: Final = "begin each part with a letter that the one before cannot have, or limit it: {0,40}"

type Letters = frozenset[int]

# The longest text that is read; and how often it may be gone through from each of its letters.
_LONGEST: Final = 20_000
_TIMES: Final = 100
# A repetition this long costs as much as an endless one when it is nested.
LONG: Final = 16
# Of many alternatives the costliest are followed.
_MOST_WAYS: Final = 64
# Alternatives are told apart by so many letters.
_AHEAD: Final = 12

# All letters: those of ASCII, then one each for other letters, spaces, digits and signs.
_WORD, _SPACE, _DIGIT, _SIGN = range(128, 132)
_ALL: Final[Letters] = frozenset(range(132))
_CLASSES: Final[dict[Any, Letters]] = {
    _constants.CATEGORY_WORD: frozenset(
        [n for n in range(128) if chr(n).isalnum() or chr(n) == "_"] + [_WORD, _DIGIT]
    ),
    _constants.CATEGORY_SPACE: frozenset([n for n in range(128) if chr(n).isspace()] + [_SPACE]),
    _constants.CATEGORY_DIGIT: frozenset([*range(48, 58), _DIGIT]),
}
_OPPOSITES: Final = {
    _constants.CATEGORY_NOT_WORD: _constants.CATEGORY_WORD,
    _constants.CATEGORY_NOT_SPACE: _constants.CATEGORY_SPACE,
    _constants.CATEGORY_NOT_DIGIT: _constants.CATEGORY_DIGIT,
}
_REPEATS: Final = (_constants.MAX_REPEAT, _constants.MIN_REPEAT)
_ASSERTS: Final = (_constants.ASSERT, _constants.ASSERT_NOT)
_NO_WIDTH: Final = (_constants.AT, *_ASSERTS)


def explosion_of(pattern: str, *, only_doubling: bool = False) -> str:
    """Return why some texts would take very long, "" when none would.

    `only_doubling` lets pass what a short text can afford: some choices multiplied with others.
    """
    parsed = _parser.parse(pattern)
    if not all(_is_decided(body) for body in _repeated(parsed)):
        return "repeats something that can be repeated in several ways"
    if not only_doubling and _most_ways(parsed) > _LONGEST * _TIMES:
        return "repeats several parts that can share the same letters"
    return ""


def bodies(operation: Any, argument: Any) -> list[Any]:
    """Return the sequences inside of a part that is no repetition."""
    if operation is _constants.SUBPATTERN:
        return [argument[-1]]
    if operation is _constants.BRANCH:
        return list(argument[1])
    if operation in _ASSERTS:
        return [argument[1]]
    return [argument] if operation is _constants.ATOMIC_GROUP else []


def _repeated(parsed: Any) -> Iterator[Any]:
    """Yield what is repeated without end, or nearly."""
    for operation, argument in parsed:
        if operation in _REPEATS:
            if argument[1] >= LONG:
                yield argument[2]
            yield from _repeated(argument[2])
        for body in bodies(operation, argument):
            yield from _repeated(body)


def _is_decided(body: Any) -> bool:
    """Tell whether the next letters always leave one way only through a repeated group."""
    items = list(body)
    return _decided(items, _start(items, []))


def _decided(items: list[Any], after: list[Letters]) -> bool:
    """Tell whether every part is decided, given the letters with which it may go on."""
    for number, (operation, argument) in enumerate(items):
        rest = _start(items[number + 1 :], after)
        if operation is _constants.BRANCH:
            ways = [_start(way, rest) for way in argument[1]]
            if any(_alike(a, b) for n, a in enumerate(ways) for b in ways[n + 1 :]):
                return False
        if operation in _REPEATS:
            body = list(argument[2])
            own = _start(body, [])
            if argument[0] != argument[1] and _alike(own, rest):
                return False
            # Another round may follow, or what comes behind.
            again = [a | b for a, b in zip(own, rest, strict=False)] if argument[1] > 1 else rest
            if not _decided(body, again):
                return False
        if operation not in _ASSERTS and not all(
            _decided(list(way), rest) for way in bodies(operation, argument)
        ):
            return False
    return True


def _alike(one: Sequence[Letters], other: Sequence[Letters]) -> bool:
    """Tell whether two beginnings can be the same letters."""
    return all(a & b for a, b in zip(one, other, strict=False))


def _start(items: Any, after: list[Letters]) -> list[Letters]:
    """Return the letters that may stand at each place, as far as the places are certain."""
    found: list[Letters] = []
    for number, (operation, argument) in enumerate(items):
        letters = letters_of(operation, argument)
        if letters is not None:
            found.append(letters)
        elif operation is _constants.SUBPATTERN and _is_fixed(argument[-1]):
            found.extend(_start(argument[-1], []))
        elif operation not in _NO_WIDTH:
            # What follows an optional part may stand in its place.
            return [*found, _any_of(list(items)[number:], after)]
        if len(found) >= _AHEAD:
            return found
    return [*found, *after]


def _is_fixed(items: Any) -> bool:
    return all(letters_of(operation, argument) is not None for operation, argument in items)


def _any_of(items: Any, after: list[Letters]) -> Letters:
    """Return the letters with which a sequence may begin."""
    found: Letters = frozenset()
    for operation, argument in items:
        letters = letters_of(operation, argument)
        if letters is not None:
            return found | letters
        if operation in _NO_WIDTH:
            continue
        is_repeat = operation in (*_REPEATS, _constants.POSSESSIVE_REPEAT)
        ways = [argument[2]] if is_repeat else bodies(operation, argument)
        if not ways:
            return _ALL
        found |= frozenset[int]().union(*(_any_of(way, []) for way in ways))
        is_optional = is_repeat and not argument[0]
        if not is_optional and all(way.getwidth()[0] for way in ways):
            return found
    return found.union(*after[:1])


def letters_of(operation: Any, argument: Any) -> Letters | None:
    """Return the letters of a part that is exactly one, None for others."""
    if operation is _constants.LITERAL:
        return _literal(argument)
    if operation is _constants.NOT_LITERAL:
        return _ALL - _literal(argument)
    if operation is _constants.ANY:
        return _ALL - {10}
    return _class(argument) if operation is _constants.IN else None


def _literal(code: int) -> Letters:
    letter = chr(code)
    if code < 128:
        return frozenset(ord(c) for c in (letter.lower(), letter.upper()))
    if letter.isspace():
        return frozenset([_SPACE])
    if letter.isdigit():
        return frozenset([_DIGIT])
    return frozenset([_WORD if letter.isalnum() else _SIGN])


def _class(parts: Any) -> Letters:
    found: Letters = frozenset()
    is_negated = False
    for operation, argument in parts:
        if operation is _constants.NEGATE:
            is_negated = True
        elif operation is _constants.LITERAL:
            found |= _literal(argument)
        elif operation is _constants.RANGE:
            low, high = argument
            found |= frozenset[int]().union(*(_literal(n) for n in range(low, min(high, 127) + 1)))
            found |= frozenset([_WORD, _DIGIT, _SPACE, _SIGN]) if high > 127 else frozenset()
        elif operation is _constants.CATEGORY:
            opposite = _OPPOSITES.get(argument)
            found |= _ALL - _CLASSES[opposite] if opposite else _CLASSES.get(argument, _ALL)
    if not is_negated:
        return found
    # One sign that is excluded leaves others like it.
    return _ALL - frozenset(n for n in found if n < 128 or _is_whole(n, parts))


def _is_whole(bucket: int, parts: Any) -> bool:
    """Tell whether a class holds all letters of a bucket beyond ASCII."""
    classes = [argument for operation, argument in parts if operation is _constants.CATEGORY]
    return any(bucket in _CLASSES.get(name, _ALL) for name in classes)


# One way to have come here: parts that may still give letters back, each with its choices.
type Way = tuple[tuple[Letters, float], ...]


def _most_ways(parsed: Any) -> float:
    """Return how many ways there are to try, at most, from one beginning."""
    most = [1.0]
    _sequence(parsed, [()], most)
    return max(most)


def _sequence(items: Any, ways: list[Way], most: list[float]) -> list[Way]:
    for operation, argument in items:
        ways = _part(operation, argument, ways, most)
    return ways


def _part(operation: Any, argument: Any, ways: list[Way], most: list[float]) -> list[Way]:
    letters = letters_of(operation, argument)
    if letters is not None:
        return _required(ways, letters, most)
    if operation in _REPEATS:
        return _repeat(argument, ways, most)
    if operation in _NO_WIDTH:
        if operation in _ASSERTS:
            _sequence(argument[1], ways, most)
        return _required(ways, _ALL, most)
    inner = bodies(operation, argument)
    if operation is _constants.ATOMIC_GROUP or not inner:
        return ways
    return _reduced([way for body in inner for way in _sequence(body, ways, most)])


def _repeat(argument: Any, ways: list[Way], most: list[float]) -> list[Way]:
    low, high, body = argument
    only = [letters_of(*part) for part in body]
    choices = float(min(high, _LONGEST) - low + 1)
    if len(only) == 1 and only[0] is not None:
        letters = only[0]
        begun = _required(ways, letters, most) if low else [_ended(way, letters) for way in ways]
        taken = [(*way, (letters, choices)) for way in begun]
        return _reduced(taken if low else [*ways, *taken])
    if high >= LONG:
        # The group itself is decided: it has one way in, and as many ways out as rounds.
        inner = frozenset[int]().union(*(one or _ALL for one in only)) if only else _ALL
        _sequence(body, ways, most)
        begun = [_ended(way, _any_of(body, [])) for way in ways]
        taken = [(*way, (inner, choices)) for way in begun]
        return _reduced(taken if low else [*ways, *taken])
    found, current = ([] if low else ways), ways
    for number in range(1, high + 1):
        current = _sequence(body, current, most)
        if number >= low:
            found = [*found, *current]
    return _reduced(found)


def _required(ways: list[Way], letters: Letters, most: list[float]) -> list[Way]:
    """Go past a part that may fail: then all choices are tried, each with all that follow it."""
    most.append(max((_choices(way) for way in ways), default=1.0))
    return _reduced([_ended(way, letters) for way in ways])


def _choices(way: Way) -> float:
    return prod(choices for _, choices in way)


def _ended(way: Way, letters: Letters) -> Way:
    """Return a way without the parts that cannot have given these letters back."""
    return tuple(one for one in way if one[0] & letters)


def _reduced(ways: list[Way]) -> list[Way]:
    """Return each way once, those with the most choices first."""
    return sorted(dict.fromkeys(ways), key=_choices, reverse=True)[:_MOST_WAYS]
