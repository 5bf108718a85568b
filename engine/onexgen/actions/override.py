"""A person's corrections over what was understood."""

from __future__ import annotations

import json
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final

from onexgen.actions.base import Workspace
from onexgen.diagnostics import UsageError, closest
from onexgen.filters import merge
from onexgen.json_types import Json
from onexgen.wording import named


@dataclass(frozen=True, slots=True, kw_only=True)
class OverrideOptions:
    """A value and what to change in it."""

    value: dict[str, Json]
    """The value to correct."""
    merge: dict[str, Json] | None = None
    """Values that replace those of the same key, deeply."""
    set: list[str] = field(default_factory=list)
    """PATH=VALUE texts; in the place of a text VALUE is text, elsewhere JSON if it can be."""


_EXAMPLES: Final = ((dict, '{"key": "value"}'), (list, '["a", "b"]'))


class Override:
    """Correct a value: merge a mapping into it, then set single paths."""

    Options: ClassVar[type[Any]] = OverrideOptions
    EMPTY: ClassVar[Json] = {}
    FILES: ClassVar[Mapping[str, str]] = {}

    def __init__(self, workspace: Workspace) -> None:
        """Need nothing of the workspace."""

    def __call__(self, options: OverrideOptions) -> Json:
        """Return the corrected copy."""
        corrections = options.merge or {}
        for key, new in corrections.items():
            _known(key, options.value)
            _check_type(options.value[key], new, key)
        # Only single values are changed in place.
        value = merge(deepcopy(options.value) if options.set else options.value, corrections)
        for text in options.set:
            path, sign, raw = text.partition("=")
            if not sign or not path:
                raise UsageError(f"'{text}' is not of the form PATH=VALUE")
            _assign(value, path.split("."), raw, path)
        return value


def _fitting(raw: str, old: Json, path: str) -> Json:
    """Return what a text stands for in the place of another value."""
    if isinstance(old, str):
        return raw
    try:
        value: Json = json.loads(raw, parse_constant=_refused)
    except (ValueError, RecursionError):
        value = raw
    _check_type(old, value, path)
    return value


def _refused(constant: str) -> Json:
    raise ValueError(f"{constant} is no number")


def _check_type(old: Json, new: Json, path: str) -> None:
    numbers = (int, float)
    is_alike = type(old) is type(new) or (type(old) in numbers and type(new) in numbers)
    if old is not None and new is not None and not is_alike:
        example = next((text for kind, text in _EXAMPLES if isinstance(old, kind)), "")
        raise UsageError(
            f"'{path}' is {named(old)}, got {named(new)}",
            help=f"give it as JSON, such as {example}" if example else "",
        )


def _known(key: str, values: Mapping[str, Json]) -> None:
    if key not in values:
        raise UsageError(f"nothing here is named '{key}'", help=closest(key, values))


def _assign(value: Json, parts: list[str], raw: str, path: str) -> None:
    for part in parts[:-1]:
        value = _entered(value, part, path)
    last = parts[-1]
    if isinstance(value, list):
        if not _is_index(last, len(value) + 1):
            raise UsageError(f"'{path}': a list of {len(value)} items has no '{last}'")
        number = int(last)
        # A new item is like its neighbour.
        old = value[min(number, len(value) - 1)] if value else None
        value[number : number + 1] = [_fitting(raw, old, path)]
    elif isinstance(value, dict):
        if len(parts) == 1:
            _known(last, value)
        value[last] = _fitting(raw, value.get(last), path)
    else:
        raise UsageError(f"'{path}': '{parts[-2]}' holds a single value")


def _entered(value: Json, part: str, path: str) -> Json:
    if isinstance(value, dict):
        _known(part, value)
        return value[part]
    if isinstance(value, list) and _is_index(part, len(value)):
        return value[int(part)]
    raise UsageError(f"'{path}' leads nowhere at '{part}'")


def _is_index(part: str, length: int) -> bool:
    return part.isascii() and part.isdigit() and len(part) < 10 and int(part) < length
