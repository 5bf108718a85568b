"""Repairs of a package until nothing changes, with the reason of each change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from onexgen.actions.base import Workspace
from onexgen.checking.repairing import repaired
from onexgen.json_types import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class RepairOptions:
    """What to repair, by which rules."""

    files: dict[str, Json]
    """Path -> text."""
    rules: str
    """A document of kind checks; its fixes run in order."""
    package: str = ""
    """Dotted name of the package."""
    unsafe: bool = False
    """Also apply fixes that may change what the code does."""
    at_most: int = 5
    """How many rounds there may be until nothing changes."""


class Repair:
    """Repair files until nothing changes, and say which fix changed what."""

    Options: ClassVar[type[Any]] = RepairOptions
    EMPTY: ClassVar[Json] = {"files": {}, "changes": [], "rounds": 0}
    FILES: ClassVar[Mapping[str, str]] = {"rules": "checks"}

    def __init__(self, workspace: Workspace) -> None:
        """Use the rules and the scratch folder of the workspace."""
        self._workspace = workspace

    def __call__(self, options: RepairOptions) -> Json:
        """Return the repaired files, the changes, and how many rounds changed something."""
        rules: Any = self._workspace.rules(options.rules)
        fixes = [fix for fix in rules["fixes"] if options.unsafe or not fix["unsafe"]]
        texts = {name: str(text) for name, text in options.files.items()}
        files, changes, rounds = repaired(
            fixes, texts, options.package, self._workspace, options.at_most
        )
        return {"files": dict[str, Json](files), "changes": [*changes], "rounds": rounds}
