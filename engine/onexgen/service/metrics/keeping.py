"""The state of the figures between two starts, in a file."""

from __future__ import annotations

import json
import logging
from contextlib import suppress
from pathlib import Path
from typing import Final

from onexgen.service.metrics.windows import Shape, Windows
from onexgen.store import write_quietly

LOG: Final = logging.getLogger(__name__)
_LARGEST: Final = 1 << 28


def restored(path: Path | None, shape: Shape) -> Windows:
    """Return the state that was kept; one that is damaged or of another shape is as none."""
    fresh = Windows(shape)
    if path is None:
        return fresh
    try:
        if path.stat().st_size > _LARGEST:
            return fresh
        return Windows.from_json(json.loads(path.read_bytes()), shape)
    except OSError:
        return fresh
    except (ValueError, KeyError, TypeError) as error:
        LOG.warning("the figures in %s are not used: %s", path, error)
        return fresh


def keep(path: Path | None, state: Windows) -> None:
    """Write a state, at once or not at all; failing to is no error."""
    if path is None:
        return
    with suppress(OSError):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_quietly(path, json.dumps(state.to_json()).encode())
