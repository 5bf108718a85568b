"""What repairs changed: shown, and written back so that a folder is never half repaired."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple

from onexgen.json_types import JsonObject
from onexgen.storage.replacing import replace_files

_BOM: Final = b"\xef\xbb\xbf"


class Change(NamedTuple):
    """What one fix did to one file: its first line that changed, counted from 1, and the lines."""

    fix: str
    why: str
    file: str
    line: int
    diff: str


@dataclass(frozen=True, slots=True)
class Repairs:
    """What repairs changed in one package, and why that is not kept, if it is not."""

    folder: Path
    changes: Sequence[Change]
    files: Mapping[str, str]
    refused: str

    def as_data(self) -> JsonObject:
        """Return the repairs for programs."""
        return {"refused": self.refused, "changes": [dict(c._asdict()) for c in self.changes]}

    def lines(self) -> list[str]:
        """Return the repairs for people."""
        lines = []
        for change in self.changes:
            place = f"{(self.folder / change.file).as_posix()}:{change.line}"
            lines += [f"{place}: repaired[{change.fix}]: {change.why}"]
            lines += [f"  {line}" for line in change.diff.splitlines()]
        if self.refused:
            lines.append(f"{self.folder.as_posix()}: nothing of it is kept: {self.refused}")
        return lines


def repairs_of(folder: str, data: Mapping[str, Any]) -> Repairs:
    """Return the repairs of a package from what the pipeline says of them."""
    changes = [Change(**item) for item in data["changes"]]
    return Repairs(Path(folder), changes, data["files"], data["refused"])


def write(repairs: Repairs) -> None:
    """Write the files that changed: all of them, or none when one cannot be written."""
    if repairs.refused:
        return
    paths = {repairs.folder / change.file: repairs.files[change.file] for change in repairs.changes}
    replace_files({path: _formed(text, path.read_bytes()) for path, text in paths.items()})


def _formed(text: str, old: bytes) -> bytes:
    """Return a text with the byte order mark and the line ends of the old content."""
    data = text.replace("\n", "\r\n").encode() if b"\r\n" in old else text.encode()
    return _BOM + data if old.startswith(_BOM) else data
