"""Puts a package in its place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from onexgen.actions.base import Workspace
from onexgen.json_types import Json
from onexgen.storage.committing import Committed, commit
from onexgen.storage.manifest import CACHES
from onexgen.storage.preview import preview
from onexgen.storage.staging import Staged


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitOptions:
    """What to put in its place, and what may be replaced."""

    staged: dict[str, Json]
    """What `stage` returned last."""
    force: bool = False
    """Whether changed files and other people's folders may be replaced; what differs is kept."""
    caches: list[str] = field(default_factory=lambda: list(CACHES))
    """Names of folders and files that are not carried over to the new package."""


class Commit:
    """Put a staged package in its place: all files or none, and nothing of the user's is lost."""

    Options: ClassVar[type[Any]] = CommitOptions
    EMPTY: ClassVar[Json] = Committed("").to_json()
    FILES: ClassVar[Mapping[str, str]] = {}

    def __init__(self, workspace: Workspace) -> None:
        """Use the deadline of the workspace."""
        self._workspace = workspace

    def __call__(self, options: CommitOptions) -> Json:
        """Return what was written, carried over and replaced."""
        staged = Staged.from_json(options.staged)
        if not staged.target:
            return self.EMPTY
        self._workspace.deadline.check()
        if self._workspace.elsewhere is not None:
            return Committed(staged.target, staged.files, len(staged.files)).to_json()
        mode, texts = self._workspace.preview, options.staged.get("texts")
        if mode is not None and isinstance(texts, dict):
            files = {name: str(text) for name, text in texts.items()}
            return preview(staged.target, files, force=options.force, with_diff=mode == "diff")
        return commit(staged, force=options.force, caches=options.caches).to_json()
