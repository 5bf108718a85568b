"""Fields in lists: `name, email and birth date`, `id (uuid), total: decimal`, `qty int`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from onexgen.extraction.forms import EntitiesForm
from onexgen.json_types import Json
from onexgen.text import plain_word

_ITEM: Final = re.compile(r"\s*(?:,|;|\n|\band\b|\bplus\b|\bas well as\b|\bor\b(?=[^,;]*$))\s*")
_WORD: Final = re.compile(r"[^\W_]+(?:[_'\u2019][^\W_]+)*_?")
_PARENTHESIS: Final = re.compile(r"\(([^()]*)\)|\[([^\[\]]*)\]")
_SIGNS: Final = re.compile(r"\s*(?::|=|\s[-\u2013\u2014]\s)\s*")
_VALUES: Final = re.compile(r"\w+\s*[|/]\s*\w+|\w+(?:, \w+)+(?: (?:or|and) \w+)?$|\w+ or \w+$")
_LONGEST: Final = 4


@dataclass(frozen=True, slots=True)
class FieldFound:
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
        self._enum = form["choice"]
        self._forms = [(re.compile(regex), kind) for regex, kind in form["forms"].items()]

    def listed(self, text: str) -> list[FieldFound]:
        """Return the fields of a list in running text, up to the first thing that is none."""
        found: list[FieldFound] = []
        for item in split_items(text):
            if not found:
                item = self._introduced(item)
            field = self.item(item)
            if field is None:
                break
            found.append(field)
        return found

    def _introduced(self, item: str) -> str:
        """Leave out what introduces the first field: `the same shape: number (int)`."""
        _, sign, right = _partition(item)
        return right if ":" in sign and self.type_of(right.split("(")[0]) is None else item

    def item(self, text: str) -> FieldFound | None:
        """Return the field that one item of a list describes."""
        remark = " ".join(a or b for a, b in _PARENTHESIS.findall(text))
        bare = _PARENTHESIS.sub(" ", text)
        left, _, right = _partition(bare)
        kind = self.type_of(remark) or self.type_of(right)
        words = _words(left)
        snake = [word for word in words if "_" in word.strip("_")]
        if snake:
            rest = " ".join(word for word in words if word not in snake)
            kind = kind or self.type_of(rest)
            return FieldFound(snake[0].lower(), kind or self._guess(snake[0]), True)
        if not words or plain_word(words[0]) in self._breaks:
            return None
        while len(words) > 1 and plain_word(words[0]) in self._stop:
            words = words[1:]
        if len(words) > 1:
            kind = kind or self._edge_type(words)
            words = [word for word in words if plain_word(word) not in self._types] or words[:1]
        if not 0 < len(words) <= _LONGEST or not all(word.isascii() for word in words):
            return None
        name = "_".join(plain_word(word).replace("'s", "").replace("'", "") for word in words)
        if name[0].isdigit():
            return None
        return FieldFound(name, kind or self._guess(name), bool(kind) and bool(remark or right))

    def type_of(self, text: str) -> str | None:
        """Return the type that some words name."""
        words = [plain_word(word) for word in _words(text)]
        for word in words:
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

    def _edge_type(self, words: list[str]) -> str | None:
        for word in (words[-1], words[0]):
            if plain_word(word) in self._types:
                return self._types[plain_word(word)]
        return None

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
    return [found.group() for found in _WORD.finditer(text)]
