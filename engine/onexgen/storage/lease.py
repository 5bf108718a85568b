"""The right to change one package, held by one process at a time."""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from fcntl import LOCK_EX, LOCK_NB
from pathlib import Path
from typing import Final

from onexgen.diagnostics import OutsideError, UnsafeError
from onexgen.storage import system, tree
from onexgen.storage.place import Place

_PAUSE: Final = 0.02
_LOCK: Final = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC


@dataclass(slots=True)
class _Lease:
    handle: int
    made: list[str]
    owner: int = field(default_factory=os.getpid)


# A lock belongs to a process, and so does this table: staging folder -> lease.
_held: dict[str, _Lease] = {}


def take(place: Place, wait: float, made: list[str]) -> None:
    """Wait for the right to change a package; OutsideError when another run keeps it.

    `made` are folders to remove if nothing comes of the run. The staging folder may hold
    leftovers of a process that died: who takes it settles them.
    """
    end = time.monotonic() + wait
    while not take_at_once(place, made):
        if time.monotonic() >= end:
            raise OutsideError(
                f"another run is at work on {place.target}",
                help="wait until it has ended and run again",
            )
        time.sleep(_PAUSE)


def take_at_once(place: Place, made: list[str]) -> bool:
    """Take the right to change a package; False when another run has it."""
    handle = _try(place)
    if handle is None:
        return False
    _held[place.staging] = _Lease(handle, made)
    return True


def is_held(place: Place) -> bool:
    """Tell whether this process may change the package."""
    return place.staging in held()


def held() -> list[str]:
    """Return the staging folders of this process; those of its parent are not its own."""
    return [staging for staging, lease in _held.items() if lease.owner == os.getpid()]


def release(place: Place, *, made_nothing: bool) -> None:
    """Give the right back; remove the empty folders that were made for nothing."""
    lease = _held.pop(place.staging, None)
    if lease is None:
        return
    try:
        # Before the lock ends: who waits for it finds its name gone and starts anew.
        _remove_name(system.unlink, place.lock)
        _remove_name(system.rmdir, place.staging)
    finally:
        with suppress(OSError):
            system.close(lease.handle)
    if made_nothing:
        remove_empty(lease.made)


def remove_empty(folders: list[str]) -> None:
    """Remove folders that were made for nothing, unless somebody uses them."""
    for folder in reversed(folders):
        _remove_name(system.rmdir, folder)


def _remove_name(remove: Callable[[str], None], path: str) -> None:
    """Remove a name, with a second try after an error: what stays is left to the next run."""
    for _ in range(2):
        try:
            remove(path)
        except OSError:
            continue
        return


def _try(place: Place) -> int | None:
    """Lock the staging folder; None when another process has it, or has just removed it."""
    try:
        _claim(place)
        return _locked(place)
    except FileNotFoundError:
        if not Path(place.staging).parent.is_dir():
            raise
        return None
    except OSError:
        _give_up(place)
        raise


def _claim(place: Place) -> None:
    with suppress(FileExistsError):
        tree.make_folder(place.staging)
    status = system.lstat(place.staging)
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.geteuid():
        raise UnsafeError(
            f"{place.staging} is in the way: it is no folder of yours",
            help="have it removed, or choose another folder",
        )


def _locked(place: Place) -> int | None:
    handle = system.open_file(place.lock, _LOCK, tree.FILE_MODE)
    try:
        system.flock(handle, LOCK_EX | LOCK_NB)
        named, opened = system.lstat(place.lock), system.fstat(handle)
        if (named.st_dev, named.st_ino) == (opened.st_dev, opened.st_ino):
            return handle
    except BlockingIOError:
        pass
    except BaseException:
        # Also Ctrl-C: a handle that nobody knows would lock the package as long as we live.
        system.close(handle)
        raise
    system.close(handle)
    return None


def _give_up(place: Place) -> None:
    """Remove a staging folder that could not be locked, unless somebody works in it."""
    with suppress(OSError):
        if [str(path) for path in Path(place.staging).iterdir()] == [place.lock]:
            _remove_name(system.unlink, place.lock)
        system.rmdir(place.staging)
