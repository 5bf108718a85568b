"""Makes sure that what is committed is what was sealed."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Final

from onexgen.diagnostics import OnexgenError
from onexgen.storage import manifest, paths, system, tree
from onexgen.storage.manifest import Manifest
from onexgen.storage.place import Place
from onexgen.storage.tree import Kind

_SHOWN: Final = 8


def sealed(place: Place, files: Collection[str]) -> dict[str, str]:
    """Return the digests of the staged files, which are to be just those of the manifest.

    What else is there (caches of a test run) is set aside.
    """
    found = manifest.read(place.new)
    there = tree.entries(place.new)
    actual = {
        path: tree.digest(f"{place.new}/{path}") if there.get(path) is Kind.FILE else None
        for path in files
    }
    own = actual.pop(manifest.PATH)
    if found is None or own is None or found.files != actual:
        expected = {} if found is None else found.files
        differ = sorted(p for p in {*expected, *actual} if expected.get(p) != actual.get(p))
        raise OnexgenError(
            f"what was staged for {place.target} is not what was sealed: "
            f"{listed(differ or [manifest.PATH])}",
            help="seal the package after its last change, and stage all of its files",
        )
    _set_aside(place, _outermost(set(there).difference(files), files))
    return {**found.files, manifest.PATH: own}


def listed(names: list[str]) -> str:
    """Return the first of some names, and how many more there are."""
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more


def _outermost(extra: Iterable[str], files: Collection[str]) -> list[str]:
    """Return the outermost folders, or else files, that hold nothing of the package."""
    own = Manifest(dict.fromkeys(files, "")).folders()
    return sorted(
        {[name for name in (path, *paths.above(path)) if name not in own][-1] for path in extra}
    )


def _set_aside(place: Place, extra: Iterable[str]) -> None:
    """Move away what does not belong to the package; it is removed after the commit."""
    for number, path in enumerate(extra):
        if number == 0:
            tree.make_folder(place.extra)
        system.rename(f"{place.new}/{path}", f"{place.extra}/{number}")
