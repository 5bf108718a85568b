"""Repairs of files by programs that rules name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from onexgen.actions.base import Workspace
from onexgen.actions.check import package_folder
from onexgen.actions.options import alike
from onexgen.checking.tools import run_tool
from onexgen.json_types import Json, JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class FixOptions:
    """What to repair, by which rules."""

    files: dict[str, Json]
    """Path -> text."""
    rules: str
    """A document of kind checks; its fixes run in order."""
    package: str = ""
    """Dotted name of the package."""


class Fix:
    """Repair files: the fixes of a document of checks, in order."""

    Options: ClassVar[type[Any]] = FixOptions
    EMPTY: ClassVar[Json] = {}
    FILES: ClassVar[Mapping[str, str]] = {"rules": "checks"}

    def __init__(self, workspace: Workspace) -> None:
        """Use the rules and the scratch folder of the workspace."""
        self._workspace = workspace

    def __call__(self, options: FixOptions) -> Json:
        """Return the repaired files of one package."""
        return self.many([options])[0]

    def many(self, calls: Sequence[FixOptions]) -> list[Json]:
        """Return repaired files a package; programs run once for all with the same rules."""
        results: list[Json] = [None] * len(calls)
        for numbers in alike(calls, lambda call: call.rules):
            repaired = self._alike([calls[number] for number in numbers])
            for number, files in zip(numbers, repaired, strict=True):
                results[number] = files
        return results

    def _alike(self, calls: Sequence[FixOptions]) -> list[Json]:
        """Return repaired files a package; all of them have the same rules."""
        rules: Any = self._workspace.rules(calls[0].rules)
        scratch = self._workspace.scratch
        places = []
        for number, call in enumerate(calls):
            place = package_folder(number, call.package)
            scratch.sync(place, {name: str(text) for name, text in call.files.items()})
            places.append(place)
        context: JsonObject = {"packages": [call.package for call in calls]}
        for fix in rules["fixes"]:
            run_tool(fix["tool"], scratch.root, context, self._workspace)
        results: list[Json] = []
        for call, place in zip(calls, places, strict=True):
            names = {name: str(text) for name, text in call.files.items()}
            repaired: dict[str, Json] = {}
            repaired.update(scratch.read(place, names))
            results.append(repaired)
        return results
