"""Declares what a package needs."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

from onexgen.actions.base import Workspace
from onexgen.diagnostics import OnexgenError
from onexgen.json_types import Json
from onexgen.testing.dependencies import Wanted, declare, declared_in, file_of


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclareOptions:
    """Which package, and what it lacks."""

    folder: str
    """Folder of the package; its file is there or above: pyproject.toml or requirements.txt."""
    missing: list[dict[str, Json]] = field(default_factory=list)
    """What to add, as `diagnose` returns it: `package`, and the `files` that need it."""
    tests: str = "tests"
    """Folder of the tests: what only they need is no dependency of the package itself."""


class Declare:
    """Add missing dependencies to the file of a package, and return all that it declares."""

    Options: ClassVar[type[Any]] = DeclareOptions
    EMPTY: ClassVar[Json] = {"file": None, "added": [], "declared": []}
    FILES: ClassVar[Mapping[str, str]] = {}

    def __init__(self, workspace: Workspace) -> None:
        """Use the current folder of the workspace."""
        self._workspace = workspace

    def __call__(self, options: DeclareOptions) -> Json:
        """Return the file, what was added to it and what it declares; installs nothing."""
        folder = Path(os.path.normpath(self._workspace.cwd / options.folder))
        wanted = [_wanted(item, f"{options.tests}/") for item in options.missing]
        path = file_of(folder)
        if path is None:
            if wanted:
                names = ", ".join(one.package for one in wanted)
                raise OnexgenError(
                    f"there is no file to which {names} could be added",
                    help=f"{folder} and the folders above have no pyproject.toml and no "
                    "requirements.txt",
                )
            return {"file": None, "added": [], "declared": []}
        # Only looking for what would change must change nothing.
        added = [] if self._workspace.preview else declare(path, wanted)
        shown = os.path.relpath(path, self._workspace.cwd)
        return {"file": shown, "added": [*added], "declared": [*declared_in(path)]}


def _wanted(item: Mapping[str, Any], tests: str) -> Wanted:
    files = item["files"]
    for_tests = bool(files) and all(name.startswith(tests) for name in files)
    return Wanted(package=str(item["package"]), for_tests=for_tests)
