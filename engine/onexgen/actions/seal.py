"""What a package says about itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from onexgen.actions.base import Workspace
from onexgen.diagnostics import ConfigError, closest
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
    sources: list[str] = field(default_factory=list)
    """Files, or folders ending in a slash, of the pack that were used; all when empty."""


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
            sources=self._sources(options.sources),
        )
        sealed: dict[str, Json] = {**files, manifest.PATH: manifest.text(files, origin)}
        return dict(sorted(sealed.items()))

    def _sources(self, names: list[str]) -> dict[str, str]:
        digests = self._workspace.digests
        if not names:
            return dict(digests)
        found: dict[str, str] = {}
        for name in names:
            used = {
                path: digest
                for path, digest in digests.items()
                if path == name or (name.endswith("/") and path.startswith(name))
            }
            if not used:
                raise ConfigError(
                    f"the run used no file '{name}' of the pack", help=closest(name, digests)
                )
            found |= used
        return found
