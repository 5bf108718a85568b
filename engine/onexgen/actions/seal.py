"""What a package says about itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from onexgen.actions.base import Workspace
from onexgen.actions.origin import origin_of
from onexgen.json_types import Json
from onexgen.storage import manifest


@dataclass(frozen=True, slots=True, kw_only=True)
class SealOptions:
    """Which files to seal, and what they were made from."""

    files: dict[str, Json]
    """Path -> text: all files of the package."""
    inputs: dict[str, Json]
    """Inputs of the run, to be recorded."""
    without: list[str] = field(default_factory=list)
    """Inputs that are not recorded: what differs from machine to machine."""
    family: str = ""
    """The family that the files come from: templates of others are not recorded."""
    context: dict[str, Json] = field(default_factory=dict)
    """What shaped the files besides inputs, rules and templates."""
    results: dict[str, Json] = field(default_factory=dict)
    """What was found out about the files, for `recall`."""


class Seal:
    """Add a manifest: versions, inputs, and digests of all that went in and came out."""

    Options: ClassVar[type[Any]] = SealOptions
    EMPTY: ClassVar[Json] = {}
    FILES: ClassVar[Mapping[str, str]] = {}

    def __init__(self, workspace: Workspace) -> None:
        """Use the digests and versions of the workspace."""
        self._workspace = workspace

    def __call__(self, options: SealOptions) -> Json:
        """Return the files and their manifest, sorted by path."""
        files = {path: str(text) for path, text in options.files.items() if path != manifest.PATH}
        origin = origin_of(
            self._workspace, options.inputs, options.without, options.family, options.context
        )
        text = manifest.text(files, origin, options.results)
        sealed: dict[str, Json] = {**files, manifest.PATH: text}
        return dict(sorted(sealed.items()))
