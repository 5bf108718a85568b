"""Slips of the keyboard: one letter left out, doubled or swapped with its neighbour."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

# Shorter words are too often other words with one letter changed.
_SHORTEST: Final = 6


def corrections(vocabulary: Iterable[str], correct: Iterable[str] = ()) -> dict[str, str]:
    """Return misspelt word -> word, where only one word is so near; `correct` are no slips."""
    known = sorted({word for word in vocabulary if word.isascii() and word.isalpha()})
    found: dict[str, str] = {}
    doubtful: set[str] = set()
    for word in known:
        for slip in set(slips(word)):
            if found.setdefault(slip, word) != word:
                doubtful.add(slip)
    for slip in doubtful.union(known, correct):
        found.pop(slip, None)
    return found


def slips(word: str, shortest: int = _SHORTEST) -> Iterator[str]:
    """Yield what a word becomes by one slip."""
    if len(word) < shortest:
        return
    for i in range(1, len(word)):
        yield word[: i - 1] + word[i] + word[i - 1] + word[i + 1 :]
        yield word[: i + 1] + word[i:]
        # Without its last letter a word is often another form of itself: `results`, `result`.
        if i < len(word) - 1 and len(word) >= shortest + 1:
            yield word[:i] + word[i + 1 :]
