"""Writes a package beside its place."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from onexgen.actions.base import Workspace
from onexgen.diagnostics import OnexgenError, UnsafeError, UsageError
from onexgen.json_types import Json
from onexgen.storage.staging import WAIT_SECONDS, Staged, abandon, keep, stage


@dataclass(frozen=True, slots=True, kw_only=True)
class StageOptions:
    """What to write, and where it is to go."""

    files: dict[str, Json]
    """Path -> text."""
    target: str
    """Folder of the package; relative to the current folder."""
    onto: dict[str, Json] = field(default_factory=dict)
    """What this action returned earlier: the files are added to those."""
    force: bool = False
    """Whether a folder that something else wrote may be replaced; what differs is kept."""


class Stage:
    """Write files beside the place of a package; nothing is in its place before the commit."""

    Options: ClassVar[type[Any]] = StageOptions
    EMPTY: ClassVar[Json] = Staged("").to_json()
    FILES: ClassVar[Mapping[str, str]] = {}

    def __init__(self, workspace: Workspace) -> None:
        """Use the current folder and the deadline of the workspace."""
        self._workspace = workspace

    def __call__(self, options: StageOptions) -> Json:
        """Return where the files are now; `staging` is empty when all are in place already."""
        if not options.target:
            raise UnsafeError("no folder to write to is named", help="locate the package first")
        if self._workspace.elsewhere is not None:
            return Staged(options.target, files=tuple(options.files)).to_json()
        target = os.path.normpath(self._workspace.cwd / options.target)
        if self._workspace.preview is not None:
            return {**Staged(target, files=tuple(options.files)).to_json(), "texts": options.files}
        earlier = Staged.from_json(options.onto)
        return stage(
            target,
            {path: str(text) for path, text in options.files.items()},
            earlier=earlier if earlier.target else None,
            force=options.force,
            wait=min(WAIT_SECONDS, self._workspace.deadline.remaining()),
        ).to_json()

    def many(self, every: Sequence[StageOptions]) -> list[Json | OnexgenError]:
        """Stage the packages of a batch; the second with the same place fails at once."""
        taken: set[str] = set()
        results: list[Json | OnexgenError] = []
        for options in every:
            target = os.path.normpath(self._workspace.cwd / options.target)
            try:
                if options.target and target in taken:
                    raise UsageError(
                        f"{target} is the place of an earlier request of this batch",
                        help="give one of the two another name or another folder",
                    )
                taken.add(target)
                results.append(self(options))
            except OnexgenError as error:
                results.append(error)
        return results

    def undo(self, value: Json) -> None:
        """Remove what a failed run staged, or keep it where it was asked for."""
        staging = Staged.from_json(value).staging
        kept = self._workspace.keep_failed
        if staging and kept is not None:
            keep(staging, str(self._workspace.cwd / kept))
        else:
            abandon(staging)
