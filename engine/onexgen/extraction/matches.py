"""Matches of expressions that read texts; one that cannot match is never even compiled."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from functools import cache


@cache
def compiled(regex: str) -> re.Pattern[str]:
    """Return an expression, ready for use."""
    return re.compile(regex, re.IGNORECASE)


def matches(regex: str, needs: Collection[str], raw: str) -> Iterator[re.Match[str]]:
    """Yield all matches in a text; every one holds one of `needs`, in small letters."""
    lowered = raw.lower()
    if not needs or any(needed in lowered for needed in needs):
        yield from compiled(regex).finditer(raw)
