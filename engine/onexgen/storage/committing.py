"""Puts a staged package in its place: all files or none."""

from __future__ import annotations

import os
from collections.abc import Collection
from typing import NamedTuple

from onexgen.diagnostics import ConfigError, OutsideError, UnsafeError
from onexgen.json_types import JsonObject
from onexgen.storage import lease, manifest, recovery, system, target
from onexgen.storage.causes import explained
from onexgen.storage.place import Place
from onexgen.storage.preserving import preserve
from onexgen.storage.sealed import listed, sealed
from onexgen.storage.staging import Staged
from onexgen.storage.survey import Survey, survey


class Committed(NamedTuple):
    """What a commit did."""

    target: str
    files: tuple[str, ...] = ()
    written: int = 0
    carried: tuple[str, ...] = ()
    replaced: tuple[str, ...] = ()

    def to_json(self) -> JsonObject:
        """Return this as JSON data."""
        return {
            "target": self.target,
            "files": list(self.files),
            "written": self.written,
            "unchanged": bool(self.files) and self.written == 0,
            "carried": list(self.carried),
            "replaced": list(self.replaced),
            "diff": "",
        }


def commit(
    staged: Staged, *, force: bool = False, caches: Collection[str] = manifest.CACHES
) -> Committed:
    """Put a staged package in its place; on any error the place is as it was.

    The staging folder then stays, for `keep` or `abandon`.
    """
    if manifest.PATH not in staged.files:
        raise ConfigError(
            f"what was staged for {staged.target} has no {manifest.PATH}",
            help="let a step that uses `seal` make it before the package is staged",
        )
    if not staged.staging:
        return Committed(staged.target, staged.files)
    place = Place.of(staged.staging)
    if not lease.is_held(place):
        raise OutsideError(
            f"what was staged for {staged.target} is gone", help="run again from the start"
        )
    with explained(place.target, "write"):
        done = _exchange(place, staged.files, force=force, caches=caches)
        recovery.clear(place)
    lease.release(place, made_nothing=False)
    return done


def _exchange(
    place: Place, files: tuple[str, ...], *, force: bool, caches: Collection[str]
) -> Committed:
    new = sealed(place, files)
    found = target.look(place.target)
    target.admit(found, place.target, force=force)
    if found.state in {"absent", "empty"}:
        system.rename(place.new, place.target)
        return Committed(place.target, files, len(new))
    result = survey(place.target, found.manifest, new, caches)
    if result.changes_nothing:
        return Committed(place.target, files)
    refuse_changed(place.target, result, force=force)
    kept = preserve(place, result)
    _swap(place)
    carried = tuple(result.carried)
    return Committed(place.target, files, result.written, carried, tuple(kept))


def refuse_changed(path: str, result: Survey, *, force: bool) -> None:
    """Raise UnsafeError when files that a person changed would be replaced."""
    if result.lost and not force:
        raise UnsafeError(
            f"{path} has files that were changed since they were written: {listed(result.lost)}",
            help="move your changes elsewhere, or use --force: they are then kept in "
            f"{manifest.REPLACED}/ of the new package",
        )


def _swap(place: Place) -> None:
    """Exchange the trees by two renames: a rename cannot replace a folder that has content.

    Between the two the place is empty. If the process dies there, recovery puts the old tree
    back; the order is what makes that possible.
    """
    system.rename(place.target, place.old)
    try:
        system.rename(place.new, place.target)
    except BaseException:
        if os.path.lexists(place.new):
            system.rename(place.old, place.target)
        raise
