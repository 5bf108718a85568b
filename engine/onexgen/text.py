"""Words of a text: where they stand, their stems, what separates them, what is denied."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from functools import cache, lru_cache
from itertools import accumulate
from operator import sub
from typing import Final, NamedTuple, TypedDict

# How much stands between two words.
JOINED, COMMA, CLAUSE, SENTENCE = 0, 1, 2, 3

_WORD: Final = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)*")
_SPLIT: Final = re.compile(rf"({_WORD.pattern})")
_CODE: Final = re.compile(r"```.*?```", re.DOTALL)
_NOT_LINE_END: Final = re.compile(r"[^\n]")
_STOPS: Final = frozenset(".!?\u2026\u3002")
_CLAUSES: Final = frozenset(';:()[]{}|"\u2013\u2014\u2192\u201c\u201d')
_COMMAS: Final = frozenset(",.\u3001")

# Shapes of gaps repeat; a hostile text must not fill the memory with rare ones.
_SHORT_GAP: Final = 8
_MANY_GAPS: Final = 1000
_FEW_TEXTS: Final = 4
_GAPS: Final[dict[str, int]] = {" ": JOINED, "-": JOINED, "_": JOINED, ", ": COMMA}


class OpenerForm(TypedDict):
    """Words that deny what follows (or, `behind`, what stands before them)."""

    words: list[str]
    line: bool
    behind: bool
    at_most: int


class LanguageForm(TypedDict):
    """How a text is read."""

    stemmer: str
    correct: list[str]
    words: list[str]
    abbreviations: list[str]
    openers: list[OpenerForm]
    exceptions: list[list[str]]
    closers: list[str]
    joiners: list[str]


class Text(NamedTuple):
    """A text cut into words; all lists run in parallel, one item a word."""

    raw: str
    words: list[str]
    stems: list[str]
    starts: list[int]
    ends: list[int]
    breaks: list[int]
    sentences: list[int]

    def slice(self, start: int, end: int) -> str:
        """Return the characters from one word up to, not including, another."""
        return self.raw[self.starts[start] : self.ends[end - 1]] if start < end else ""

    def words_at(self, start: int, end: int) -> tuple[int, int]:
        """Return the words that a stretch of characters touches."""
        return bisect_right(self.ends, start), bisect_left(self.starts, end)


@cache
def stemmer(language: str) -> Callable[[Sequence[str]], list[str]]:
    """Return the function that stems many words of a language."""
    import Stemmer

    stem: Callable[[Sequence[str]], list[str]] = Stemmer.Stemmer(language).stemWords
    return stem


def languages() -> list[str]:
    """Return the languages that can be stemmed."""
    import Stemmer

    return sorted(Stemmer.algorithms())


def plain_word(word: str) -> str:
    """Return a word in small letters without accents."""
    if word.isascii():
        return word.lower()
    folded = unicodedata.normalize("NFKD", word.replace("\u2019", "'"))
    return "".join(c for c in folded if not unicodedata.combining(c)).casefold()


def words_of(text: str) -> list[str]:
    """Return the words of a short text, plain."""
    return [plain_word(found.group()) for found in _WORD.finditer(text)]


def without_code(raw: str) -> str:
    """Return a text of the same length whose blocks of code are blank."""
    if "```" not in raw:
        return raw
    return _CODE.sub(lambda found: _NOT_LINE_END.sub(" ", found.group()), raw)


class Cut(NamedTuple):
    """A text cut into words, before anything is known of the words; lists as in `Text`."""

    raw: str
    words: list[str]
    starts: list[int]
    ends: list[int]
    breaks: list[int]
    sentences: list[int]


# Each set of rules reads the same text: it is cut once for all of them.
@lru_cache(maxsize=_FEW_TEXTS)
def cut(raw: str, abbreviations: frozenset[str] = frozenset()) -> Cut:
    """Cut a text into words; nobody may change what is returned."""
    raw = without_code(raw)
    parts = _SPLIT.split(raw)
    gaps, found = parts[0:-1:2], parts[1::2]
    ends = list(accumulate(map(len, parts)))[1::2]
    starts = list(map(sub, ends, map(len, found)))
    words = list(map(str.lower, found) if raw.isascii() else map(plain_word, found))
    breaks = [_GAPS.get(gap, -1) for gap in gaps]
    for place, level in enumerate(breaks):
        if level < 0:
            abbreviated = place > 0 and words[place - 1] in abbreviations
            breaks[place] = _judged(gaps[place], raw[starts[place]], abbreviated)
    sentences: list[int] = list(accumulate(map(SENTENCE.__eq__, breaks)))
    return Cut(raw, words, starts, ends, breaks, sentences)


def read_text(
    raw: str,
    language: str,
    abbreviations: frozenset[str] = frozenset(),
    spelling: Mapping[str, str] | None = None,
) -> Text:
    """Cut a text into words; words that are misspelt are read as what was meant."""
    known = cut(raw, abbreviations)
    words = known.words if spelling is None else list(map(spelling.__getitem__, known.words))
    stems = stemmer(language)(words)
    return Text(known.raw, words, stems, known.starts, known.ends, known.breaks, known.sentences)


def _judged(gap: str, following: str, abbreviated: bool) -> int:
    if "\n" in gap or ". " in gap:
        return _context_level(gap, following, abbreviated)
    level = _level(gap)
    if len(gap) <= _SHORT_GAP and len(_GAPS) < _MANY_GAPS:
        _GAPS[gap] = level
    return level


def _context_level(gap: str, following: str, abbreviated: bool) -> int:
    """Judge a gap with a line end or a full stop, which the words around it decide."""
    if "\n" in gap:
        wrapped = gap.count("\n") == 1 and gap.strip(" \t\r\n,") == "" and following.islower()
        return (COMMA if "," in gap else JOINED) if wrapped else SENTENCE
    return JOINED if abbreviated and gap == ". " else SENTENCE


def _level(gap: str) -> int:
    stopped = next((i for i, c in enumerate(gap) if c in _STOPS), -1)
    if stopped >= 0 and gap[stopped + 1 :][:1] in {" ", "\t", '"', "'", ")", "*", "\xa0"}:
        return SENTENCE
    if not _CLAUSES.isdisjoint(gap) or " - " in gap:
        return CLAUSE
    return JOINED if _COMMAS.isdisjoint(gap) and stopped < 0 else COMMA


class Negation:
    """Finds the words of a text that are denied: `no noise`, `must not touch the disk`."""

    def __init__(self, form: LanguageForm) -> None:
        """Sort the opening words by their first word, the longest first."""
        self._openers: dict[str, list[OpenerForm]] = {}
        for opener in sorted(form["openers"], key=lambda item: -len(item["words"])):
            self._openers.setdefault(opener["words"][0], []).append(opener)
        self._exceptions: dict[str, list[list[str]]] = {}
        for words in form["exceptions"]:
            self._exceptions.setdefault(words[0], []).append(words)
        self._closers = frozenset(form["closers"])
        self._joiners = frozenset(form["joiners"])

    def __call__(self, text: Text) -> bytearray:
        """Return one flag a word: 1 if it is denied."""
        flags = bytearray(len(text.words))
        for start, word in enumerate(text.words):
            if word not in self._openers or self._is_excepted(text, start):
                continue
            for opener in self._openers[word]:
                after = start + len(opener["words"])
                if text.words[start:after] == opener["words"]:
                    first, end = self._reach(text, start, after, opener)
                    flags[first:end] = b"\x01" * (end - first)
                    break
        return flags

    def _is_excepted(self, text: Text, start: int) -> bool:
        return any(
            text.words[start : start + len(words)] == words
            for words in self._exceptions.get(text.words[start], ())
        )

    def _reach(self, text: Text, start: int, after: int, opener: OpenerForm) -> tuple[int, int]:
        if opener["behind"]:
            first = start
            lowest = max(0, start - opener["at_most"])
            while first > lowest and text.breaks[first] < CLAUSE:
                first -= 1
            return first, start
        return after, self._end(text, after, opener)

    def _end(self, text: Text, after: int, opener: OpenerForm) -> int:
        """Go on to the end of the clause; over commas only where an `or` is still to come."""
        last = min(len(text.words), after + opener["at_most"])
        end = after
        while end < last:
            level = text.breaks[end]
            if level == SENTENCE or (level == CLAUSE and not opener["line"] and end > after):
                break
            if text.words[end] in self._closers and not opener["line"]:
                break
            if level == COMMA and end > after and not opener["line"]:
                joined = self._joined(text, end, last)
                if joined == end:
                    break
                end = joined
            end += 1
        return end

    def _joined(self, text: Text, comma: int, last: int) -> int:
        """Return the place of the `or` that carries the denial over a comma, else the comma."""
        for place in range(comma, last):
            if text.breaks[place] >= CLAUSE or text.words[place] in self._closers:
                break
            if text.words[place] in self._joiners:
                return place
        return comma
