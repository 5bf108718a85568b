"""What the history says for and against the entries of a library: an overlay of their order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_COMPLETED = "completed"
_HIGHEST = 100


@dataclass(frozen=True, slots=True)
class Rank:
    """An entry, how many of its runs ended well, and what becomes of its priority."""

    name: str
    well: int
    runs: int
    before: int
    after: int


def ranks(
    uses: Sequence[Mapping[str, Any]], kind: str, priorities: Mapping[str, int],
    *, least: int, most: int,
) -> list[Rank]:  # fmt: skip
    """Return the entries whose priority changes, by at most `most`, in the order of the library.

    `uses` are those of the statistics. An entry with fewer than `least` runs is left alone. The
    share of runs that ended well is compared with that of all entries, after two usual runs were
    added: a few runs prove little.
    """
    counts: dict[str, dict[bool, int]] = {}
    for one in uses:
        if one["kind"] == kind and one["name"] in priorities:
            own = counts.setdefault(one["name"], {True: 0, False: 0})
            own[one["status"] == _COMPLETED] += one["count"]
    whole = sum(sum(own.values()) for own in counts.values())
    if not whole:
        return []
    usual = sum(own[True] for own in counts.values()) / whole
    found = []
    for name, before in priorities.items():
        own = counts.get(name, {True: 0, False: 0})
        total = sum(own.values())
        if total < least:
            continue
        better = (own[True] + 2 * usual) / (total + 2) - usual
        after = min(max(before + round(2 * most * better), before - most, 0), before + most)
        if after != before:
            found.append(Rank(name, own[True], total, before, min(after, _HIGHEST)))
    return found


def overlay(found: Sequence[Rank], rules: str, kind: str, days: float) -> str:
    """Return the text of an overlay that sets the priorities, with the reason on every line."""
    lines = [
        "version: 1",
        "kind: overlay",
        f"description: What runs of the last {days:g} days say of each {kind}.",
        "set:",
        f"  {rules}:",
        *(
            f"    entries.{one.name}.priority: {one.after}"
            f"  # {one.well} of {one.runs} runs ended well; it was {one.before}"
            for one in found
        ),
    ]
    return "\n".join(lines) + "\n"
