"""Single values of documents, changed by their paths: for one environment, or by a project."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from copy import deepcopy
from dataclasses import replace
from typing import Any, Final

from onexgen.diagnostics import nearest
from onexgen.json_types import Json
from onexgen.source import Marks, Path, Source

# Items have names of their own behind the sign, so that one overlay can add several: `rules.+two`.
_APPEND: Final = "+"
_HOW: Final = "name keys by dots and list items by their id; '+' adds an item"

# Path of a mapping -> the keys that its grammar knows, whether or not they are written.
type Keys = Callable[[Path], Collection[str]]


def overlaid(source: Source, changes: Mapping[str, Json], overlay: Marks, keys: Keys) -> Source:
    """Return a file with some values changed; each knows that the overlay put it there."""
    data = deepcopy(source.data)
    origins = dict(source.origins)
    for dotted, value in changes.items():
        place: Path = ("set", source.path, dotted)
        parts = dotted.split(".")
        path = _assign(data, parts, value, keys)
        if path is None:
            overlay.error(
                "unknown-path", place, f"{source.path} has no value at '{dotted}'",
                help=_meant(data, parts, keys) or _HOW, key=True,
            )  # fmt: skip
        else:
            inside = [other for other in origins if other[: len(path)] == path]
            for other in inside:
                del origins[other]
            origins[path] = (overlay.source, place)
    return replace(source, data=data, origins=origins)


def dotted_path(data: Json, path: Path) -> str:
    """Return the path by which an overlay names a value: list items by their id or name."""
    parts: list[str] = []
    for key in path:
        item = _value(data, (key,))
        name = _name(item) if isinstance(data, list) else None
        parts.append(str(key) if name is None else name)
        data = item
    return ".".join(parts)


def _name(item: Json) -> str | None:
    named = (item.get("id"), item.get("name")) if isinstance(item, dict) else ()
    return next((name for name in named if isinstance(name, str)), None)


def _assign(data: Json, parts: list[str], value: Json, keys: Keys) -> Path | None:
    """Change one value, or add an item or a key; returns its path, None without one."""
    is_item = parts[-1].startswith(_APPEND)
    owner_path = _located(data, parts[:-1])
    if owner_path is None:
        return None
    owner = _value(data, owner_path)
    name = parts[-1].removeprefix(_APPEND)
    if is_item and name and isinstance(owner, dict):
        # A key of a mapping that may hold any, such as names and what they stand for.
        owner[name] = value
        return (*owner_path, name)
    if is_item:
        if not isinstance(owner, list):
            return None
        owner.append(value)
        return (*owner_path, len(owner) - 1)
    key = _child(owner, parts[-1])
    if key is None and isinstance(owner, dict) and parts[-1] in keys(owner_path):
        key = parts[-1]
    if key is None:
        return None
    owner[key] = value
    return (*owner_path, key)


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


def _meant(data: Json, parts: list[str], keys: Keys) -> str:
    """Return the path that was probably meant: the first part that is not there, spelt right."""
    path: Path = ()
    for index, part in enumerate(parts):
        here = _value(data, path)
        key = _child(here, part)
        if key is None:
            known = (
                [str(name) for name in map(_name, here) if name] if isinstance(here, list) else []
            )
            known += [*here, *keys(path)] if isinstance(here, dict) else []
            near = nearest(part, known)
            right = ".".join([*parts[:index], near or "", *parts[index + 1 :]])
            return f"did you mean '{right}'?" if near else ""
        path = (*path, key)
    return ""


def _value(data: Any, path: Path) -> Any:
    for key in path:
        data = data[key]
    return data
