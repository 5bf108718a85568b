"""What can be wrong with data that was read: one constructor, one wording for each mistake."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final

from onexgen.diagnostics import Diagnostic, closest
from onexgen.json_types import Json
from onexgen.positions import Marks, Path, Source
from onexgen.wording import counted, either, named, number, retyped, shown, unknown

# Of a file where everything is wrong, nobody reads more.
MAX_MISTAKES: Final = 100


@dataclass(frozen=True, slots=True)
class Mistake:
    """A problem with the value, or with the key, at a path of a document."""

    code: str
    path: Path
    message: str
    help: str = ""
    key: bool = False
    # Only of a value of the wrong type: what it should have been.
    expected: str = ""
    # Only of an alternative: the path where the alternatives part.
    union: Path | None = None


def placed(mistakes: Iterable[Mistake], source: Source) -> list[Diagnostic]:
    """Return mistakes as diagnostics of a file, each once, in the order of their places."""
    marks = Marks(source)
    for count, one in enumerate(islice(mistakes, MAX_MISTAKES), 1):
        note = "there may be more mistakes in this file" if count == MAX_MISTAKES else ""
        marks.error(one.code, one.path, one.message, one.help, note, key=one.key)
    return sorted(set(marks.diagnostics), key=Diagnostic.order)


def invalid(path: Path, message: str) -> Mistake:
    """Return what has a wording of its own."""
    return Mistake("invalid-value", path, message)


def missing_key(path: Path, key: str, description: str = "") -> Mistake:
    """Return that a mapping lacks a key."""
    remedy = f"'{key}': {description}" if description else ""
    return Mistake("missing-key", path, f"missing key '{key}'", remedy, key=True)


def unknown_key(path: Path, key: str, known: Iterable[str]) -> Mistake:
    """Return that a mapping has a key that nobody reads."""
    return Mistake(
        "unknown-key", (*path, key), f"unknown key '{key}'", closest(key, known), key=True
    )


def unknown_value(path: Path, value: Json, choices: Sequence[Json]) -> Mistake:
    """Return that a value is none of the choices."""
    words = [choice for choice in choices if isinstance(choice, str)]
    remedy = closest(value, words) if isinstance(value, str) and len(choices) > 1 else ""
    return Mistake("unknown-value", path, unknown(value, choices), remedy)


def wrong_type(path: Path, value: Json, expected: str) -> Mistake:
    """Return that a value is of another type."""
    message = f"expected {expected}, got {named(value)}"
    remedy = retyped(expected, value)
    return Mistake("wrong-type", path, message, remedy, expected=expected)


def none_of(alternatives: Sequence[Mistake], value: Json) -> Mistake:
    """Return mismatches of all types of a value as one."""
    expected = either([one.expected for one in alternatives])
    remedies = [one.help for one in alternatives if one.help]
    message = f"expected {expected}, got {named(value)}"
    return replace(alternatives[0], message=message, help=remedies[0] if remedies else "")


def out_of_range(path: Path, value: Json, relation: str, limit: float) -> Mistake:
    """Return that a number is too large or too small."""
    message = f"must be {relation} {number(limit)}, got {shown(value)}"
    return Mistake("out-of-range", path, message)


def wrong_length(path: Path, value: Json, relation: str, limit: int) -> Mistake:
    """Return that a text, a list or a mapping is too long or too short."""
    length = size(value)
    noun = "character" if isinstance(value, str) else "item" if isinstance(value, list) else "key"
    message = f"must have {relation} {counted(limit, noun)}, got {length}"
    return Mistake(
        "wrong-length", path, "must not be empty" if length == 0 and limit == 1 else message
    )


def wrong_pattern(path: Path, value: Json, pattern: str) -> Mistake:
    """Return that a text has another form."""
    return Mistake("wrong-pattern", path, f"must match {pattern}, got {shown(value)}")


def size(value: Json) -> int:
    """Return the number of characters, items or keys."""
    return len(value) if isinstance(value, str | list | dict) else 0
