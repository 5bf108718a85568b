"""What repairs changed: shown, and written back so that a folder is never half repaired."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from onexgen.diagnostics import OutsideError
from onexgen.json_types import JsonObject

_BOM = b"\xef\xbb\xbf"


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
    names = dict.fromkeys(change.file for change in repairs.changes)
    if not repairs.refused:
        _replace([(repairs.folder / name, repairs.files[name]) for name in names])


def _replace(wanted: Iterable[tuple[Path, str]]) -> None:
    """Replace files by new texts; byte order marks, line ends and permissions stay."""
    ready: list[tuple[Path, Path]] = []
    place = Path()
    try:
        for path, text in wanted:
            place = path.resolve()
            ready.append((_beside(place, text), place))
        # Nothing but a rename is left: what could go wrong has gone right.
        for new, place in ready:
            new.replace(place)
    except OSError as error:
        for new, _ in ready:
            with suppress(OSError):
                new.unlink()
        raise OutsideError(f"cannot write '{place}': {error.strerror}") from error


def _beside(path: Path, text: str) -> Path:
    """Return a new file beside another, with its form and permissions."""
    old = path.read_bytes()
    data = text.replace("\n", "\r\n").encode() if b"\r\n" in old else text.encode()
    handle, name = tempfile.mkstemp(prefix=".onexgen-", dir=path.parent)
    with os.fdopen(handle, "wb") as file:
        file.write(_BOM + data if old.startswith(_BOM) else data)
    Path(name).chmod(path.stat().st_mode & 0o7777)
    return Path(name)
