"""Matches of expressions that read texts; one that cannot match is never even compiled."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from onexgen.needs import Needs, may_match


@cache
def compiled(regex: str) -> re.Pattern[str]:
    """Return an expression, ready for use."""
    return re.compile(regex, re.IGNORECASE)


def matches(regex: str, needs: Needs, raw: str) -> Iterator[re.Match[str]]:
    """Yield all matches in a text; without what it needs there are none."""
    if may_match(needs, raw.lower()):
        yield from compiled(regex).finditer(raw)
