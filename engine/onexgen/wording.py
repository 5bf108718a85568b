"""How values and expectations are named in messages, whoever found the mistake."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from onexgen.json_types import Json

_LONGEST: Final = 40
_LISTED: Final = 8
_SPOKEN: Final = {
    **dict.fromkeys(("true", "yes", "on", "y"), "true"),
    **dict.fromkeys(("false", "no", "off", "n"), "false"),
}


def named(value: Json) -> str:
    """Return what a value is, in the words of a person who reads YAML."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return f"the number {value}"
    if isinstance(value, str):
        return "a string"
    return "a list" if isinstance(value, list) else "a mapping"


def shown(value: Json) -> str:
    """Return a value as it is quoted in a message; what is long is only named."""
    if isinstance(value, str) and len(value) <= _LONGEST:
        return f"'{value}'"
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return named(value)


def number(value: float) -> str:
    """Return a number as a person writes it: whole ones without a point."""
    return str(int(value)) if value == int(value) else str(value)


def counted(count: int, noun: str) -> str:
    """Return a number with its noun in the right form."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def either(words: Sequence[str]) -> str:
    """Return words as alternatives: 'a, b or c'."""
    unique = list(dict.fromkeys(words))
    return " or ".join([", ".join(unique[:-1]), unique[-1]] if len(unique) > 1 else unique)


def unknown(value: Json, choices: Sequence[Json]) -> str:
    """Return the message for a value that is none of the choices."""
    if len(choices) == 1 or (not isinstance(value, str) and 0 < len(choices) <= _LISTED):
        return f"must be {either([shown(choice) for choice in choices])}, got {shown(value)}"
    if isinstance(value, str):
        return f"unknown value {shown(value)}"
    return f"must be one of the known values, got {shown(value)}"


def retyped(expected: str, value: Json) -> str:
    """Return how to turn a value of the wrong type into what was expected, where that is clear."""
    if expected == "a string" and isinstance(value, bool | int | float):
        return f"quote it: '{str(value).lower()}'"
    if expected == "a list" and isinstance(value, str | int | float):
        return "put it in brackets: [...]"
    if isinstance(value, str):
        if expected in ("a number", "a whole number") and value.replace(".", "", 1).isdigit():
            return f"remove the quotes: {value}"
        if expected == "true or false" and value.lower() in _SPOKEN:
            return f"write {_SPOKEN[value.lower()]}"
    return ""
