"""A name from the words of a text: what is left when asking, types and features are taken away."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from onexgen.extraction.forms import NamingForm
from onexgen.matching import NOWHERE, Firing, Reading
from onexgen.text import CLAUSE, SENTENCE, Text


class Naming:
    """Makes names."""

    def __init__(self, form: NamingForm) -> None:
        """Prepare the word lists of a document."""
        self.form = form
        self._drop = frozenset(form["drop"])
        self._vague = frozenset(form["vague"])
        self._ends = frozenset(form["ends"])

    def __call__(self, reading: Reading, firings: Iterable[Firing]) -> tuple[str, list[str]]:
        """Return the name and the words that tell a purpose, none when the text has no such."""
        text = reading.text
        taken = self._taken(reading, firings)
        words: list[str] = []
        for sentence in _sentences(text):
            words = self._words(text, sentence, taken)
            if any(word not in self._vague for word in words):
                break
        telling = [word for word in words if word not in self._vague]
        if not telling:
            return self.form["default"], []
        return "_".join(words[: self.form["at_most"]]), telling

    def _taken(self, reading: Reading, firings: Iterable[Firing]) -> set[int]:
        owners = set(self.form["drop_choices"])
        return {
            place
            for firing in firings
            if firing.rule["owner"] in owners
            for hit in firing.hits
            if hit.start != NOWHERE
            for place in range(hit.start, hit.end)
        }

    def _words(self, text: Text, places: range, taken: set[int]) -> list[str]:
        """Return the words of one sentence that may stand in a name, up to a new clause."""
        words: list[str] = []
        for place in places:
            word = text.words[place]
            if words and (text.breaks[place] >= CLAUSE or word in self._ends):
                break
            if place in taken or word in self._drop or not _is_plain(word):
                continue
            word = self.form["replace"].get(word, word)
            if word not in words:
                words.append(word)
        return words


def _is_plain(word: str) -> bool:
    return word.isascii() and word.isalnum() and not word[0].isdigit() and len(word) > 1


def _sentences(text: Text) -> Sequence[range]:
    starts = [i for i, level in enumerate(text.breaks) if level == SENTENCE or i == 0]
    return [range(a, b) for a, b in zip(starts, [*starts[1:], len(text.words)], strict=True)]
