"""Where results may be written: below one folder, and through no link that leads out of it."""

from __future__ import annotations

import os
from pathlib import Path

from onexgen.service.http.problems import Refused
from onexgen.storage import paths


def check_path(name: str, value: str) -> None:
    """Raise Refused for a path that is not plain and relative."""
    reason = paths.problem(value)
    if reason is not None:
        raise Refused(
            422,
            f"input '{name}': the path {reason}",
            help="give a relative path, such as made/here",
        )


def confined(root: Path, directory: str) -> Path:
    """Return the real place of a directory below a root; raises Refused when it is elsewhere."""
    above = Path(os.path.realpath(root))
    wanted = Path(os.path.normpath(above / directory))
    if wanted == above or not wanted.is_relative_to(above):
        raise Refused(409, f"'{directory}' is not below the root of all output")
    if Path(os.path.realpath(wanted)) != wanted:
        raise Refused(409, f"'{directory}' leads through a link", help="name a plain folder")
    return wanted
