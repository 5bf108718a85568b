"""How near words stand to numbers."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from itertools import accumulate
from typing import Final, NamedTuple

from onexgen.extraction.numbers import Figure
from onexgen.firing import NOWHERE, Firing, Hit
from onexgen.text import SENTENCE, Text

# How far a comma, a clause and another number keep words and numbers apart, in words.
_COMMA, _CLAUSE, _NUMBER = 3.0, 2.5, 2.5
_FAR: Final = 1e6
_FEW: Final = 8


class Group(NamedTuple):
    """Numbers that share their meaning: `p50, p90 and p99`; words by number, end exclusive."""

    figures: tuple[Figure, ...]
    first: int
    last: int
    dimension: str


def is_on(side: str, group: Group, hit: Hit) -> bool:
    """Tell whether words stand on the asked side of a number."""
    if side == "any" or hit.start == NOWHERE:
        return True
    return hit.end <= group.first if side == "before" else hit.start >= group.last


def next_to(group: Group, firing: Firing) -> list[Hit]:
    """Return the hits around a number: more of them would cost a product of two lengths."""
    hits = firing.hits
    if len(hits) <= _FEW:
        return list(hits)
    place = bisect_left(hits, group.first, key=lambda hit: hit.start)
    return list(hits[max(0, place - _FEW // 2) : place + _FEW // 2])


def distances_of(text: Text, groups: Sequence[Group]) -> list[float]:
    """Return for every word how far it is from the first, with all that keeps words apart."""
    steps = [
        _FAR if level == SENTENCE else 1 + (0.0, _COMMA, _CLAUSE)[level] for level in text.breaks
    ]
    for group in groups:
        if group.first < len(steps):
            steps[group.first] += _NUMBER
    return [*accumulate(steps), _FAR * (len(steps) + 1)]


def distance_to(group: Group, hit: Hit, distances: list[float]) -> float:
    """Return how far words stand from a number: 0 for its neighbours."""
    if hit.start == NOWHERE:
        return 0.0
    if hit.start >= group.last:
        return distances[hit.start] - distances[max(group.first, group.last - 1)] - 1
    if hit.end <= group.first:
        return distances[group.first] - distances[hit.end - 1] - 1 - _NUMBER
    return 0.0
