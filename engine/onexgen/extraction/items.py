"""Single items of a list, as names: without what stands around and behind them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final, TypedDict

from onexgen.filters import slug, snake
from onexgen.text import stemmer

_QUOTED: Final = re.compile(r"[\"“]([^\"“”\n]{1,60})[\"”]|`([^`\n]{1,60})`")
_BETWEEN: Final = re.compile(r"[\s,;]*(?:and|or)?[\s,;]*")
_FIRST_QUOTE: Final = re.compile(r"\s*\[?\s*[\"“`]")
_ASIDE: Final = re.compile(r"\([^()\n]{0,200}\)?|\[[ xX]?\]")
_OVER: Final = re.compile(r"[,;:→|\u2014\u2013…?!{}\[\]]|\s[-=/]+>?\s|\.(?:\s|$)")
_WORD: Final = re.compile(r"[^\W_][\w'\u2019&/.-]*")
_AROUND: Final = " \t*_`\"'“”.-"


class ItemsForm(TypedDict):
    """How items are cleaned."""

    stemmer: str
    longest: int
    intros: list[str]
    drops: list[str]
    cuts: list[str]
    ends: list[str]
    stop: list[str]


class Items:
    """Turns parts of a text into the names of items."""

    def __init__(self, form: ItemsForm) -> None:
        """Prepare the words at which items begin and end."""
        self._longest = form["longest"]
        self._intros = frozenset(form["intros"])
        self._drops = frozenset(form["drops"])
        self._cuts = frozenset(form["cuts"])
        self._ends = frozenset(form["ends"])
        self._stem = stemmer(form["stemmer"])
        self._stop = frozenset(self._stem(form["stop"]))

    def listed(self, text: str, splits: re.Pattern[str]) -> list[str]:
        """Return the parts of a list in running text, or its quoted items as they are."""
        if _FIRST_QUOTE.match(text):
            quoted = list(_quoted(text))
            if len(quoted) > 1:
                return [f'"{item}"' for item in quoted]
        bare = _ASIDE.sub(" ", text)
        clauses = bare.split(";")
        if len(clauses) > 1 and len([p for p in splits.split(clauses[0]) if p.strip()]) > 1:
            bare = clauses[0]
        parts = [part for part in splits.split(bare) if part.strip(_AROUND)]
        return self._until_the_last(bare, parts)

    def after_intro(self, text: str) -> str:
        """Return the first item of a line without the words that lead up to it."""
        words = re.split(r"[:.;,]\s", text)[-1].split()
        for place in range(len(words) - 1, -1, -1):
            if words[place].lower().strip(_AROUND) in self._intros:
                words = words[place + 1 :]
                break
        return " ".join(words if len(words) <= self._longest else words[-1:])

    def name(self, text: str, *, sure: bool) -> str:
        """Return the name of an item, "" when the text is none."""
        if text.startswith('"'):
            return text.strip('"').strip()
        bare = _ASIDE.sub(" ", text).strip(_AROUND + ",;:")
        words = _WORD.findall(_OVER.split(bare, maxsplit=1)[0])
        while words and words[0].lower() in self._drops:
            words = words[2 if words[1:] and words[1].isdigit() else 1 :]
        words = words[: next((n for n, w in enumerate(words) if w.lower() in self._cuts), None)]
        while len(words) > 1 and words[-1].lower() in self._ends:
            words = words[:-1]
        if len(words) > self._longest:
            words = words[: self._longest] if sure else []
        if not words or not snake(words[0]) or snake(words[0]).isdigit():
            return ""
        stems = self._stem([word.lower() for word in words])
        return "" if any(stem in self._stop for stem in stems) else " ".join(words).strip(_AROUND)

    def is_cut(self, text: str) -> bool:
        """Tell whether an item goes on behind its name."""
        return any(word.lower() in self._cuts for word in _WORD.findall(text))

    def stems(self, text: str) -> frozenset[str]:
        """Return the stems of the words of an item."""
        return frozenset(self._stem(snake(text).split("_")))

    def _until_the_last(self, text: str, parts: list[str]) -> list[str]:
        """Return the items up to the one behind the last `and`, where there is one."""
        last = re.search(r"(?:,\s*)?\b(?:and|&)\b", text)
        if last is None or "," not in text[: last.start()]:
            return parts
        counted, place = 0, 0
        for part in parts:
            place = text.find(part, place) + len(part)
            counted += 1
            if place > last.end():
                break
        return parts[:counted]


def _quoted(text: str) -> Iterator[str]:
    """Yield the quoted items of one list: nothing but separators stands between them."""
    end = 0
    for found in _QUOTED.finditer(text):
        if end and _BETWEEN.fullmatch(text[end : found.start()]) is None:
            return
        end = found.end()
        yield found.group(1) or found.group(2)


def numbered(names: Iterable[str]) -> list[str]:
    """Return names of which no two are the same: the second `check` is `check 2`."""
    taken: set[str] = set()
    kept: list[str] = []
    for name in names:
        free, number = name, 1
        while slug(free) in taken:
            number += 1
            free = f"{name} {number}"
        taken.add(slug(free))
        kept.append(free)
    return kept
