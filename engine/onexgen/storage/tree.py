"""Reads, writes, walks and removes trees of files."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import suppress
from enum import Enum
from pathlib import Path
from typing import Final

from onexgen.storage import system

FILE_MODE: Final = 0o644
FOLDER_MODE: Final = 0o755
_CHUNK: Final = 1 << 20
# Not blocking: opening a pipe that a user left there would otherwise wait for ever.
_READ: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_WRITE: Final = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
_NOT_A_FILE: Final = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.ENXIO})
_NO_LINKS: Final = frozenset(
    {errno.EPERM, errno.EMLINK, errno.EXDEV, errno.ENOTSUP, errno.ENOSYS, errno.EACCES}
)


class Kind(Enum):
    """What stands at a path."""

    FILE = "file"
    EMPTY_FOLDER = "empty folder"
    OTHER = "other"


def make_folder(path: str) -> None:
    """Make one folder; its mode does not depend on the umask."""
    system.mkdir(path, FOLDER_MODE)
    system.chmod(path, FOLDER_MODE)


def make_folders(path: str, made: list[str]) -> None:
    """Make a folder and what it needs above it; note in `made` what was not there.

    A folder above may be a symbolic link: where users keep their trees is theirs to say.
    """
    missing = []
    while path and not Path(path).is_dir():
        missing.append(path)
        path = path.rpartition("/")[0]
    for folder in reversed(missing):
        # Somebody else may make it at this moment: then it is not ours to remove.
        with suppress(FileExistsError):
            system.mkdir(folder, FOLDER_MODE)
            made.append(folder)
            system.chmod(folder, FOLDER_MODE)


def write(root: str, files: Mapping[str, bytes]) -> None:
    """Write files below a folder that only this process writes to.

    Nothing is flushed to the device: that costs ten times the writing, and a loss of power
    loses at most a package that the same command makes again.
    """
    known = {""}
    for path, data in files.items():
        _make_parents(root, path.rpartition("/")[0], known)
        _write_file(f"{root}/{path}", data)


def _make_parents(root: str, folder: str, known: set[str]) -> None:
    if folder in known:
        return
    _make_parents(root, folder.rpartition("/")[0], known)
    path = f"{root}/{folder}"
    try:
        make_folder(path)
    except FileExistsError:
        if not stat.S_ISDIR(system.lstat(path).st_mode):
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), path) from None
    known.add(folder)


def _write_file(path: str, data: bytes) -> None:
    handle = system.open_file(path, _WRITE, FILE_MODE)
    try:
        system.fchmod(handle, FILE_MODE)
        rest = memoryview(data)
        while rest:
            rest = rest[system.write(handle, rest) :]
    except OSError as error:
        # Calls on an open file do not say which one it was.
        error.filename = error.filename or path
        raise
    finally:
        system.close(handle)


def read(path: str, limit: int) -> bytes | None:
    """Return the bytes of a regular file; None for anything else and for a longer one."""
    opened = _opened(path)
    if opened is None:
        return None
    handle, size = opened
    try:
        if size > limit:
            return None
        data = system.read(handle, size + 1)
        return data if len(data) == size else data + b"".join(_parts(handle))
    finally:
        system.close(handle)


def digest(path: str) -> str | None:
    """Return the SHA-256 of a regular file of any length; None for anything else."""
    opened = _opened(path)
    if opened is None:
        return None
    handle, _ = opened
    try:
        total = hashlib.sha256()
        for part in _parts(handle):
            total.update(part)
        return total.hexdigest()
    finally:
        system.close(handle)


def _opened(path: str) -> tuple[int, int] | None:
    """Open a regular file; return its handle and size, None when it is not there or no file."""
    try:
        handle = system.open_file(path, _READ)
    except OSError as error:
        if error.errno in _NOT_A_FILE:
            return None
        raise
    try:
        status = system.fstat(handle)
    except OSError:
        system.close(handle)
        raise
    if stat.S_ISREG(status.st_mode):
        return handle, status.st_size
    system.close(handle)
    return None


def _parts(handle: int) -> Iterator[bytes]:
    while part := system.read(handle, _CHUNK):
        yield part


def entries(root: str, left_out: Collection[str] = ()) -> dict[str, Kind]:
    """Return everything below a folder that is no folder with content, in sorted order."""
    found: dict[str, Kind] = {}
    folders = [""]
    while folders:
        folder = folders.pop()
        with system.scandir(f"{root}/{folder}") as scan:
            inside = list(scan)
        if not inside and folder:
            found[folder[:-1]] = Kind.EMPTY_FOLDER
        for entry in inside:
            path = folder + entry.name
            if entry.name in left_out:
                continue
            if entry.is_dir(follow_symlinks=False):
                folders.append(f"{path}/")
            else:
                is_file = entry.is_file(follow_symlinks=False)
                found[path] = Kind.FILE if is_file else Kind.OTHER
    return dict(sorted(found.items()))


def adopt(source: str, destination: str) -> None:
    """Give a file (link, pipe ...) a second name; copy it where names cannot be shared.

    A second name keeps owner, times and attributes, and costs the same for any length.
    """
    try:
        system.link(source, destination, follow_symlinks=False)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        import shutil  # only a file system without hard links pays for this import

        shutil.copy2(source, destination, follow_symlinks=False)


def remove(root: str, *, by_force: bool = False) -> None:
    """Remove a tree as far as possible; raise the first error when all has been tried.

    `by_force` also removes what is in folders that forbid it to their own owner.
    """
    errors: list[OSError] = []
    folders = [root]
    for folder in folders:  # Grows while it is read.
        try:
            if by_force:
                system.chmod(folder, FOLDER_MODE)
            with system.scandir(folder) as scan:
                inside = list(scan)
        except OSError as error:
            errors.append(error)
            continue
        for entry in inside:
            if entry.is_dir(follow_symlinks=False):
                folders.append(entry.path)
            else:
                _attempt(system.unlink, entry.path, errors)
    for folder in reversed(folders):
        _attempt(system.rmdir, folder, errors)
    if errors:
        raise errors[0]


def _attempt(act: Callable[[str], None], path: str, errors: list[OSError]) -> None:
    try:
        act(path)
    except OSError as error:
        errors.append(error)
