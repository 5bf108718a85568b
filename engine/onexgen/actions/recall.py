"""What was made before need not be made again."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from onexgen.actions.base import Workspace
from onexgen.actions.origin import origin_of
from onexgen.json_types import Json
from onexgen.storage import manifest
from onexgen.storage.committing import Committed


@dataclass(frozen=True, slots=True, kw_only=True)
class RecallOptions:
    """Where to look, and what the package would be made from: as `seal` is told."""

    target: str
    """Folder of the package; relative to the current folder."""
    inputs: dict[str, Json]
    """Inputs of the run."""
    without: list[str] = field(default_factory=list)
    """Inputs that are not recorded."""
    family: str = ""
    """The family that the files would come from."""
    context: dict[str, Json] = field(default_factory=dict)
    """What else would shape the files."""


class Recall:
    """Find a package that was made from the very same and never changed: its files and results."""

    Options: ClassVar[type[Any]] = RecallOptions
    EMPTY: ClassVar[Json] = {"found": False, "files": {}, "results": {}, "written": {}}
    FILES: ClassVar[Mapping[str, str]] = {}

    def __init__(self, workspace: Workspace) -> None:
        """Use the digests and versions of the workspace."""
        self._workspace = workspace

    def __call__(self, options: RecallOptions) -> Json:
        """Return path -> text, the recorded results, and what `commit` would return."""
        target = os.path.normpath(self._workspace.cwd / options.target)
        origin = origin_of(
            self._workspace, options.inputs, options.without, options.family, options.context
        )
        found = manifest.recall(target, origin)
        if found is None:
            return self.EMPTY
        files: dict[str, Json] = dict(sorted(found.files.items()))
        return {
            "found": True,
            "files": files,
            "results": dict(found.results),
            "written": Committed(target, tuple(files)).to_json(),
        }
