"""A folder on disk as a package in memory; what cannot be read is said, never skipped silently."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from onexgen.checking.globs import selected
from onexgen.checking.looking import Unread
from onexgen.diagnostics import ConfigError, UsageError
from onexgen.json_types import Json, JsonObject
from onexgen.source import load


@dataclass(slots=True)
class Reading:
    """The texts of a package, its data, and what could not be read."""

    files: dict[str, str] = field(default_factory=dict)
    data: JsonObject = field(default_factory=dict)
    unread: list[Unread] = field(default_factory=list)


def rules_of_reading(checks: Mapping[str, Any], file: str) -> Mapping[str, Any]:
    """Return how a document of checks reads packages; UsageError when it does not say."""
    rules: Mapping[str, Any] | None = checks["reading"]
    if rules is None:
        said = f"{file} does not say how packages are read"
        raise UsageError(said, help="give it a part `reading`")
    return rules


def packages_in(root: Path, rules: Mapping[str, Any]) -> list[Path]:
    """Return the folders at or below `root` that are packages, none of them inside another."""
    found: list[Path] = []
    for folder, names, files in os.walk(root):
        inside = os.path.relpath(folder, root)
        if set(rules["marks"]) & set(files):
            found.append(Path(folder))
            names.clear()
            continue
        prefix = "" if inside == "." else f"{inside}/"
        names[:] = sorted(set(names) - _left_out(prefix, names, rules))
    return found


def read_package(folder: Path, rules: Mapping[str, Any]) -> Reading:
    """Read the text files of a package; links are followed as long as they stay inside of it."""
    reading = Reading()
    inside = os.path.join(os.path.realpath(folder), "")
    for name in sorted(_names(folder, rules)):
        obstacle = _obstacle(inside, name, rules["most_bytes"])
        if isinstance(obstacle, Unread):
            reading.unread.append(obstacle)
        else:
            reading.files[name] = obstacle
    return with_data(reading, rules)


def _names(folder: Path, rules: Mapping[str, Any]) -> Iterator[str]:
    """Yield the files that a package has, and links to folders: these are never gone into."""
    for place, folders, files in os.walk(folder):
        inside = os.path.relpath(place, folder)
        prefix = "" if inside == "." else f"{inside}/".replace(os.sep, "/")
        links = [name for name in folders if Path(place, name).is_symlink()]
        out = _left_out(prefix, [*folders, *files], rules)
        folders[:] = sorted(set(folders) - out - set(links))
        text = selected((f"{prefix}{name}" for name in files), rules["text"])
        yield from (name for name in text if name.removeprefix(prefix) not in out)
        yield from (f"{prefix}{name}" for name in links if name not in out)


def _left_out(prefix: str, names: list[str], rules: Mapping[str, Any]) -> set[str]:
    """Return the names that are no part of a package, folders by what would be inside of them."""
    skipped = rules["skip"]
    return {
        name
        for name in names
        if skipped and selected((f"{prefix}{name}", f"{prefix}{name}/_"), skipped)
    }


def _obstacle(inside: str, name: str, most: int) -> str | Unread:
    """Return the text of a file in a folder, or what keeps it from being read."""
    try:
        real = os.path.realpath(inside + name, strict=True)
        if not real.startswith(inside):
            return Unread("link", name, words=f"{name} leads out of the package")
        info = os.stat(real)
        if not stat.S_ISREG(info.st_mode):
            return Unread("link", name, words=f"{name} is no plain file")
        if info.st_size > most:
            said = f"{name} has {info.st_size:,} bytes, more than {most:,}"
            return Unread("size", name, words=said)
        with open(real, "rb") as file:
            raw = file.read()
    except (OSError, RuntimeError) as error:
        return Unread("access", name, words=f"{name}: {getattr(error, 'strerror', error)}")
    if b"\0" in raw:
        return Unread("binary", name, words=f"{name} is binary")
    try:
        return raw.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        return Unread("encoding", name, line, words=f"{name} is not UTF-8")


def with_data(reading: Reading, rules: Mapping[str, Any]) -> Reading:
    """Parse the file that checks look at as data."""
    name = rules["data"]
    text = reading.files.get(name)
    if text is None:
        return reading
    try:
        data: Json = load(name, text.encode()).data
    except ConfigError as error:
        for item in error.diagnostics:
            line, column = (item.span.line, item.span.column) if item.span else (1, 1)
            reading.unread.append(Unread("syntax", name, line, column, item.message))
        return reading
    if isinstance(data, dict):
        reading.data = data
    else:
        reading.unread.append(Unread("syntax", name, words=f"{name} holds no mapping"))
    return reading
