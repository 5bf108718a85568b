"""The terms of rules as they are matched: equal ones have the same key."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from onexgen.config.reading import Rule, Term
from onexgen.positions import Path
from onexgen.text import words_of

PARTS: Final = ("any", "all", "beside", "unless")

type Stem = Callable[[Sequence[str]], list[str]]
type Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Placed:
    """A term with its key, and where it stands within its rule."""

    term: Term
    key: Key
    path: Path

    @property
    def shown(self) -> str:
        """Return the term as it is written."""
        kind, value = written(self.term)
        return f"{kind}: {value}"


def placed(rule: Rule, part: str, stem: Stem) -> list[Placed]:
    """Return the terms of one part of a rule."""
    terms: list[Term] = getattr(rule, part)
    return [Placed(term, key_of(term, stem), (part, i)) for i, term in enumerate(terms)]


def keys(rule: Rule, part: str, stem: Stem) -> frozenset[Key]:
    """Return the keys of one part of a rule."""
    return frozenset(one.key for one in placed(rule, part, stem))


def written(term: Term) -> tuple[str, str]:
    """Return the kind of a term and what is looked for."""
    for kind in ("stem", "phrase", "word", "regex"):
        value = getattr(term, kind)
        if value is not None:
            return kind, value
    return "field", f"{term.field} is {term.is_}"


def key_of(term: Term, stem: Stem) -> Key:
    """Return what makes terms equal: stems and phrases by their stems, others by their text."""
    kind, value = written(term)
    if kind in ("stem", "phrase"):
        return ("stem", *stem(words_of(value)))
    return ("word", *words_of(value)) if kind == "word" else (kind, value)


def needs(term: Term, other: Term, stem: Stem) -> bool:
    """Tell whether a term never stands anywhere without another one."""
    if key_of(term, stem) == key_of(other, stem):
        return True
    kind, value = written(term)
    if kind not in ("stem", "phrase", "word"):
        return False
    other_kind, other_value = written(other)
    own = words_of(value)
    if other_kind == "word":
        # A stem stands for other forms of its word too.
        return kind == "word" and own == words_of(other_value)
    if other_kind not in ("stem", "phrase"):
        return False
    return _holds(stem(own), stem(words_of(other_value)))


def _holds(words: list[str], part: list[str]) -> bool:
    count = len(part)
    return any(words[n : n + count] == part for n in range(len(words) - count + 1))


def cut_words(term: Term, whole: Mapping[str, str], stem: Stem) -> Iterator[tuple[str, str]]:
    """Yield words that are stems already, and what they are once they are cut again.

    `whole` gives a word of the pack for every stem.
    """
    kind, value = written(term)
    if kind in ("stem", "phrase"):
        for word in words_of(value):
            (cut,) = stem([word])
            if cut not in (word, whole.get(cut)) and whole.get(word, word) != word:
                yield word, whole[word]


def whole_words(texts: Iterable[str], stem: Stem) -> dict[str, str]:
    """Return stem -> the first word of some texts that has it."""
    words = list(dict.fromkeys(word for text in texts for word in words_of(text)))
    found: dict[str, str] = {}
    for word, cut in zip(words, stem(words), strict=True):
        found.setdefault(cut, word)
    return found
