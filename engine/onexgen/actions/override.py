"""A person's corrections over what was understood."""

from __future__ import annotations

import json
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any, ClassVar

from onexgen.actions.base import Workspace
from onexgen.diagnostics import UsageError, closest
from onexgen.filters import merge
from onexgen.json_types import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class OverrideOptions:
    """A value and what to change in it."""

    value: dict[str, Json]
    """The value to correct."""
    merge: dict[str, Json] | None = None
    """Values that replace those of the same key, deeply."""
    set: list[str] = field(default_factory=list)
    """PATH=VALUE texts; VALUE is JSON where it parses as JSON, else text."""


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
        for key in corrections:
            _known(key, options.value)
        value = merge(deepcopy(options.value), corrections)
        for text in options.set:
            path, sign, raw = text.partition("=")
            if not sign or not path:
                raise UsageError(f"'{text}' is not of the form PATH=VALUE")
            _assign(value, path.split("."), _parsed(raw), path)
        return value


def _parsed(raw: str) -> Json:
    try:
        value: Json = json.loads(raw)
    except ValueError:
        return raw
    return value


def _known(key: str, values: Mapping[str, Json]) -> None:
    if key not in values:
        raise UsageError(f"nothing here is named '{key}'", help=closest(key, values))


def _assign(value: Json, parts: list[str], new: Json, path: str) -> None:
    for part in parts[:-1]:
        value = _entered(value, part, path)
    last = parts[-1]
    if isinstance(value, list):
        if not last.isdigit() or int(last) > len(value):
            raise UsageError(f"'{path}': a list of {len(value)} items has no '{last}'")
        value[int(last) : int(last) + 1] = [new]
    elif isinstance(value, dict):
        if len(parts) == 1:
            _known(last, value)
        value[last] = new
    else:
        raise UsageError(f"'{path}': '{parts[-2]}' holds a single value")


def _entered(value: Json, part: str, path: str) -> Json:
    if isinstance(value, dict):
        _known(part, value)
        return value[part]
    if isinstance(value, list) and part.isdigit() and int(part) < len(value):
        return value[int(part)]
    raise UsageError(f"'{path}' leads nowhere at '{part}'")
