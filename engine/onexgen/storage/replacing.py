"""Files of the user that get a new content: all of them, or none."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from onexgen.diagnostics import OutsideError


def replace_files(contents: Mapping[Path, bytes]) -> None:
    """Replace existing files; links are followed, permissions stay.

    Raises OutsideError with the file that cannot be written; then none has changed, unless the
    disk refused a rename in the middle.
    """
    ready: list[tuple[Path, Path]] = []
    place = Path()
    try:
        for path, data in contents.items():
            place = path.resolve()
            handle, name = tempfile.mkstemp(prefix=f".{place.name}-", dir=place.parent)
            ready.append((Path(name), place))
            with os.fdopen(handle, "wb") as file:
                file.write(data)
            Path(name).chmod(place.stat().st_mode & 0o7777)
        for new, place in ready:
            new.replace(place)
    except OSError as error:
        for new, _ in ready:
            with suppress(OSError):
                new.unlink(missing_ok=True)
        raise OutsideError(f"cannot write '{place}': {error.strerror}") from error
