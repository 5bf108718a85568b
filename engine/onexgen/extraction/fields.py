"""Fields in lists: `name, email and birth date`, `id (uuid), total: decimal`, `qty int`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Final, NamedTuple

from onexgen.json_types import Json
from onexgen.text import plain_word

if TYPE_CHECKING:  # Annotations alone name the forms.
    from onexgen.extraction.forms import EntitiesForm

_ITEM: Final = re.compile(r"\s*(?:,|;|\n|\band\b|\bplus\b|\bas well as\b|\bor\b(?=[^,;]*$))\s*")
_WORD: Final = re.compile(r"[^\W_]+(?:[_'\u2019][^\W_]+)*_?")
_PARENTHESIS: Final = re.compile(r"\(([^()]*)\)|\[([^\[\]]*)\]")
_SIGNS: Final = re.compile(r"\s*(?::|=|\s[-\u2013\u2014]\s)\s*")
_VALUES: Final = re.compile(r"\w+\s*[|/]\s*\w+|\w+(?:, \w+)+(?: (?:or|and) \w+)?$|\w+ or \w+$")
_LETTER: Final = re.compile(r"\b([A-Za-z])-(?=[A-Za-z])")
_LONGEST: Final = 4
_PAIR: Final = 2
# A type stands at the beginning of a remark; later words may be anything.
_REMARK: Final = 4


class FieldFound(NamedTuple):
    """A field; `is_sure` when its form alone shows that it is one."""

    name: str
    type: str | None
    is_sure: bool


class Fields:
    """Reads lists of fields."""

    def __init__(self, form: EntitiesForm) -> None:
        """Prepare the words for types."""
        self._types: Mapping[str, str] = form["types"]
        self._endings: Mapping[str, str] = form["endings"]
        self._stop = frozenset(form["stop"])
        self._breaks = frozenset(form["breaks"])
        self._slips = form["slips"]
        self._cuts = frozenset(form["cuts"])
        self._soft = frozenset(form["soft"])
        self._many = frozenset(form["many"])
        self._joins = frozenset(form["joins"])
        self._places = frozenset(form["places"])
        self._turns = frozenset(form["turns"])
        self._of = form["of"]
        self._enum = form["choice"]
        self._each = frozenset(form["each"])
        self._symbols = form["symbols"]
        self._spans = frozenset(form["spans"])
        self._forms = [(re.compile(regex), kind) for regex, kind in form["forms"].items()]

    def listed(self, text: str) -> list[FieldFound]:
        """Return the fields of a list in running text, up to the first thing that is none."""
        found: list[FieldFound] = []
        for item in split_items(text):
            if kind := self._common_type(item):
                return [field._replace(type=field.type or kind) for field in found]
            field = self.item(item if found else self._introduced(item))
            if field is None:
                break
            found.append(field)
        return found

    def _common_type(self, item: str) -> str | None:
        """Return the type that all of a list have: `net, tax, gross, each a decimal`."""
        words = [plain_word(word) for word in _words(item)]
        told = [word for word in words[1:] if word not in self._joins]
        is_type = len(told) == 1 and words[0] in self._each
        return self._types.get(told[0]) if is_type else None

    def anywhere(self, text: str) -> tuple[str, list[FieldFound]]:
        """Return the longest run of fields that a sentence lists, and what stands before it."""
        runs: list[list[tuple[str, FieldFound]]] = [[]]
        for item in split_items(text):
            field = self.item(item)
            if field is not None:
                runs[-1].append((item, field))
            elif runs[-1]:
                runs.append([])
        best = max(runs, key=lambda run: sum(field.is_sure for _, field in run))
        if not best:
            return "", []
        start = text.lower().find(best[0][1].name, text.find(best[0][0]))
        return text[: max(0, start)], [field for _, field in best]

    def _introduced(self, item: str) -> str:
        """Leave out what introduces the first field: `the same shape: number (int)`."""
        _, sign, right = _partition(item)
        return right if ":" in sign and self.type_of(right.split("(")[0]) is None else item

    def item(self, text: str) -> FieldFound | None:
        """Return the field that one item of a list describes."""
        remark = " ".join(a or b for a, b in _PARENTHESIS.findall(text))
        left, _, right = _partition(_PARENTHESIS.sub(" ", text))
        kind = self.type_of(remark) or self.type_of(right)
        words = self._before_place(_words(left))
        snake = [word for word in words if "_" in word.strip("_") and not word.isupper()]
        if snake:
            rest = " ".join(word for word in words if word not in snake)
            kind = kind or self.type_of(rest)
            name = self.meant(snake[0].lower())
            at = words.index(snake[0])
            # `dedupe on sensor_id` speaks of a field, it lists none.
            is_listed = at < _PAIR or plain_word(words[at - 1]) not in self._turns
            return FieldFound(name, kind or self._guess(name), is_listed)
        return self._plain(words, kind, is_typed=bool(remark or right))

    def _before_place(self, words: list[str]) -> list[str]:
        """Leave out where things are kept: `email in Alexandria`."""
        for place in range(1, len(words) - 1):
            if words[place] in self._places and words[place + 1][0].isupper():
                return words[:place]
        return words

    def _plain(self, words: list[str], kind: str | None, *, is_typed: bool) -> FieldFound | None:
        """Return the field that ordinary words name: `the date of birth`, `year as integer`."""
        words = [plain_word(word).removesuffix("'s").replace("'", "") for word in words]
        ends = [place for place, word in enumerate(words) if place and word in self._cuts]
        words = self._measured(words[: ends[0]] if ends else words)
        if not words or words[0] in self._breaks or any(map(self._is_number, words)):
            return None
        while len(words) > 1 and words[0] in self._stop:
            words = words[1:]
        words, said = self._untyped(words)
        if not 0 < len(words) <= _LONGEST or not all(word.isascii() for word in words):
            return None
        kept = [word for word in words if word not in self._joins or len(words) == 1]
        name = self.meant("_".join(kept))
        kind = kind or said
        return FieldFound(name, kind or self._guess(name), bool(kind) and is_typed)

    def _measured(self, words: list[str]) -> list[str]:
        """Write units as names have them: `volume in litres`, `rain of the last 24 hours`."""
        kept: list[str] = []
        for word in words:
            symbol = self._symbols.get(word, "")
            before = kept[-2:]
            if symbol and len(before) == _PAIR and before[1].isdigit() and before[0] in self._spans:
                kept[-1] += symbol
            elif symbol and before and before[-1] in self._joins:
                kept.append(symbol)
            else:
                kept.append(word)
        spans = [place for place, word in enumerate(kept) if self._is_span(word)]
        if not spans:
            return kept
        # `rain of the last 24h` has the words of a sentence before its span: those go.
        first = kept[: max(0, spans[0] - 1)]
        while len(first) > 1 and first[-1] in self._stop:
            first.pop()
        return [*first, *kept[max(0, spans[0] - 1) :]]

    def _is_span(self, word: str) -> bool:
        return word[0].isdigit() and word.lstrip("0123456789") in self._symbols.values()

    def _is_number(self, word: str) -> bool:
        return word[0].isdigit() and not self._is_span(word)

    def meant(self, name: str) -> str:
        """Return a name without slips of the keyboard."""
        return "_".join(self._slips.get(part, part) for part in name.split("_"))

    def _untyped(self, words: list[str]) -> tuple[list[str], str | None]:
        """Take a type before or behind a name away from it."""
        first, last = words[0], words[-1]
        if len(words) > _PAIR and words[1] == self._of and first in self._soft:
            kind = self._types[first]
            return (words[2:] if kind in self._many else words), kind
        if len(words) > 1 and first in self._types and first not in self._soft:
            return words[1:], self._types[first]
        if len(words) > 1 and last in self._types:
            kept = words[:-1] if last not in self._soft or words[-2] in self._stop else words
            while len(kept) > 1 and kept[-1] in self._stop:
                kept = kept[:-1]
            return kept, self._types[last]
        return words, None

    def type_of(self, text: str) -> str | None:
        """Return the type that some words name."""
        words = [plain_word(word) for word in _words(text)]
        for word in words[:_REMARK]:
            if word in self._types:
                return self._types[word]
        return self._enum if _VALUES.match(text.strip()) else None

    def of_value(self, name: str, value: Json) -> str | None:
        """Return the type of a value in an example."""
        guessed = self._guess(name)
        if isinstance(value, bool):
            return self._types.get("boolean", guessed)
        if isinstance(value, int):
            return self._types.get("integer", guessed)
        if isinstance(value, float):
            return guessed or self._types.get("float")
        if isinstance(value, list):
            return self._types.get("list", guessed)
        if isinstance(value, dict):
            return self._types.get("object", guessed)
        if isinstance(value, str):
            form = next((kind for form, kind in self._forms if form.fullmatch(value)), None)
            return form or guessed or self._types.get("string")
        return guessed

    def _guess(self, name: str) -> str | None:
        parts = name.lower().split("_")
        for part in (parts[-1], parts[0] + "_"):
            if part in self._endings:
                return self._endings[part]
        return None


def split_items(text: str) -> Iterable[str]:
    """Yield the items of a list; commas within brackets divide nothing."""
    masked = _PARENTHESIS.sub(lambda found: "\x00" * len(found.group()), text)
    start = 0
    for found in _ITEM.finditer(masked):
        if found.start() > start and text[start : found.start()].strip():
            yield text[start : found.start()]
        start = found.end()
    if text[start:].strip():
        yield text[start:]


def _partition(text: str) -> tuple[str, str, str]:
    found = _SIGNS.search(text)
    if found is None:
        return text, "", ""
    return text[: found.start()], found.group(), text[found.end() :]


def _words(text: str) -> list[str]:
    return [found.group() for found in _WORD.finditer(_LETTER.sub(r"\1", text))]
