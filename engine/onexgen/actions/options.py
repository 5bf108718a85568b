"""Options of actions: from evaluated values to the action's own dataclass."""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Callable, Hashable, Mapping, Sequence
from functools import cache
from typing import Any, TypeAliasType, Union, get_args, get_origin, get_type_hints

from onexgen.diagnostics import OnexgenError
from onexgen.json_types import Json
from onexgen.wording import named


def option_fields(options: type[Any]) -> dict[str, dataclasses.Field[Any]]:
    """Return key -> field; a trailing underscore keeps a field from being a keyword."""
    return {field.name.rstrip("_"): field for field in dataclasses.fields(options)}


def is_required(field: dataclasses.Field[Any]) -> bool:
    """Tell whether an option has no default."""
    missing = dataclasses.MISSING
    return field.default is missing and field.default_factory is missing


def alike[T](calls: Sequence[T], key: Callable[[T], object]) -> list[list[int]]:
    """Return the places of calls that can be answered together: those of the same key."""
    groups: dict[object, list[int]] = {}
    for number, call in enumerate(calls):
        groups.setdefault(key(call), []).append(number)
    return list(groups.values())


def make_options(options: type[Any], values: Mapping[str, Json], at: str) -> Any:
    """Return the options of one call; raises when an expression yielded another type."""
    hints = _hints(typing.cast("Hashable", options))
    fields = option_fields(options)
    for key, field in fields.items():
        if key not in values and is_required(field):
            raise OnexgenError(f"{at}: option '{key}' is needed", help="its expression omits it")
        if key in values and not fits(values[key], hints[field.name]):
            found = named(values[key])
            raise OnexgenError(
                f"{at}: option '{key}' must be {describe(hints[field.name])}, got {found}",
                help="the expression yields a value of another type",
            )
    return options(**{fields[key].name: value for key, value in values.items()})


@cache
def _hints(options: Any) -> dict[str, Any]:
    """Return the types of options; to find them takes as long as many a step."""
    return get_type_hints(options)


def fits(value: Json, hint: Any) -> bool:
    """Tell whether a JSON value has the (outer) type of an annotation."""
    if isinstance(hint, TypeAliasType) or hint is Any or hint is object:
        return True
    if hint is None or hint is type(None):
        return value is None
    origin = get_origin(hint) or hint
    if origin in (Union, types.UnionType):
        return any(fits(value, part) for part in get_args(hint))
    if origin is typing.Literal:
        return value in get_args(hint)
    if origin is float:
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    if origin is int:
        return isinstance(value, int) and not isinstance(value, bool)
    if issubclass(origin, Mapping):
        return isinstance(value, Mapping)
    if issubclass(origin, (list, tuple)):
        return isinstance(value, (list, tuple))
    return isinstance(value, origin)


def describe(hint: Any) -> str:
    """Return the name of a type for an error message."""
    origin = get_origin(hint) or hint
    if origin in (Union, types.UnionType):
        return " or ".join(describe(part) for part in get_args(hint))
    if origin is typing.Literal:
        return " or ".join(repr(part) for part in get_args(hint))
    known = {str: "text", bool: "true or false", int: "a whole number", float: "a number"}
    if origin in known:
        return known[origin]
    if origin is type(None):
        return "null"
    return "a mapping" if isinstance(origin, type) and issubclass(origin, Mapping) else "a list"
