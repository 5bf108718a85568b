"""Puts a staged package in its place: all files or none."""

from __future__ import annotations

import os
import stat
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final

from onexgen.diagnostics import ConfigError, OnexgenError, OutsideError, UnsafeError
from onexgen.json_types import JsonObject
from onexgen.storage import lease, manifest, paths, recovery, system, target, tree
from onexgen.storage.causes import explained
from onexgen.storage.place import Place
from onexgen.storage.staging import Staged
from onexgen.storage.survey import Survey, survey

_SHOWN: Final = 8


@dataclass(frozen=True, slots=True)
class Committed:
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
    new = _sealed(place, files)
    found = target.look(place.target)
    target.admit(found, place.target, force=force)
    if found.state in {"absent", "empty"}:
        system.rename(place.new, place.target)
        return Committed(place.target, files, len(new))
    result = survey(place.target, found.manifest, new, caches)
    if result.changes_nothing:
        return Committed(place.target, files)
    if result.lost and not force:
        raise _refusal(place.target, result.lost)
    kept = _preserve(place, result)
    _swap(place)
    carried = tuple(result.carried)
    return Committed(place.target, files, result.written, carried, tuple(kept))


def _sealed(place: Place, files: Collection[str]) -> dict[str, str]:
    """Return the digests of the staged files, which are to be just those of the manifest.

    What else is there (caches of a test run) is set aside.
    """
    found = manifest.read(place.new)
    actual = {path: tree.digest(f"{place.new}/{path}") for path in files}
    own = actual.pop(manifest.PATH)
    if found is None or own is None or found.files != actual:
        sealed = {} if found is None else found.files
        differ = sorted(path for path in {*sealed, *actual} if sealed.get(path) != actual.get(path))
        raise OnexgenError(
            f"what was staged for {place.target} is not what was sealed: "
            f"{_listed(differ or [manifest.PATH])}",
            help="seal the package after its last change, and stage all of its files",
        )
    _set_aside(place, [path for path in tree.entries(place.new) if path not in files])
    return {**found.files, manifest.PATH: own}


def _set_aside(place: Place, extra: Iterable[str]) -> None:
    """Move away what does not belong to the package; it is removed after the commit."""
    for number, path in enumerate(extra):
        if number == 0:
            tree.make_folder(place.extra)
        system.rename(f"{place.new}/{path}", f"{place.extra}/{number}")


def _refusal(path: str, lost: list[str]) -> UnsafeError:
    return UnsafeError(
        f"{path} has files that were changed since they were written: {_listed(lost)}",
        help="move your changes elsewhere, or use --force: they are then kept in "
        f"{manifest.REPLACED}/ of the new package",
    )


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more


def _preserve(place: Place, result: Survey) -> list[str]:
    """Take everything of the user's into the new tree; return where replaced files are kept."""
    number = _next_number(result.carried)
    kept = {path: f"{manifest.REPLACED}/{number}/{path}.orig" for path in result.lost}
    own_folders = [*result.folders, *(f for path in result.carried for f in paths.above(path))]
    made: set[str] = set()
    for folder in sorted({*own_folders, *(f for path in kept.values() for f in paths.above(path))}):
        if not os.path.lexists(f"{place.new}/{folder}"):
            tree.make_folder(f"{place.new}/{folder}")
            made.add(folder)
    for source, destination in [*((path, path) for path in result.carried), *kept.items()]:
        tree.adopt(f"{place.target}/{source}", f"{place.new}/{destination}")
    # Last, for a folder may forbid its owner to write; what was private stays private.
    for folder in sorted(made.intersection(own_folders), reverse=True):
        mode = stat.S_IMODE(system.lstat(f"{place.target}/{folder}").st_mode)
        system.chmod(f"{place.new}/{folder}", mode)
    return sorted(kept.values())


def _next_number(names: Iterable[str]) -> int:
    """Return the number after those that earlier replacements have."""
    prefix = f"{manifest.REPLACED}/"
    parts = (name.removeprefix(prefix).split("/")[0] for name in names if name.startswith(prefix))
    return 1 + max((int(part) for part in parts if part.isascii() and part.isdigit()), default=0)


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
