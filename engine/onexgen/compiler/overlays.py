"""Environments: single values of documents, changed by their paths."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import replace
from typing import Any, Final

from onexgen.json_types import Json
from onexgen.source import Marks, Path, Source

# Items have names of their own behind the sign, so that one overlay can add several: `rules.+two`.
_APPEND: Final = "+"


def overlaid(source: Source, changes: Mapping[str, Json], overlay: Marks) -> Source:
    """Return a file with some values changed; each knows that the overlay put it there."""
    data = deepcopy(source.data)
    origins: dict[Path, tuple[Source, Path]] = {}
    for dotted, value in changes.items():
        place: Path = ("set", source.path, dotted)
        path = _assign(data, dotted.split("."), value)
        if path is None:
            overlay.error(
                "unknown-path", place, f"{source.path} has no value at '{dotted}'",
                help="name keys by dots and list items by their id; '+' adds an item", key=True,
            )  # fmt: skip
        else:
            origins[path] = (overlay.source, place)
    return replace(source, data=data, origins=origins)


def _assign(data: Json, parts: list[str], value: Json) -> Path | None:
    """Change one value, or add an item to a list; returns its path, None without one."""
    is_new = parts[-1].startswith(_APPEND)
    path = _located(data, parts[:-1] if is_new else parts)
    if path is None:
        return None
    owner = _value(data, path if is_new else path[:-1])
    if not is_new:
        owner[path[-1]] = value
        return path
    if not isinstance(owner, list):
        return None
    owner.append(value)
    return (*path, len(owner) - 1)


def _located(data: Json, parts: list[str]) -> Path | None:
    path: list[str | int] = []
    for part in parts:
        key = _child(data, part)
        if key is None:
            return None
        path.append(key)
        data = _value(data, (key,))
    return tuple(path)


def _child(data: Json, part: str) -> str | int | None:
    """Return the key of the part of `data` that a dotted path names."""
    if isinstance(data, dict):
        return part if part in data else None
    if isinstance(data, list):
        for index, item in enumerate(data):
            if isinstance(item, dict) and part in (item.get("id"), item.get("name")):
                return index
        is_index = part.isascii() and part.isdigit() and int(part) < len(data)
        return int(part) if is_index else None
    return None


def _value(data: Any, path: Path) -> Any:
    for key in path:
        data = data[key]
    return data
