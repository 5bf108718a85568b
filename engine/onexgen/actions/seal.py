"""What a package says about itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final

from onexgen.actions.base import Workspace
from onexgen.json_types import Json
from onexgen.storage import manifest

_FAMILIES: Final = "templates/"


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
        left_out = set(options.without)
        origin = manifest.Origin(
            version=self._workspace.version,
            pipeline=self._workspace.pipeline,
            environment=self._workspace.environment,
            inputs={k: v for k, v in options.inputs.items() if k not in left_out},
            sources=self._sources(options.family),
        )
        sealed: dict[str, Json] = {**files, manifest.PATH: manifest.text(files, origin)}
        return dict(sorted(sealed.items()))

    def _sources(self, family: str) -> dict[str, str]:
        """Return the digests of all that can have shaped the files."""
        digests = self._workspace.digests
        if not family:
            return dict(digests)
        own = set(self._workspace.family(family).sources)
        # A file in a folder below templates belongs to a family; the rest belongs to all.
        return {
            path: digest
            for path, digest in digests.items()
            if path in own or not path.startswith(_FAMILIES) or path.count("/") == 1
        }
