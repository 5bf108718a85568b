"""What a regular expression needs: letters without which it is not even tried."""

from __future__ import annotations

type Needs = list[list[str]]
"""Choices of runs in small letters, the rarest first: a match contains one run of each choice."""


def may_match(needs: Needs, lowered: str) -> bool:
    """Tell whether a text in small letters has what an expression needs."""
    return all(any(run in lowered for run in choice) for choice in needs)
