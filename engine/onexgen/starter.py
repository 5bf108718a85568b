"""A project of a user's own, from the starter that comes with the pack."""

from __future__ import annotations

from pathlib import Path

from onexgen.diagnostics import OutsideError, UnsafeError
from onexgen.resources import installed_pack


def write_starter(directory: Path) -> list[Path]:
    """Write the starter files; refuses to when one of them is there already."""
    source = installed_pack() / "starter"
    wanted = {
        directory / path.relative_to(source): path.read_bytes()
        for path in sorted(source.rglob("*"))
        if path.is_file()
    }
    there = [str(path) for path in wanted if path.exists()]
    if there:
        raise UnsafeError(
            f"these files exist already: {', '.join(there)}",
            help="move them away, or choose another folder; nothing was written",
        )
    try:
        for path, content in wanted.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    except OSError as error:
        raise OutsideError(f"cannot write to '{directory}': {error.strerror}") from error
    return list(wanted)
