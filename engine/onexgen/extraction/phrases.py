"""Phrases of a text, and how much speaks for each to be what the text is about."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Final

from onexgen.filters import singular
from onexgen.text import CLAUSE, COMMA, SENTENCE, Text

if TYPE_CHECKING:  # Annotations alone name the forms.
    from onexgen.extraction.forms import NamingForm

_MOST_RETURNS: Final = 3
_MOST_WORDS: Final = 2
_OWNERS: Final = 2
type Chunk = list[int]


class Phrases:
    """Weighs phrases by where they stand."""

    def __init__(self, form: NamingForm) -> None:
        """Prepare the word lists of a document."""
        self._weights = form["weights"]
        self._drop = frozenset(form["drop"])
        self._before = frozenset(form["before"])
        self._determiners = frozenset(form["determiners"])
        self._aside = frozenset(form["aside"])
        self._wanting = frozenset(form["wanting"])
        self._of = frozenset(form["of"])
        self._room = form["at_most"] - 1
        acts = {noun for act in form["acts"] for noun in act["nouns"].values()}
        self._ends = acts | {role["word"] for role in form["roles"]} | set(form["ends"])

    def best(
        self, text: Text, chunks: Sequence[Chunk], verbs: Collection[int], things: Sequence[str]
    ) -> Chunk:
        """Return the phrase that the text is about; the first of equals."""
        counts = Counter(text.stems)
        named = {part for thing in things for part in thing.split("_")[-1:]}
        first = text.sentences[chunks[0][0]]
        return max(chunks, key=lambda chunk: self._points(text, chunk, first, counts, verbs, named))

    def with_owner(self, text: Text, chunk: Chunk, chunks: Sequence[Chunk]) -> Chunk:
        """Put what stands behind `of` before a phrase: `photographs of weddings`."""
        place = chunks.index(chunk) if chunk in chunks else len(chunks)
        for other in chunks[place + 1 : place + 2]:
            between = range(chunk[-1] + 1, other[0])
            words = [text.words[i] for i in between]
            joined = max((text.breaks[i] for i in range(chunk[-1] + 1, other[0] + 1)), default=0)
            turns = self._of | (self._before if text.words[chunk[-1]] in self._ends else set())
            if words[:1] and words[0] in turns and joined < COMMA:
                owner = other[-_OWNERS:]
                return [*owner, *chunk[-max(1, self._room - len(owner)) :]]
        return chunk

    def without_verb(self, text: Text, chunk: Chunk, verbs: Collection[int]) -> Chunk:
        """Leave a verb at the beginning out: `sort letters`, but not `tax split`."""
        is_verb = len(chunk) > 1 and chunk[0] in verbs and text.words[chunk[1]] not in self._ends
        return chunk[1:] if is_verb else chunk

    def _points(
        self,
        text: Text,
        chunk: Chunk,
        first: int,
        counts: Counter[str],
        verbs: Collection[int],
        named: Collection[str],
    ) -> float:
        weights = self._weights
        later = text.sentences[chunk[0]] - first
        head = text.words[chunk[-1]]
        returns = min(_MOST_RETURNS, counts[text.stems[chunk[-1]]] - 1)
        points = weights["later"] * later + weights["repeated"] * returns
        points += weights["first"] if not later else 0.0
        points += weights["longer"] * min(_MOST_WORDS, len(chunk) - 1)
        points += weights["thing"] if singular(head) in named or head in named else 0.0
        points += weights["role"] if head in self._ends and len(chunk) > 1 else 0.0
        points += weights["agent"] if self._wants(text, chunk) else 0.0
        points += weights["label"] if _is_label(text, chunk) else 0.0
        return points + self._by_place(text, chunk, verbs)

    def _by_place(self, text: Text, chunk: Chunk, verbs: Collection[int]) -> float:
        """Judge a phrase by the words before it, over articles and the like."""
        place = chunk[0] - 1
        while place >= 0 and text.breaks[place + 1] < COMMA:
            word = text.words[place]
            if word in self._before:
                return self._weights["about"]
            if word in self._aside:
                return self._weights["aside"]
            if place in verbs or self._opens(text, place):
                return self._weights["object"]
            if word not in self._drop:
                break
            place -= 1
        return 0.0

    def _opens(self, text: Text, place: int) -> bool:
        """Tell whether a sentence begins with a verb: `write invoices to a table`."""
        begins = place == 0 or text.breaks[place] >= SENTENCE
        return begins and text.words[place] not in self._determiners

    def _wants(self, text: Text, chunk: Chunk) -> bool:
        after = chunk[-1] + 1
        return (
            after < len(text.words)
            and text.breaks[after] < CLAUSE
            and text.words[after] in self._wanting
        )


def _is_label(text: Text, chunk: Chunk) -> bool:
    """Tell whether a text begins with a phrase and a colon: `Orders: created, paid`."""
    after = chunk[-1] + 1
    if after >= len(text.words) or max(text.breaks[1 : chunk[-1] + 1], default=0) >= CLAUSE:
        return False
    return text.raw[text.ends[chunk[-1]] : text.starts[after]].lstrip(" *").startswith(":")
