"""Where a package goes."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from keyword import iskeyword
from pathlib import Path
from typing import Any, ClassVar

from onexgen.actions.base import Workspace
from onexgen.diagnostics import UsageError
from onexgen.json_types import Json, JsonObject
from onexgen.storage import markers, paths


@dataclass(frozen=True, slots=True, kw_only=True)
class LocateOptions:
    """By which rules to find the place."""

    rules: str
    """A document of kind placement."""
    context: dict[str, Json]
    """The names that its expressions may use."""


class Locate:
    """Find the folder and the dotted name of a package: the first place that fits."""

    Options: ClassVar[type[Any]] = LocateOptions
    EMPTY: ClassVar[Json] = {
        "directory": "",
        "package": "",
        "producer": "",
        "standalone": True,
        "place": "",
        "at": "",
    }
    FILES: ClassVar[Mapping[str, str]] = {"rules": "placement"}

    def __init__(self, workspace: Workspace) -> None:
        """Look from the current folder of the workspace."""
        self._workspace = workspace

    def __call__(self, options: LocateOptions) -> Json:
        """Return the place; UsageError when its names cannot be used."""
        rules: Any = self._workspace.rules(options.rules)
        elsewhere = self._workspace.elsewhere
        cwd = str(self._workspace.cwd) if elsewhere is None else elsewhere.cwd
        context: JsonObject = {**options.context, "cwd": cwd}
        suffix = str(self._workspace.evaluate(rules["suffix"], context))
        for place in rules["places"]:
            found = self._fitting(place, context)
            if found is not None:
                directory, package = (
                    str(self._workspace.evaluate(place[key], found)) + suffix
                    for key in ("directory", "package")
                )
                return _checked(directory, package, place)
        raise UsageError("no place fits", help=f"see {options.rules}")

    def _fitting(self, place: Mapping[str, Any], context: JsonObject) -> JsonObject | None:
        """Return the names for a place's expressions; None when it does not fit."""
        when, marker = place["when"], place["marker"]
        if not (when if isinstance(when, bool) else self._workspace.evaluate(when, context)):
            return None
        if marker is None:
            return context
        elsewhere = self._workspace.elsewhere
        told = (
            found_marker(self._workspace.cwd, marker)
            if elsewhere is None
            else elsewhere.markers.get(place["id"])
        )
        if not isinstance(told, dict):
            return None
        if "problem" in told:
            raise UsageError(str(told["problem"]), help=str(told.get("help", "")))
        return {**context, "marker": told}


def found_marker(folder: Path, marker: Mapping[str, str]) -> Json:
    """Return what a marker is in a folder and above, or why that cannot be told; None for nothing.

    It is data, so that it can be sent to where a package is made for this folder.
    """
    try:
        found = markers.find(folder, **marker)
    except UsageError as error:
        return {"problem": error.message, "help": error.help}
    return None if found is None else {"root": found.root, "match": found.match}


def _checked(directory: str, package: str, place: Mapping[str, Any]) -> Json:
    parts = package.split(".")
    if not all(part.isascii() and part.isidentifier() and not iskeyword(part) for part in parts):
        raise UsageError(
            f"'{package}' cannot be imported",
            help="use names of letters, digits and underscores, joined by dots; no keywords",
        )
    path = os.path.normpath(directory)
    reason = "holds a control character" if "\0" in directory else None
    reason = reason or paths.problem(path.rpartition("/")[2])
    if reason is not None:
        raise UsageError(
            f"cannot write to {directory!r}: the name {reason}", help="choose another name"
        )
    return {
        "directory": path,
        "package": package,
        "producer": parts[0].replace("_", "-").strip("-").lower(),
        "standalone": place["standalone"],
        "place": place["id"],
        "at": place["at"],
    }
