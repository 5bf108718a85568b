"""Which words of a phrase name a thing."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from onexgen.filters import singular, snake
from onexgen.text import words_of

if TYPE_CHECKING:  # Annotations alone name the forms.
    from onexgen.extraction.forms import EntitiesForm

_LONGEST: Final = 2
_PAIR: Final = re.compile(r"\b([A-Za-z][\w-]*) (?=([A-Za-z]+))")
_HYPHEN: Final = re.compile(r"(?<=\w)-([A-Za-z]+)\b")
# A name of the author's own making: `PointsEarned`, `payslip_input`.
_COINED: Final = re.compile(r"\b(?:[A-Z][a-z]+(?:[A-Z][a-z]+)+|[a-z]+(?:_[a-z]+)+)\b")


class Nouns:
    """Finds the words that name a thing."""

    def __init__(self, form: EntitiesForm) -> None:
        """Prepare the words that name nothing."""
        self._stop = frozenset(form["stop"])
        self._plain = frozenset(form["plain"])
        self._pairs = frozenset(form["pairs"])
        self._short = frozenset(form["short"])
        self._loose = frozenset(form["loose"])
        self._articles = frozenset(form["articles"])
        self._vague = self._stop | self._plain | self._pairs | self._loose
        self._mute = self._stop | self._plain | self._loose
        self._vague |= frozenset(form["types"])
        self._default = form["default"]
        self._slips = form["slips"]
        each = "|".join(map(re.escape, form["each"]))
        self._each = re.compile(rf"\b(?:{each}) ([a-z]+)", re.IGNORECASE) if each else None

    def head(self, text: str) -> str:
        """Return what a title or a label names: the words before `of`, `per` and the like."""
        coined = _COINED.search(text)
        if coined is not None:
            return snake(coined.group())
        words = words_of(self._bound(text))
        while words and words[0] in self._stop:
            words = words[1:]
        ends = [i for i, word in enumerate(words) if word in self._stop]
        if ends and words[ends[0]] in self._articles:
            return self.head(" ".join(words[ends[0] :]))
        name = self.last(" ".join(words[: ends[0]] if ends else words))
        return "" if name in self._plain else name

    def last(self, text: str) -> str:
        """Return the last words of a text that can name a thing, in the singular."""
        words: list[str] = []
        for said in reversed(words_of(self._bound(text.replace("_", " ")))):
            word = self._slips.get(said, said)
            if word in self._stop or not word.isascii() or word[0].isdigit():
                if words:
                    break
                continue
            if words and word in self._loose:
                break
            words.insert(0, word.removesuffix("'s"))
            if len(words) == _LONGEST or singular(word) not in self._pairs:
                break
        return "_".join([*words[:-1], singular(words[-1])]) if words else ""

    def _bound(self, text: str) -> str:
        """Join words that are one with a word that names nothing: `hand-over`."""

        def joined(found: re.Match[str]) -> str:
            return found.group(1) if found.group(1).lower() in self._stop else found.group()

        return _HYPHEN.sub(joined, text) if "-" in text else text

    def holds(self, name: str) -> bool:
        """Tell whether a name is one of what always has fields: `record`, `event`."""
        return name.rpartition("_")[2] in self._short

    def full(self, name: str, raw: str, about: Sequence[str], key: str) -> str:
        """Return a name that says enough: `event` is said in full elsewhere, or of the subject."""
        if name and name not in self._plain and name not in self._short:
            return name
        subject = next((word for word in reversed(about) if word not in self._vague), "")
        if name in self._short:
            said = self._said_before(name, raw) or key or subject
            return f"{said}_{name}" if said and said != name else name
        one = self._counted(raw)
        return (key if key in about else "") or one or subject or key or self._default

    def _counted(self, raw: str) -> str:
        """Return what the text speaks of one by one: `read every product`."""
        if self._each is None:
            return ""
        found = (singular(match.group(1).lower()) for match in self._each.finditer(raw))
        return next((word for word in found if self._tells(word)), "")

    def _said_before(self, name: str, raw: str) -> str:
        """Return the word that stands before a name most often: `match events`."""
        found = Counter(
            singular(before.lower())
            for before, word in _PAIR.findall(raw)
            if word[:1].lower() == name[:1]
            and singular(word.lower()) == name
            and self._tells(before.lower())
        )
        return found.most_common(1)[0][0] if found else ""

    def _tells(self, word: str) -> bool:
        return word.isascii() and word.isalpha() and not {word, singular(word)} & self._mute
