"""A rule against a text: where its terms stand, and whether it fires."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final, NamedTuple

from onexgen.text import Text

NOWHERE: Final = -1


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """A rule in use; its terms by their numbers in a matcher."""

    id: str
    owner: str
    label: str
    factor: str
    weight: float
    any: frozenset[int]
    all: tuple[int, ...]
    beside: frozenset[int]
    unless: frozenset[int]
    whole_text: bool
    negated: str
    at: str


class Hit(NamedTuple):
    """A term that was found: its words, end exclusive; NOWHERE when it was a field."""

    term: int
    start: int
    end: int


class Firing(NamedTuple):
    """A rule that fired, and on what."""

    rule: Rule
    hits: tuple[Hit, ...]


class Reading:
    """A text as rules see it: its words, what is denied, which terms stand in it."""

    def __init__(self, text: Text, negated: bytearray) -> None:
        """Begin without any terms."""
        self.text = text
        self.hits: dict[int, list[Hit]] = {}
        self.known: dict[int, str] = {}
        self._negated = negated
        self._denies = 1 in negated
        self._counted: dict[tuple[int, str], list[Hit]] = {}
        self._sentences: dict[tuple[int, str], set[int]] = {}

    def is_negated(self, hit: Hit) -> bool:
        """Tell whether any word of a hit is denied."""
        if not self._denies or hit.start == NOWHERE:
            return False
        return self._negated.find(1, hit.start, hit.end) >= 0

    def counted(self, term: int, mode: str) -> list[Hit]:
        """Return the hits of a term that are not denied; or `only` those; or all, `also` those."""
        if mode == "also" or not (self._denies or mode == "only"):
            return self.hits.get(term, [])
        key = (term, mode)
        if key not in self._counted:
            wanted = mode == "only"
            hits = self.hits.get(term, ())
            self._counted[key] = [hit for hit in hits if self.is_negated(hit) == wanted]
        return self._counted[key]

    def sentences(self, term: int, mode: str) -> set[int]:
        """Return the sentences in which a term counts."""
        key = (term, mode)
        if key not in self._sentences:
            self._sentences[key] = {self.sentence(hit) for hit in self.counted(term, mode)}
        return self._sentences[key]

    def sentence(self, hit: Hit) -> int:
        """Return the number of the sentence of a hit."""
        return self.text.sentences[hit.start] if hit.start != NOWHERE else NOWHERE

    def words(self, hit: Hit) -> str:
        """Return the characters that a hit covers, or what is known of a field."""
        if hit.start == NOWHERE:
            return self.known.get(hit.term, "")
        return self.text.slice(hit.start, hit.end)


def fire(rule: Rule, reading: Reading, without: int = NOWHERE) -> tuple[Hit, ...]:
    """Return the hits on which a rule fires, in their order, none when it does not."""
    mode = rule.negated
    known = reading.hits.keys()
    terms = (rule.any or frozenset(rule.all[:1])) & known
    hits = [hit for t in terms if t != without for hit in reading.counted(t, mode)]
    for others in (*((term,) for term in rule.all), *((rule.beside,) if rule.beside else ())):
        if not hits:
            return ()
        hits = _within(rule, reading, hits, _places(others, reading, mode, without))
    if hits and rule.unless:
        taken = _places(rule.unless, reading, "also", without)
        if taken:
            left = set(_within(rule, reading, hits, taken))
            hits = [hit for hit in hits if hit not in left]
    return tuple(sorted(hits, key=_by_place)) if len(hits) > 1 else tuple(hits)


def _by_place(hit: Hit) -> tuple[int, int]:
    return hit.start, hit.term


def _places(terms: Collection[int], reading: Reading, mode: str, without: int) -> set[int]:
    """Return the sentences in which any of some terms counts."""
    found = [t for t in terms if t in reading.hits and t != without]
    return set[int]().union(*(reading.sentences(term, mode) for term in found))


def _within(rule: Rule, reading: Reading, hits: list[Hit], sentences: set[int]) -> list[Hit]:
    """Return the hits that stand in some sentences; a field is in every sentence."""
    if not sentences or rule.whole_text or NOWHERE in sentences:
        return hits if sentences else []
    return [hit for hit in hits if hit.start == NOWHERE or reading.sentence(hit) in sentences]
