"""What an error of the operating system means, and what the user can do about it."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from onexgen.diagnostics import OutsideError

_FOLDER: Final = "choose a folder that you may write to, or change its permissions"
_SPACE: Final = "free some space and run again"
_SHORTER: Final = "choose a shorter name or a folder nearer to the root"

_CAUSES: Final[dict[int, tuple[str, str]]] = {
    errno.EACCES: ("permission denied", _FOLDER),
    errno.EBUSY: ("something else is using it", "end what uses it and run again"),
    errno.EDQUOT: ("your quota is used up", _SPACE),
    errno.EFBIG: ("a limit on the size of files is reached", "raise the limit (ulimit -f)"),
    errno.EEXIST: ("something is there already", "remove it or choose another folder"),
    errno.EIO: ("the device reports an error", "check the disk and run again"),
    errno.ELOOP: ("a symbolic link is in the way", "remove the link"),
    errno.EMFILE: ("too many files are open", "raise the limit (ulimit -n)"),
    errno.ENAMETOOLONG: ("the name is too long", _SHORTER),
    errno.ENOENT: ("it is gone", "run again"),
    errno.ENOLCK: ("the file system cannot lock", "choose a folder on another file system"),
    errno.ENOSPC: ("the disk is full", _SPACE),
    errno.ENOTDIR: ("a file stands where a folder is needed", "choose another folder"),
    errno.ENOTEMPTY: ("somebody else has just put files there", "look at them and run again"),
    errno.EPERM: ("the operation is not permitted", _FOLDER),
    errno.EROFS: ("the file system is read-only", _FOLDER),
}


def outside(error: OSError, path: str, doing: str) -> OutsideError:
    """Return the failure to show for an error of the operating system."""
    unknown = (os.strerror(error.errno) if error.errno else str(error), "repair it and run again")
    cause, remedy = _CAUSES.get(error.errno or 0, unknown)
    named = error.filename if isinstance(error.filename, str) else path
    where = "" if named == path else f" (at {named})"
    return OutsideError(f"cannot {doing} {path}: {cause}{where}", help=remedy)


@contextmanager
def explained(path: str, doing: str) -> Iterator[None]:
    """Turn an error of the operating system into one that says cause and remedy."""
    try:
        yield
    except OSError as error:
        raise outside(error, path, doing) from error
