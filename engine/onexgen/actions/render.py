"""Files from templates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from onexgen.actions.base import Workspace
from onexgen.diagnostics import OnexgenError
from onexgen.json_types import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderOptions:
    """Which files of which family to make."""

    family: str
    """The family of templates."""
    context: dict[str, Json]
    """The names that templates may use."""
    groups: list[str] = field(default_factory=list)
    """Only files of these groups; all when empty."""
    onto: dict[str, Json] = field(default_factory=dict)
    """Files made before; the new ones are added to them."""


class Render:
    """Render the files of a family."""

    Options: ClassVar[type[Any]] = RenderOptions
    EMPTY: ClassVar[Json] = {}
    FILES: ClassVar[Mapping[str, str]] = {"family": "family"}

    def __init__(self, workspace: Workspace) -> None:
        """Use the templates of the workspace."""
        self._workspace = workspace

    def __call__(self, options: RenderOptions) -> Json:
        """Return path -> text, sorted by path."""
        family = self._workspace.family(options.family)
        files: dict[str, Json] = dict(options.onto)
        made: dict[str, str] = {}
        for file in family.files:
            if options.groups and file.group not in options.groups:
                continue
            if not self._holds(file.when, options.context):
                continue
            path = str(self._workspace.evaluate(file.path, options.context))
            if path in made:
                raise OnexgenError(
                    f"{file.at}: '{path}' was made already", help=f"by the entry at {made[path]}"
                )
            made[path] = file.at
            files[path] = self._workspace.render(file.template, options.context)
        return dict(sorted(files.items()))

    def _holds(self, when: str | bool, context: Mapping[str, Json]) -> bool:
        if isinstance(when, bool):
            return when
        return bool(self._workspace.evaluate(when, context))
