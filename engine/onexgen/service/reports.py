"""What a worker writes while it works, for whoever runs it."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable


def reporting(*, is_quiet: bool) -> Callable[[str], None]:
    """Let reports go to stderr, one line each; returns what adds one."""
    logging.basicConfig(
        stream=sys.stderr,
        level=logging.WARNING if is_quiet else logging.INFO,
        format="%(asctime)s %(levelname)s %(message)s",
    )
    return logging.getLogger("onexgen").info
