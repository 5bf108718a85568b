"""What stands where a package is to go, and whether it may be replaced."""

from __future__ import annotations

import stat
from typing import Literal, NamedTuple

from onexgen.diagnostics import UnsafeError
from onexgen.storage import manifest, system
from onexgen.storage.manifest import Manifest

type State = Literal["absent", "empty", "written", "foreign", "link", "file"]


class Found(NamedTuple):
    """What was found; a package that this tool wrote has its manifest."""

    state: State
    manifest: Manifest | None = None


def look(path: str) -> Found:
    """Return what stands at a path."""
    try:
        mode = system.lstat(path).st_mode
    except (FileNotFoundError, NotADirectoryError):
        # A file above the place is found, and named, when folders are made.
        return Found("absent")
    if stat.S_ISLNK(mode):
        return Found("link")
    if not stat.S_ISDIR(mode):
        return Found("file")
    found = manifest.read(path)
    if found is not None:
        return Found("written", found)
    with system.scandir(path) as entries:
        is_empty = next(entries, None) is None
    return Found("empty" if is_empty else "foreign")


def admit(found: Found, path: str, *, force: bool) -> None:
    """Raise UnsafeError when a package must not be put in the place of what was found."""
    if found.state == "link":
        raise UnsafeError(
            f"{path} is a symbolic link",
            help="remove the link, or name the folder that it points to",
        )
    if found.state == "file":
        raise UnsafeError(
            f"{path} is a file, not a folder", help="move it away, or choose another folder"
        )
    if found.state == "foreign" and not force:
        raise UnsafeError(
            f"{path} exists and was not written by onexgen (no valid {manifest.PATH})",
            help="choose another folder, or use --force: what differs is then kept in "
            f"{manifest.REPLACED}/ of the new package",
        )
