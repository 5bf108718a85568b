"""What a commit would change, without changing anything."""

from __future__ import annotations

import os
from collections.abc import Mapping
from difflib import unified_diff

from onexgen.json_types import JsonObject
from onexgen.storage import paths, target


def preview(place: str, files: Mapping[str, str], *, force: bool, with_diff: bool) -> JsonObject:
    """Return what `commit` would, with a unified diff of every file that would change."""
    paths.check(files)
    target.admit(target.look(place), place, force=force)
    old = {name: _text(os.path.join(place, name)) for name in files}
    changed = [name for name, text in files.items() if old[name] != text]
    diffs = [_diff(name, old[name], files[name]) for name in changed] if with_diff else []
    return {
        "target": place,
        "files": sorted(files),
        "written": len(changed),
        "unchanged": bool(files) and not changed,
        "carried": [],
        "replaced": [],
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
