"""Data from blueprints."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from typing import Any, ClassVar

from onexgen.actions.base import Workspace
from onexgen.diagnostics import OnexgenError, closest
from onexgen.filters import merge
from onexgen.json_types import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildOptions:
    """Which blueprint to fill, and with what."""

    file: str
    """A blueprint of the pack, or with `family` the name of one in each of its folders."""
    context: dict[str, Json]
    """The names that expressions may use."""
    family: str = ""
    """A family: its blueprints are merged from the oldest ancestor to the family itself."""


class Build:
    """Fill a blueprint: data whose texts may hold expressions."""

    Options: ClassVar[type[Any]] = BuildOptions
    EMPTY: ClassVar[Json] = {}
    FILES: ClassVar[Mapping[str, str]] = {"family": "family", "file": "blueprint"}

    def __init__(self, workspace: Workspace) -> None:
        """Use the blueprints of the workspace."""
        self._workspace = workspace

    def __call__(self, options: BuildOptions) -> Json:
        """Return the filled data; keys see the earlier ones of the same level as `this`."""
        tree = self._tree(options)
        if not isinstance(tree, dict):
            value: Json = self._workspace.expressions.fill_all(tree, options.context)
            return value
        done: dict[str, Json] = {}
        context: dict[str, Json] = {**options.context, "this": done}
        for key, value in tree.items():
            filled = self._workspace.expressions.fill_all({key: value}, context)
            done.update(filled)
        return done

    def _tree(self, options: BuildOptions) -> Json:
        if not options.family:
            known = self._workspace.blueprints
            if options.file not in known:
                raise OnexgenError(
                    f"no blueprint is named '{options.file}'", help=closest(options.file, known)
                )
            return known[options.file]
        family = self._workspace.family(options.family)
        empty: Json = {}
        return reduce(_merged, family.blueprints.get(options.file, []), empty)


def _merged(old: Json, new: Json) -> Json:
    return merge(old, new) if isinstance(old, dict) and isinstance(new, dict) else new
