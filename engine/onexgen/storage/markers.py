"""Finds the project that a folder belongs to, by a file that marks it."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Final, NamedTuple

from onexgen.diagnostics import UsageError

_MAX_BYTES: Final = 1 << 20


class Found(NamedTuple):
    """The folder of a project, and the name that its marker stands for."""

    root: str
    match: str


def find(folder: Path, file: str, contains: str, beside: str) -> Found | None:
    """Look upwards for `file` with a text in it and, beside it, folders like `a/*/b`.

    The name in the place of the star is what is found; more than one is the user's to decide.
    """
    star = beside.split("/").index("*")
    for root in (folder, *folder.parents):
        if contains not in _text(root / file):
            continue
        found = [path for path in root.glob(beside) if path.is_dir()]
        names = sorted({path.relative_to(root).parts[star] for path in found})
        if len(names) > 1:
            raise UsageError(
                f"{root} holds several packages: {', '.join(names)}",
                help="say into which folder to write",
            )
        if names:
            return Found(str(root), names[0])
    return None


def _text(file: Path) -> str:
    with suppress(OSError):
        if file.is_file() and file.stat().st_size <= _MAX_BYTES:
            return file.read_text(encoding="utf-8", errors="replace")
    return ""
