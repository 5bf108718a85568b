"""`--events FILE`: what a run tells, for other programs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Self

from onexgen.diagnostics import OutsideError
from onexgen.events import Event


class EventFile:
    """A file that gets every event as one line of JSON."""

    def __init__(self, path: Path | None) -> None:
        """Write nowhere without a path."""
        self._path = path
        self._file: Any = None

    def __enter__(self) -> Self:
        """Open the file."""
        if self._path is not None:
            try:
                self._file = self._path.open("w", encoding="utf-8")
            except OSError as error:
                raise OutsideError(f"cannot write '{self._path}': {error.strerror}") from error
        return self

    def write(self, event: Event) -> None:
        """Write one event at once, so that others can follow the file."""
        if self._file is not None:
            self._file.write(json.dumps(event.to_json(), ensure_ascii=False) + "\n")
            self._file.flush()

    def __exit__(self, *_: object) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()
