"""Repairs what a run left behind that died."""

from __future__ import annotations

import os
from contextlib import suppress

from onexgen.diagnostics import UnsafeError
from onexgen.storage import lease, system, tree
from onexgen.storage.causes import explained
from onexgen.storage.place import Place


def recover(target: str) -> None:
    """Bring a target in order if a run died at work on it; leave it to a run that lives."""
    place = Place.beside(target)
    if not os.path.lexists(place.staging) or lease.is_held(place):
        return
    with explained(target, "repair"):
        if lease.take_at_once(place, []):
            give_back(place)


def give_back(place: Place) -> None:
    """Undo what is not complete, remove the staging folder and end the lease."""
    try:
        settle(place)
    finally:
        lease.release(place, made_nothing=True)


def settle(place: Place) -> None:
    """Bring the target in order and empty the staging folder; the caller holds the lease.

    What is there tells how far the work had come, for a commit moves first the old tree here,
    then the new one away:

        old   new   target
        -     any   any      nothing was touched yet: drop what is staged
        yes   yes   -        between the two moves: put the old tree back
        yes   -     any      all was done: drop the old tree
        yes   yes   yes      somebody made the target meanwhile: nobody but a person can choose
    """
    if os.path.lexists(place.old) and os.path.lexists(place.new):
        if os.path.lexists(place.target):
            raise UnsafeError(
                f"{place.target} was made while a run was replacing it; what was there is in "
                f"{place.old}",
                help=f"take from there what you need, then remove {place.staging}",
            )
        system.rename(place.old, place.target)
    clear(place)


def clear(place: Place) -> None:
    """Empty the staging folder but for its lock; what cannot be removed is left to the next run."""
    for path in _inside(place) or _inside(place):
        try:
            tree.remove(path)
        except OSError:
            with suppress(OSError):
                tree.remove(path, by_force=True)


def _inside(place: Place) -> list[str]:
    with suppress(OSError), system.scandir(place.staging) as scan:
        return [entry.path for entry in scan if entry.path != place.lock]
    return []
