"""What a commit would change, without changing anything."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from difflib import unified_diff

from onexgen.json_types import JsonObject
from onexgen.storage import content, manifest, paths, target
from onexgen.storage.committing import refuse_changed
from onexgen.storage.survey import Survey, survey


def preview(
    place: str,
    files: Mapping[str, str],
    *,
    force: bool,
    with_diff: bool,
    caches: Collection[str] = manifest.CACHES,
) -> JsonObject:
    """Return what `commit` would, with a unified diff of every file that would change.

    It refuses what `commit` refuses.
    """
    paths.check(files)
    found = target.look(place)
    target.admit(found, place, force=force)
    digests = {name: content.digest(data) for name, data in content.encoded(files).items()}
    result = Survey(written=len(files))
    if found.state not in {"absent", "empty"}:
        result = survey(place, found.manifest, digests, caches)
    if not result.changes_nothing:
        refuse_changed(place, result, force=force)
    old = {name: _text(os.path.join(place, name)) for name in files} if with_diff else {}
    diffs = [_diff(name, text, files[name]) for name, text in old.items() if text != files[name]]
    return {
        "target": place,
        "files": [*sorted(files)],
        "written": result.written,
        "unchanged": bool(files) and result.changes_nothing,
        "carried": [*result.carried],
        "replaced": [*result.lost],
        "diff": "".join(diffs),
    }


def _text(path: str) -> str | None:
    try:
        with open(path, encoding="utf-8", newline="") as file:
            return file.read()
    except (OSError, UnicodeDecodeError):
        return None


def _diff(name: str, old: str | None, new: str) -> str:
    before = "/dev/null" if old is None else f"a/{name}"
    lines = unified_diff(
        (old or "").splitlines(keepends=True), new.splitlines(keepends=True), before, f"b/{name}"
    )
    return "".join(line if line.endswith("\n") else f"{line}\n" for line in lines)
