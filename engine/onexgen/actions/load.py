"""A package that is, or would be, on disk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Final

from onexgen.actions.base import Workspace
from onexgen.checking.reading import Reading, read_package, rules_of_reading, with_data
from onexgen.diagnostics import UsageError
from onexgen.json_types import Json
from onexgen.testing.place import dotted_name


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadOptions:
    """Which folder to read, and by which rules."""

    folder: str
    """Folder of the package, from the current one."""
    rules: str
    """A document of kind checks that says how packages are read."""
    files: dict[str, Json] = field(default_factory=dict)
    """Path -> text: what the folder would hold, instead of what it holds."""


class Load:
    """Read a package from disk: its texts, its data, and what could not be read."""

    Options: ClassVar[type[Any]] = LoadOptions
    EMPTY: ClassVar[Json] = {"folder": "", "package": "", "files": {}, "data": {}, "unread": []}
    FILES: ClassVar[Mapping[str, str]] = {"rules": "checks"}

    def __init__(self, workspace: Workspace) -> None:
        """Look from the current folder of the workspace."""
        self._workspace: Final = workspace

    def __call__(self, options: LoadOptions) -> Json:
        """Return the package; UsageError where there is no folder."""
        folder = Path(self._workspace.cwd, options.folder)
        if not folder.is_dir():
            raise UsageError(f"{options.folder} is no folder", help="name the folder of a package")
        checks: Any = self._workspace.rules(options.rules)
        rules = rules_of_reading(checks, options.rules)
        texts = {name: str(text) for name, text in options.files.items()}
        reading = with_data(Reading(texts), rules) if texts else read_package(folder, rules)
        return {
            "folder": options.folder,
            "package": dotted_name(folder.resolve()),
            "files": dict(reading.files),
            "data": reading.data,
            "unread": [dict(item._asdict()) for item in reading.unread],
        }
