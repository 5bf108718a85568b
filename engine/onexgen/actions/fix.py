"""Repairs of files by the safe fixes that rules name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from onexgen.actions.base import Workspace
from onexgen.actions.options import alike
from onexgen.checking.globs import selected
from onexgen.checking.packages import Packages
from onexgen.checking.repairing import apply
from onexgen.checking.tools import Running
from onexgen.json_types import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class FixOptions:
    """What to repair, by which rules."""

    files: dict[str, Json]
    """Path -> text."""
    rules: str
    """A document of kind checks; its fixes run in order."""
    only: list[str] = field(default_factory=list)
    """Ids of the fixes to run; all when empty."""
    package: str = ""
    """Dotted name of the package."""


class Fix:
    """Repair files: the safe fixes of a document of checks, programs last."""

    Options: ClassVar[type[Any]] = FixOptions
    EMPTY: ClassVar[Json] = {}
    FILES: ClassVar[Mapping[str, str]] = {"rules": "checks"}

    def __init__(self, workspace: Workspace) -> None:
        """Use the rules and the scratch folder of the workspace."""
        self._workspace = workspace
        # What came out of the repairs by file need not go in again.
        self._repaired: dict[tuple[str, ...], dict[str, str]] = {}

    def __call__(self, options: FixOptions) -> Json:
        """Return the repaired files of one package."""
        return self.many([options])[0]

    def many(self, calls: Sequence[FixOptions]) -> list[Json]:
        """Return repaired files a package; programs run once for all with the same rules."""
        results: list[Json] = [None] * len(calls)
        for numbers in alike(calls, lambda call: (call.rules, tuple(call.only))):
            repaired = self._alike([calls[number] for number in numbers])
            for number, files in zip(numbers, repaired, strict=True):
                results[number] = files
        return results

    def _alike(self, calls: Sequence[FixOptions]) -> list[Json]:
        """Return repaired files a package; all of them have the same rules."""
        rules: Any = self._workspace.rules(calls[0].rules)
        only = calls[0].only
        safe = [fix for fix in rules["fixes"] if not fix["unsafe"]]
        wanted = [fix for fix in safe if not only or fix["id"] in only]
        fixes = [fix for fix in wanted if fix["tool"]]
        texts = [{k: str(v) for k, v in call.files.items()} for call in calls]
        for fix in wanted:
            if not fix["tool"]:
                texts = [apply(fix, files, "", self._workspace, files) for files in texts]
        if not fixes:
            return [dict[str, Json](files) for files in texts]
        named = [(call.package, files) for call, files in zip(calls, texts, strict=True)]
        packages = Packages(self._workspace.scratch, named)
        repaired = self._repaired.setdefault(tuple(only), {})
        changed = packages.without(repaired)
        for fix in fixes:
            everything = changed if fix["tool"]["by_file"] else packages.names
            task = packages.task([selected(names, fix["files"]) for names in everything])
            if task.packages:
                Running(fix["tool"], task, self._workspace).output()
        if not all(fix["tool"]["by_file"] for fix in fixes):
            changed = packages.names
        results = packages.read(changed)
        for places, files in zip(packages.all_places(), results, strict=True):
            repaired.update(zip(places, files.values(), strict=True))
        return [dict[str, Json](files) for files in results]
