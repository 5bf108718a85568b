"""The user's configuration: `.onexgen.toml`, or `[tool.onexgen]` in pyproject.toml, nearest first.

Flags win over ONEXGEN_* variables, those over the file, the file over defaults.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from onexgen.diagnostics import ConfigError, Diagnostic, Span, closest

PREFIX: Final = "ONEXGEN_"
_FILE: Final = ".onexgen.toml"
_SHARED: Final = "pyproject.toml"
_KEYS: Final = ("env", "inputs")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a configuration file says; `root` is where the user's own pack is."""

    root: Path
    path: Path | None = None
    env: str | None = None
    inputs: dict[str, Any] = field(default_factory=dict)

    def environment(self, flag: str | None) -> str | None:
        """Return the name of the environment: flag, variable, file."""
        return flag or os.environ.get(f"{PREFIX}ENV") or self.env

    def default(self, name: str) -> Any:
        """Return what the variable or the file says about an input, None for nothing."""
        value = os.environ.get(f"{PREFIX}{name.upper()}")
        return value if value is not None else self.inputs.get(name)


def load_settings(directory: Path) -> Settings:
    """Return the settings that hold in a directory; a wrong file is a ConfigError."""
    folder = directory.resolve()
    for place in (folder, *folder.parents):
        for name in (_FILE, _SHARED):
            found = _read(place / name)
            if found is not None:
                return _settings(place, place / name, found)
        # A project ends where its version control begins.
        if (place / ".git").exists():
            break
    return Settings(root=folder)


def _read(path: Path) -> dict[str, Any] | None:
    try:
        raw = path.read_bytes()
    except OSError:
        return None
    if path.name == _SHARED and b"[tool.onexgen" not in raw:
        return None
    import tomllib

    try:
        data = tomllib.loads(raw.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise _wrong(path, "toml-syntax", f"not TOML: {error}", "") from error
    if path.name == _SHARED:
        tool: dict[str, Any] = data["tool"]["onexgen"]
        return tool
    return data


def _settings(root: Path, path: Path, data: dict[str, Any]) -> Settings:
    for key in data:
        if key not in _KEYS:
            raise _wrong(path, "unknown-key", f"unknown key '{key}'", closest(key, _KEYS))
    env, inputs = data.get("env"), data.get("inputs", {})
    if env is not None and not isinstance(env, str):
        raise _wrong(path, "wrong-type", "'env' must be text", "")
    if not isinstance(inputs, dict):
        raise _wrong(path, "wrong-type", "'inputs' must be a table", "")
    return Settings(root=root, path=path, env=env, inputs=inputs)


def _wrong(path: Path, code: str, message: str, help_text: str) -> ConfigError:
    """Return an error at the first line that names the key, else at the top."""
    word = message.partition("'")[2].partition("'")[0]
    text = path.read_bytes().decode("utf-8", "replace")
    lines = text.splitlines()
    line = next((n for n, content in enumerate(lines, 1) if word and word in content), 1)
    column = (lines[line - 1].find(word) if lines and word else 0) + 1
    span = Span(line, column, line, column + max(len(word), 1))
    found = Diagnostic(code, message, path.name, span, help=help_text)
    return ConfigError(message, diagnostics=(found,), texts={path.name: text})
