"""Slips of the keyboard: one letter left out, doubled or swapped with its neighbour."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

# Shorter words are too often other words with one letter changed.
_SHORTEST: Final = 6
_SHORTEST_LEFT_OUT: Final = 7


def corrections(vocabulary: Iterable[str]) -> dict[str, str]:
    """Return misspelt word -> word, where only one word is so near."""
    known = sorted({word for word in vocabulary if word.isascii() and word.isalpha()})
    found: dict[str, str] = {}
    doubtful: set[str] = set()
    for word in known:
        for slip in set(slips(word)):
            if found.setdefault(slip, word) != word:
                doubtful.add(slip)
    for slip in doubtful.union(known):
        found.pop(slip, None)
    return found


def slips(word: str, shortest: int = _SHORTEST) -> Iterator[str]:
    """Yield what a word becomes by one slip."""
    if len(word) < shortest:
        return
    for i in range(1, len(word)):
        yield word[: i - 1] + word[i] + word[i - 1] + word[i + 1 :]
        yield word[: i + 1] + word[i:]
        if len(word) >= max(shortest, _SHORTEST_LEFT_OUT) or shortest < _SHORTEST:
            yield word[:i] + word[i + 1 :]
