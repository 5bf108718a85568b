"""Things with fields in single sentences: `has ...`, `Order: ...`, calls and brackets."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import islice
from typing import TYPE_CHECKING, Final, NamedTuple

from onexgen.extraction.fields import FieldFound, Fields
from onexgen.extraction.nouns import Nouns
from onexgen.filters import snake
from onexgen.text import words_of

if TYPE_CHECKING:  # Annotations alone name the forms.
    from onexgen.extraction.forms import EntitiesForm

_LISTS: Final = re.compile(r"[,;]|\band\b")
_LABELS: Final = re.compile(r"[:=\u2013]")
_SURE: Final = re.compile(r"\w_\w|\(|:\s")
_CALL: Final = re.compile(r"`?\b([A-Za-z_]\w*)(?:\(|\s?=\s?\{)([^(){}\n]{3,600})[)}]")
_BRACKETS: Final = re.compile(r"\b([A-Za-z][\w-]*(?: \w+)?)\s+\(([^()\n]{5,400})\)")
_LABEL: Final = re.compile(r"\W*([A-Za-z][\w' `-]{1,60}?)[*`]*\s*[:=\u2013]\**\s+(.{3,600})")
_INNER_LABEL: Final = re.compile(r"[,;.]\s+([A-Za-z][a-z ]{1,30}):\s+(.{3,600})")
_CLAUSE: Final = re.compile(r"[,;:]\s")
# Beyond these a sentence is no list of fields, only long.
_OPENERS: Final = 16
_LONGEST_LIST: Final = 1000
_MOST_JOINS: Final = 3
LEAST: Final = 2
"""One field alone makes no thing."""


class Said(NamedTuple):
    """A thing in a sentence; the name is empty when the sentence has none."""

    name: str
    fields: list[FieldFound]


class Sentences:
    """Reads sentences."""

    def __init__(self, form: EntitiesForm, fields: Fields, nouns: Nouns) -> None:
        """Prepare the words that introduce fields."""
        self._fields = fields
        self._nouns = nouns
        self._labels = {" ".join(words) for words in form["labels"]}
        self._results = {" ".join(words) for words in form["results"]}
        self._result = form["result"]
        self._tellers = form["tellers"]
        self._strong = {" ".join(words) for words in form["strong"]}
        phrases = sorted((" ".join(words) for words in form["opens"]), key=len, reverse=True)
        closes = "|".join(re.escape(" ".join(words)) for words in form["closes"]) or "(?!)"
        self._closes = re.compile(rf"\b(?:{closes})\b", re.IGNORECASE)
        self._opens = re.compile(
            rf"\b(?:{'|'.join(map(re.escape, phrases))})\b(?! to\b):?\s*", re.IGNORECASE
        )

    def __call__(self, sentence: str) -> Said | None:
        """Read a sentence by the first of the forms that fits."""
        if _LISTS.search(sentence) is None:
            return None
        readers: list[Callable[[str], Said | None]] = [self._opened, self._closed]
        if "(" in sentence or "{" in sentence:
            readers = [self._called, self._opened, self._labelled, self._bracketed, self._closed]
        elif _LABELS.search(sentence):
            readers = [self._opened, self._labelled, self._closed]
        if _SURE.search(sentence):
            readers.append(self._anywhere)
        return next(filter(None, (read(sentence) for read in readers)), None)

    def introduces(self, text: str) -> bool:
        """Tell whether a text ends with the words that announce a list of fields."""
        line = text.rstrip().rpartition("\n")[2]
        if not line.endswith(":"):
            return False
        last = [found.group() for found in self._opens.finditer(line)][-1:]
        words = words_of(line)
        opened = bool(last) and words[-len(words_of(last[0])) :] == words_of(last[0])
        return opened or " ".join(words) in self._labels

    def _called(self, sentence: str) -> Said | None:
        """Read `piece(id: uuid, length: float)`."""
        for found in _CALL.finditer(sentence):
            fields = self._fields.listed(found.group(2))
            if sum(field.is_sure for field in fields) >= LEAST:
                return Said(snake(found.group(1)), fields)
        return None

    def _opened(self, sentence: str) -> Said | None:
        """Read `a customer has name and email`, `the record consists of ...`."""
        for found in islice(self._opens.finditer(sentence), _OPENERS):
            fields = self._fields.listed(sentence[found.end() : found.end() + _LONGEST_LIST])
            plenty = len(fields) > LEAST or all(field.type for field in fields)
            name = self._nouns.last(_CLAUSE.split(sentence[: found.start()])[-1])
            sure = self._is_strong(found) or self._nouns.holds(name)
            if plenty and _is_list(fields, strong=sure and is_short(fields)):
                opener = " ".join(words_of(found.group()))
                ending = self._tellers.get(opener, "") if name else ""
                return Said(f"{name}_{ending}" if ending else name, fields)
        return None

    def _closed(self, sentence: str) -> Said | None:
        """Read `name, status and duration are all there is in a record`."""
        found = self._closes.search(sentence)
        if found is None:
            return None
        fields = self._fields.listed(sentence[: found.start()])
        if len(fields) <= LEAST or not is_short(fields):
            return None
        return Said(self._nouns.last(sentence[found.end() :]), fields)

    def _is_strong(self, found: re.Match[str]) -> bool:
        """Tell whether an opener alone shows that fields follow; `has 9 steps:` counts parts."""
        after = found.string[found.end() :]
        counts = after[:1].isdigit() or ":" in after.partition(",")[0].partition("(")[0]
        return not counts and " ".join(words_of(found.group())) in self._strong

    def _labelled(self, sentence: str) -> Said | None:
        """Read `Order: id (uuid), total (decimal)`."""
        label = _last_label(sentence) or self._inner_label(sentence)
        if label is None:
            return None
        fields = self._fields.listed(label.group(2))
        said = self._said(label)
        known = said in self._labels
        if not _is_list(fields, strong=known):
            return None
        return Said(self._name_of(label.group(1), said, known=known), fields)

    def _inner_label(self, sentence: str) -> re.Match[str] | None:
        """Return a known label inside of a sentence: `one per shop, columns: id, qty`."""
        found = _INNER_LABEL.finditer(sentence)
        return next((label for label in found if self._said(label) in self._labels), None)

    def _said(self, label: re.Match[str]) -> str:
        return " ".join(map(self._fields.meant, words_of(label.group(1))))

    def _name_of(self, label: str, said: str, *, known: bool) -> str:
        """Return what a label names; `Record:` is one, `Fields:` leaves it to the title."""
        if said in self._results:
            return self._result
        if known:
            return said if self._nouns.holds(said) else ""
        return self._nouns.head(label)

    def _bracketed(self, sentence: str) -> Said | None:
        """Read `persons (given name, surname, born on)`."""
        for found in _BRACKETS.finditer(sentence):
            fields = self._fields.listed(found.group(2))
            if len(fields) > LEAST and _shows(fields):
                return Said(self._nouns.last(found.group(1)), fields)
        return None

    def _anywhere(self, sentence: str) -> Said | None:
        """Read fields whose form shows what they are, wherever they are listed."""
        before, fields = self._fields.anywhere(sentence)
        if sum(field.is_sure for field in fields) < LEAST:
            return None
        return Said(self._nouns.last(_CLAUSE.split(before)[-1]), fields)


def _last_label(sentence: str) -> re.Match[str] | None:
    """Return the label next to the list: `Input - orders: id, total` is about orders."""
    label = _LABEL.match(sentence)
    while label is not None:
        inner = _LABEL.match(sentence, label.start(2))
        if inner is None or "(" in inner.group(1) or "," in inner.group(1):
            break
        label = inner
    return label


def _is_list(fields: list[FieldFound], *, strong: bool) -> bool:
    """Tell whether a list is one of fields: enough of them, and their form shows it."""
    if len(fields) <= LEAST:
        return len(fields) == LEAST and all(field.is_sure or field.type for field in fields)
    return strong or _shows(fields) or any(field.is_sure for field in fields)


def is_short(fields: list[FieldFound]) -> bool:
    """Tell whether no field is a phrase: those are parts of sentences."""
    return all(field.name.count("_") < _MOST_JOINS for field in fields)


def _shows(fields: list[FieldFound]) -> bool:
    sure = sum(field.is_sure for field in fields)
    hinted = sum(field.type is not None for field in fields)
    return sure >= LEAST or hinted * 2 > len(fields)
