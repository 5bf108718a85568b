"""The folder of results: whether it can be written, and how much room there is."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Final

from onexgen.service.doctor.advice import Found, Limits

FOLDER: Final = "folder"
_MEGABYTE: Final = 1_000_000


def of_folder(folder: Path, limits: Limits) -> Found:
    """Look by making a file: permissions, quotas and read-only mounts all have their say."""
    there = next(one for one in (folder, *folder.parents) if one.exists())
    values = {"path": there}
    try:
        with tempfile.TemporaryFile(dir=there):
            free = shutil.disk_usage(there).free // _MEGABYTE
    except OSError as error:
        said = f"nothing can be written in {there}: {error.strerror}"
        return Found(FOLDER, "folder-refused", said, values)
    if free < limits.free_megabytes:
        said = f"{there} has {free} MB left, at least {limits.free_megabytes} are needed"
        return Found(FOLDER, "disk-full", said, values)
    return Found(FOLDER, "answers", f"{there} can be written")
