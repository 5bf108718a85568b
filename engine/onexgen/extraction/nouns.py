"""Which words of a phrase name a thing."""

from __future__ import annotations

from typing import Final

from onexgen.extraction.forms import EntitiesForm
from onexgen.filters import singular
from onexgen.text import words_of

_LONGEST: Final = 2


class Nouns:
    """Finds the words that name a thing."""

    def __init__(self, form: EntitiesForm) -> None:
        """Prepare the words that name nothing."""
        self._stop = frozenset(form["stop"])
        self._plain = frozenset(form["plain"])
        self._pairs = frozenset(form["pairs"])

    def head(self, text: str) -> str:
        """Return what a title or a label names: the words before `of`, `per` and the like."""
        words = words_of(text)
        while words and words[0] in self._stop:
            words = words[1:]
        ends = [i for i, word in enumerate(words) if word in self._stop]
        name = self.last(" ".join(words[: ends[0]] if ends else words))
        return "" if name in self._plain else name

    def last(self, text: str) -> str:
        """Return the last words of a text that can name a thing, in the singular."""
        words: list[str] = []
        for word in reversed(words_of(text.replace("_", " "))):
            if word in self._stop or not word.isascii() or word[0].isdigit():
                if words:
                    break
                continue
            words.insert(0, word.removesuffix("'s"))
            if len(words) == _LONGEST or singular(word) not in self._pairs:
                break
        return "_".join([*words[:-1], singular(words[-1])]) if words else ""
