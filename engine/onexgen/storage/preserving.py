"""Takes the user's own files over into a new package."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable

from onexgen.storage import manifest, paths, system, tree
from onexgen.storage.place import Place
from onexgen.storage.survey import Survey


def preserve(place: Place, result: Survey) -> list[str]:
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
