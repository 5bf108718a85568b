"""Slips of the keyboard: one letter left out, doubled or swapped with its neighbour."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Final

# Shorter words are too often other words with one letter changed.
_SHORTEST: Final = 6
# A hostile text must not fill the memory with words.
_MOST_KEPT: Final = 20_000


class Spelling(dict[str, str]):
    """Word -> what was meant; a word that is no slip stays as it is."""

    def __init__(self, vocabulary: Iterable[str] = (), correct: Iterable[str] = ()) -> None:
        """Correct to words of the vocabulary; `correct` words are no slips of them."""
        super().__init__()
        self._vocabulary = vocabulary
        self._correct = frozenset(correct)

    @cached_property
    def _known(self) -> dict[tuple[str, int], list[str]]:
        """First letter and length -> words: a slip changes either by one at most."""
        known: dict[tuple[str, int], list[str]] = {}
        for word in sorted(set(self._vocabulary)):
            if word.isascii() and word.isalpha():
                known.setdefault((word[0], len(word)), []).append(word)
        return known

    def __missing__(self, word: str) -> str:
        """Find what a word means and remember it."""
        if len(self) >= _MOST_KEPT:
            self.clear()
        meant = {known for known in self._near(word) if is_slip(word, known)}
        self[word] = found = meant.pop() if len(meant) == 1 else word
        return found

    def _near(self, word: str) -> Iterator[str]:
        size = len(word)
        if size < _SHORTEST - 1 or word in self._correct or not word.isascii():
            return
        if word in self._known.get((word[0], size), ()):
            return
        for length in (size - 1, size, size + 1):
            yield from self._known.get((word[0], length), ())
        if word[0] != word[1]:
            yield from self._known.get((word[1], size), ())


def is_slip(word: str, known: str, shortest: int = _SHORTEST) -> bool:
    """Tell whether a word is what another becomes by one slip; the same as to look into `slips`."""
    size = len(known)
    if size < shortest:
        return False
    longer = len(word) - size
    # Most words differ soon: only what follows the first difference has to be compared.
    at = 0
    for one, other in zip(word, known, strict=False):
        if one != other:
            break
        at += 1
    if longer == 0:
        rest = known[at + 1 : at + 2] + known[at : at + 1] + known[at + 2 :]
        return at < size - 1 and word[at:] == rest
    if longer == 1:
        return at > 1 and word[at] == word[at - 1] and word[at + 1 :] == known[at:]
    if longer != -1 or size <= shortest or word[at:] != known[at + 1 :]:
        return False
    is_inside = 0 < at < size - 1
    return is_inside or (at == size - 1 and at > 1 and known[at] == known[at - 1])


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
