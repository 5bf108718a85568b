"""The user's configuration: `.onexgen.toml`, or `[tool.onexgen]` in pyproject.toml, nearest first.

Flags win over ONEXGEN_* variables, those over the file, the file over defaults.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from onexgen.diagnostics import ConfigError, Diagnostic, Span, closest
from onexgen.resources import Pack

PREFIX: Final = "ONEXGEN_"
_FILE: Final = ".onexgen.toml"
_SHARED: Final = "pyproject.toml"
_SECTION: Final = "[tool.onexgen"
# Key -> type, and what that is called.
_KEYS: Final[dict[str, tuple[type, str]]] = {
    "alone": (bool, "true or false"),
    "env": (str, "text"),
    "inputs": (dict, "a table"),
    "tests": (dict, "a table"),
}
# Keys of tables that have known ones; which input takes which says the pipeline.
_TABLES: Final[dict[str, dict[str, tuple[type | tuple[type, ...], str]]]] = {
    "tests": {
        "enable_coverage": (bool, "true or false"),
        "required_coverage_percent": ((int, float), "a number"),
        "retry_on_failure": (bool, "true or false"),
        "run_tests_by_default": (bool, "true or false"),
        "strict_mode": (bool, "true or false"),
        "test_timeout_seconds": ((int, float), "a number"),
        "test_types": (list, "a list"),
        "verbose": (bool, "true or false"),
    },
}
NAMED_SETTINGS: Final = tuple(f"{table}.{key}" for table, keys in _TABLES.items() for key in keys)
"""Keys of tables, as the inputs of pipelines name them."""
_WHERE: Final = re.compile(r" \(at line (\d+), column (\d+)\)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a configuration file says; `root` is where the user's own pack is.

    `alone`: nothing of the installed pack is used.
    """

    root: Path
    path: Path | None = None
    alone: bool = False
    env: str | None = None
    inputs: dict[str, Any] = field(default_factory=dict)
    tests: dict[str, Any] = field(default_factory=dict)

    def pack(self) -> Pack:
        """Return the data files that hold: the user's own over the installed ones."""
        return Pack.at(self.root, alone=self.alone)

    def environment(self, flag: str | None) -> str | None:
        """Return the name of the environment: flag, variable, file."""
        return flag or os.environ.get(f"{PREFIX}ENV") or self.env

    def default(self, name: str) -> Any:
        """Return what the variable or the file says about an input, None for nothing.

        A name such as `tests.strict_mode` is that of a key in a table of the file.
        """
        if name in NAMED_SETTINGS:
            table, _, key = name.partition(".")
            return getattr(self, table).get(key)
        value = os.environ.get(f"{PREFIX}{name.upper()}")
        return value if value is not None else self.inputs.get(name)


def pack_here(environment: str | None) -> tuple[Pack, str | None]:
    """Return the pack of the current folder, and the name of the environment that holds."""
    settings = load_settings(Path.cwd())
    return settings.pack(), settings.environment(environment)


def load_settings(directory: Path) -> Settings:
    """Return the settings that hold in a directory; a wrong file is a ConfigError."""
    folder = directory.resolve()
    for place in (folder, *folder.parents):
        for name in (_FILE, _SHARED):
            found = _read(place / name)
            if found is not None:
                return _settings(place / name, *found)
        # A project ends where its version control begins.
        if (place / ".git").exists():
            break
    return Settings(root=folder)


def _read(path: Path) -> tuple[str, dict[str, Any]] | None:
    """Return text and content of a file; None when there is none, or it says nothing to us."""
    try:
        raw = path.read_bytes()
    except OSError:
        return None
    if path.name == _SHARED and _SECTION.encode() not in raw:
        return None
    import tomllib

    try:
        text = raw.decode("utf-8")
        data = tomllib.loads(text)
    except UnicodeDecodeError as error:
        text = raw.decode("utf-8", "replace")
        span = Span(1, 1, 1, 1)
        raise _wrong(
            path, text, [("not-utf8", f"not UTF-8: byte {error.start + 1}", span, "")]
        ) from error
    except tomllib.TOMLDecodeError as error:
        said, span = _syntax(str(error))
        raise _wrong(path, text, [("toml-syntax", said, span, "")]) from error
    if path.name != _SHARED:
        return text, data
    tool = data.get("tool")
    own = tool.get("onexgen") if isinstance(tool, dict) else None
    return (text, own) if isinstance(own, dict) else None


def _syntax(message: str) -> tuple[str, Span]:
    where = _WHERE.search(message)
    line, column = (int(where[1]), int(where[2])) if where else (1, 1)
    said = _WHERE.sub("", message)
    return f"not TOML: {said[:1].lower()}{said[1:]}", Span(line, column, line, column + 1)


def _settings(path: Path, text: str, data: dict[str, Any]) -> Settings:
    problems = list(_problems(path, text, data))
    if problems:
        raise _wrong(path, text, problems)
    return Settings(root=path.parent, path=path, **data)


def _problems(path: Path, text: str, data: dict[str, Any]) -> Iterator[tuple[str, str, Span, str]]:
    """Yield code, message, place and remedy of everything that is wrong."""
    for key, value in data.items():
        span = _place(text, key, text.find(_SECTION) if path.name == _SHARED else 0)
        if key not in _KEYS:
            yield "unknown-key", f"unknown key '{key}'", span, closest(key, _KEYS)
        elif not isinstance(value, _KEYS[key][0]):
            yield "wrong-type", f"'{key}' must be {_KEYS[key][1]}", span, ""
        elif isinstance(value, dict) and key in _TABLES:
            yield from _problems_below(path, text, key, value)


def _problems_below(
    path: Path, text: str, table: str, data: dict[str, Any]
) -> Iterator[tuple[str, str, Span, str]]:
    known = _TABLES[table]
    for key, value in data.items():
        span = _place(text, key, text.find(_SECTION) if path.name == _SHARED else 0)
        if key not in known:
            yield "unknown-key", f"unknown key '{key}' in '{table}'", span, closest(key, known)
            continue
        kind, called = known[key]
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            yield "wrong-type", f"'{key}' must be {called}", span, ""


def _place(text: str, key: str, start: int) -> Span:
    """Return where a key stands; the parser tells no positions."""
    found = re.compile(
        rf"^[ \t\[\"']*(?:tool\.onexgen\.)?({re.escape(key)})\b", re.MULTILINE
    ).search(text, max(start, 0))
    if found is None:
        return Span(1, 1, 1, 1)
    line = text.count("\n", 0, found.start(1)) + 1
    column = found.start(1) - text.rfind("\n", 0, found.start(1))
    return Span(line, column, line, column + len(key))


def _wrong(path: Path, text: str, problems: list[tuple[str, str, Span, str]]) -> ConfigError:
    found = [
        Diagnostic(code, message, path.name, span, help=help_text)
        for code, message, span, help_text in problems
    ]
    return ConfigError(f"{path.name} is wrong", diagnostics=found, texts={path.name: text})
