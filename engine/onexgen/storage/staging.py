"""Writes a package beside its place, ready to be put there by one rename."""

from __future__ import annotations

import atexit
import os
from collections.abc import Collection, Mapping
from contextlib import suppress
from typing import Final, NamedTuple

from onexgen.diagnostics import OnexgenError, OutsideError, UnsafeError
from onexgen.json_types import Json, JsonObject
from onexgen.storage import content, lease, paths, recovery, target, tree
from onexgen.storage.causes import explained
from onexgen.storage.place import Place

WAIT_SECONDS: Final = 10.0


class Staged(NamedTuple):
    """A package that waits for its commit.

    `directory` is where its files are now. Where everything is already in place, nothing is
    written: `staging` is then empty and `directory` is the target.
    """

    target: str
    staging: str = ""
    directory: str = ""
    files: tuple[str, ...] = ()

    def to_json(self) -> JsonObject:
        """Return this as JSON data."""
        return {
            "target": self.target,
            "staging": self.staging,
            "directory": self.directory,
            "files": list(self.files),
        }

    @classmethod
    def from_json(cls, data: Json) -> Staged:
        """Return what `to_json` wrote; anything else is as if nothing was staged."""
        if not isinstance(data, dict):
            return cls("")
        files = data.get("files")
        return cls(
            str(data.get("target", "")),
            str(data.get("staging", "")),
            str(data.get("directory", "")),
            tuple(map(str, files)) if isinstance(files, list) else (),
        )


def stage(
    place_of_package: str,
    files: Mapping[str, str],
    *,
    earlier: Staged | None = None,
    force: bool = False,
    wait: float = WAIT_SECONDS,
) -> Staged:
    """Write files beside an absolute path, added to those that were staged `earlier`."""
    place = Place.beside(place_of_package)
    before = earlier or Staged(place.target)
    _check_name(place)
    paths.check({*files, *before.files})
    data = content.encoded(files)
    every = tuple(sorted({*files, *before.files}))
    with explained(place.target, "write"):
        if before.staging:
            _add(Place.of(before.staging), before.files, data)
            return Staged(place.target, before.staging, before.directory, every)
        recovery.recover(place.target)
        found = target.look(place.target)
        target.admit(found, place.target, force=force)
        if found.manifest is not None and _is_there(place.target, data):
            return Staged(place.target, "", place.target, every)
        _start(place, {**_taken_along(before), **data}, wait)
        return Staged(place.target, place.staging, place.new, every)


def abandon(staging: str) -> None:
    """Remove what was staged and not committed; safe to call at any time, more than once."""
    if not staging or not os.path.lexists(staging):
        return
    place = Place.of(staging)
    with explained(place.target, "clean up beside"):
        # Another run may have taken over what this process gave up.
        if lease.is_held(place) or lease.take_at_once(place, []):
            recovery.give_back(place)


@atexit.register
def abandon_all() -> None:
    """Remove all that this process staged: Ctrl-C may come before a caller knows of it."""
    for staging in lease.held():
        with suppress(OnexgenError):
            abandon(staging)


def keep(staging: str, directory: str) -> str:
    """Move what was staged and refused into a folder, to look at; return where it is."""
    if not staging or not os.path.lexists(staging):
        return ""
    place = Place.of(staging)
    with explained(directory, "keep what was refused in"):
        tree.make_folders(directory, [])
        kept = _free_name(f"{directory}/{place.name}")
        import shutil  # only a failed run pays for this import

        shutil.copytree(place.new, kept, symlinks=True)
    abandon(staging)
    return kept


def _check_name(place: Place) -> None:
    reason = paths.problem(place.name)
    if not place.target.startswith("/"):
        reason = "is not absolute"
    elif "\0" in place.target:
        reason = "holds a control character"
    if reason is not None:
        raise UnsafeError(
            f"refused to write to {place.target!r}: the name {reason}", help="choose another name"
        )


def _is_there(root: str, files: Mapping[str, bytes]) -> bool:
    """Tell whether every file stands below a folder with exactly these bytes."""
    return all(tree.read(f"{root}/{path}", len(data)) == data for path, data in files.items())


def _taken_along(before: Staged) -> dict[str, bytes]:
    """Return the files that were found in place by an earlier call."""
    found = {}
    for path in before.files:
        data = tree.read(f"{before.directory}/{path}", 1 << 30)
        if data is None:
            raise UnsafeError(
                f"{before.directory}/{path} was changed during the run", help="run again"
            )
        found[path] = data
    return found


def _add(place: Place, there: Collection[str], files: Mapping[str, bytes]) -> None:
    if not lease.is_held(place):
        raise OutsideError(
            f"what was staged for {place.target} is gone", help="run again from the start"
        )
    # Writing over a file costs twenty times as much as looking that it is the same.
    changed = {
        path: data
        for path, data in files.items()
        if path not in there or not _is_there(place.new, {path: data})
    }
    tree.write(place.new, changed)


def _start(place: Place, files: Mapping[str, bytes], wait: float) -> None:
    made: list[str] = []
    try:
        tree.make_folders(place.parent, made)
        lease.take(place, wait, made)
        recovery.settle(place)
        tree.make_folder(place.new)
        tree.write(place.new, files)
    except BaseException:
        # Also Ctrl-C: nobody else knows yet that something is to be removed.
        _drop(place, made)
        raise


def _drop(place: Place, made: list[str]) -> None:
    with suppress(OnexgenError, OSError):
        if lease.is_held(place):
            recovery.give_back(place)
            return
    lease.remove_empty(made)


def _free_name(path: str) -> str:
    """Return the path, numbered when something stands there."""
    number, free = 1, path
    while os.path.lexists(free):
        number += 1
        free = f"{path}-{number}"
    return free
