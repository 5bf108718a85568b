"""Which files differ from a state that git knows."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from onexgen.diagnostics import OutsideError, UsageError

_PATIENCE = 60


def changed_since(reference: str, folder: Path) -> set[Path]:
    """Return the files that were changed, added or are not known to git yet."""
    root = Path(_git(folder, "rev-parse", "--show-toplevel").strip())
    changed = _git(root, "diff", "--name-only", "-z", "--no-ext-diff", reference, "--")
    new = _git(root, "ls-files", "--others", "--exclude-standard", "-z")
    return {root / name for name in (changed + new).split("\0") if name}


def _git(folder: Path, *arguments: str) -> str:
    program = shutil.which("git")
    if program is None:
        raise OutsideError("the program 'git' is not installed", help="leave out --changed")
    try:
        done = subprocess.run(
            [program, *arguments],
            cwd=folder, capture_output=True, text=True, encoding="utf-8", errors="surrogateescape",
            check=False, timeout=_PATIENCE,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise OutsideError(f"git {arguments[0]} took longer than {_PATIENCE} s") from error
    if done.returncode != 0:
        lines = done.stderr.strip().splitlines() or ["no message"]
        raise UsageError(f"git {arguments[0]}: {lines[0]}", help="--changed compares with a commit")
    return done.stdout
