"""Things with fields, in whatever form a text names them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

from onexgen.extraction.fields import FieldFound, Fields
from onexgen.extraction.forms import EntitiesForm
from onexgen.extraction.layout import Block, blocks_of, without_bullet
from onexgen.filters import singular, snake
from onexgen.json_types import Json
from onexgen.text import plain_word, words_of

_SENTENCE: Final = re.compile(r"(?<=[.!?;])\s+|\n")
_LISTS: Final = re.compile(r"[,;]|\band\b")
_LABELS: Final = re.compile(r"[:=\u2013]")
_SURE: Final = re.compile(r"\w_\w|\(|:\s")
_CALL: Final = re.compile(r"`?\b([A-Za-z_]\w*)\(([^()\n]{3,600})\)")
_BRACKETS: Final = re.compile(r"\b([A-Za-z][\w-]*(?: \w+)?)\s+\(([^()\n]{5,400})\)")
_LABEL: Final = re.compile(r"\W*([A-Za-z][\w' `-]{1,60}?)[*`]*\s*[:=\u2013]\**\s+(.{3,600})")
_TITLE_LENGTH: Final = 80
_COLONS: Final = (":", " is", " of")
_LONGEST_NAME: Final = 2
_CLAUSE: Final = re.compile(r"[,;:]\s")
# Beyond these a sentence is no list of fields, only long.
_OPENERS: Final = 16
_LONGEST_LIST: Final = 1000
_LEAST: Final = 2


@dataclass(frozen=True, slots=True)
class Found:
    """A thing with its fields and where it stands."""

    place: int
    name: str
    fields: tuple[FieldFound, ...]


class Entities:
    """Finds things with fields."""

    def __init__(self, form: EntitiesForm) -> None:
        """Prepare the words of a document."""
        self.form = form
        self._fields = Fields(form)
        self._stop = frozenset(form["stop"])
        self._plain = frozenset(form["plain"])
        self._pairs = frozenset(form["pairs"])
        self._labels = {" ".join(words) for words in form["labels"]}
        self._keys = frozenset(form["keys"])
        self._subject: list[str] = []
        self._columns = frozenset(form["columns"])
        self._type_columns = frozenset(form["type_columns"])
        phrases = sorted((" ".join(words) for words in form["opens"]), key=len, reverse=True)
        self._opens = re.compile(
            rf"\b(?:{'|'.join(map(re.escape, phrases))})\b:?\s*", re.IGNORECASE
        )

    def __call__(self, raw: str, subject: list[str]) -> list[Json]:
        """Return the things in their order, each name once; `subject` names one without a name."""
        self._subject = [singular(word) for word in subject]
        found = sorted(self._all(raw), key=lambda item: item.place)
        named: dict[str, list[FieldFound]] = {}
        taken: set[tuple[str, ...]] = set()
        for item in found:
            key = tuple(field.name for field in item.fields)
            if key in taken or item.name in named:
                continue
            taken.add(key)
            named[item.name] = list(item.fields)
        return [
            {"name": name, "fields": [{"name": f.name, "type": f.type} for f in fields]}
            for name, fields in named.items()
        ]

    def _all(self, raw: str) -> Iterator[Found]:
        blocks = list(blocks_of(raw))
        for number, block in enumerate(blocks):
            title = self._title(blocks, number)
            if block.kind == "table":
                yield from self._table(block, title)
            elif block.kind == "bullets":
                yield from self._bullets(block, title)
            elif block.kind == "example":
                yield from self._example(block, title)
            if block.kind in {"text", "bullets"}:
                yield from self._lines(block, title)

    def _title(self, blocks: list[Block], number: int) -> str:
        """Return the name that the heading or the line before a block suggests."""
        for block in reversed(blocks[:number]):
            line = block.text.rstrip().split("\n")[-1]
            short = line.endswith(_COLONS) and len(line) < _TITLE_LENGTH and "(" not in line
            if block.kind == "heading" or short:
                return self._head(line)
            if block.kind == "heading":
                break
        return ""

    def _table(self, block: Block, title: str) -> Iterator[Found]:
        heads = [plain_word(cell) for cell in block.rows[0]]
        names = next((i for i, head in enumerate(heads) if head in self._columns), None)
        types = next((i for i, head in enumerate(heads) if head in self._type_columns), None)
        if names is None or types is None:
            return
        fields = [
            FieldFound(field.name, self._fields.type_of(row[types]) or field.type, True)
            for row in block.rows[1:]
            if len(row) > max(names, types) and (field := self._fields.item(row[names]))
        ]
        yield from self._thing(block.place, title, fields)

    def _bullets(self, block: Block, title: str) -> Iterator[Found]:
        """Take runs of bullets of which every one is a field with its type."""
        run: list[FieldFound] = []
        for (text,) in [*block.rows, ("",)]:
            field = self._fields.item(text.split(",")[0]) if text else None
            if field is not None and field.is_sure and field.type:
                run.append(field)
                continue
            yield from self._thing(block.place, title, run)
            run = []
            title = self._noun(text) if text.endswith(_COLONS) else title

    def _example(self, block: Block, title: str) -> Iterator[Found]:
        fields = [
            FieldFound(name, self._fields.of_value(name, value), True)
            for name, value in block.pairs.items()
        ]
        yield from self._thing(block.place, title, fields)

    def _lines(self, block: Block, title: str) -> Iterator[Found]:
        position = 0
        for sentence in _SENTENCE.split(block.text):
            if _LISTS.search(sentence) is None:
                continue
            place = block.place + block.text.find(sentence, position)
            position = max(position, place - block.place)
            found = self._sentence(without_bullet(sentence), place, title)
            if found is not None:
                yield found

    def _sentence(self, sentence: str, place: int, title: str) -> Found | None:
        """Read a sentence by the first of the forms that fits."""
        readers = [self._opened]
        if "(" in sentence:
            readers = [self._called, self._opened, self._labelled, self._bracketed]
        elif _LABELS.search(sentence):
            readers = [self._opened, self._labelled]
        if _SURE.search(sentence):
            readers.append(self._anywhere)
        return next(filter(None, (read(sentence, place, title) for read in readers)), None)

    def _called(self, sentence: str, place: int, title: str) -> Found | None:
        """Read `piece(id: uuid, length: float)`."""
        for found in _CALL.finditer(sentence):
            fields = self._fields.listed(found.group(2))
            if sum(field.is_sure for field in fields) >= _LEAST:
                return self._first(self._thing(place, snake(found.group(1)), fields))
        return None

    def _labelled(self, sentence: str, place: int, title: str) -> Found | None:
        """Read `Order: id (uuid), total (decimal)`."""
        label = self._last_label(sentence)
        if label is None:
            return None
        fields = self._fields.listed(label.group(2))
        known = " ".join(words_of(label.group(1))) in self._labels
        if not self._is_list(fields, strong=known):
            return None
        noun = "" if known else self._head(label.group(1))
        return self._first(self._thing(place, noun or title, fields))

    def _bracketed(self, sentence: str, place: int, title: str) -> Found | None:
        """Read `persons (given name, surname, born on)`."""
        for found in _BRACKETS.finditer(sentence):
            fields = self._fields.listed(found.group(2))
            if len(fields) > _LEAST and self._shows(fields):
                return self._first(self._thing(place, self._noun(found.group(1)) or title, fields))
        return None

    def _anywhere(self, sentence: str, place: int, title: str) -> Found | None:
        """Read fields whose form shows what they are, wherever they are listed."""
        before, fields = self._fields.anywhere(sentence)
        if sum(field.is_sure for field in fields) < _LEAST:
            return None
        name = self._noun(_CLAUSE.split(before)[-1])
        return self._first(self._thing(place, name or title, fields))

    def _last_label(self, sentence: str) -> re.Match[str] | None:
        """Return the label next to the list: `Input - orders: id, total` is about orders."""
        label = _LABEL.match(sentence)
        while label is not None:
            inner = _LABEL.match(sentence, label.start(2))
            if inner is None or "(" in inner.group(1) or "," in inner.group(1):
                break
            label = inner
        return label

    def _opened(self, sentence: str, place: int, title: str) -> Found | None:
        """Read `a customer has name and email`, `the record consists of ...`."""
        for found in islice(self._opens.finditer(sentence), _OPENERS):
            fields = self._fields.listed(sentence[found.end() : found.end() + _LONGEST_LIST])
            plenty = len(fields) > _LEAST or all(field.type for field in fields)
            if plenty and self._is_list(fields, strong=False):
                name = self._noun(_CLAUSE.split(sentence[: found.start()])[-1])
                thing = self._first(self._thing(place, name or title, fields))
                if thing is not None:
                    return thing
        return None

    def _is_list(self, fields: list[FieldFound], *, strong: bool) -> bool:
        """Tell whether a list is one of fields: enough of them, and their form shows it."""
        if len(fields) <= _LEAST:
            return sum(field.is_sure for field in fields) >= _LEAST
        return strong or self._shows(fields) or any(field.is_sure for field in fields)

    def _shows(self, fields: list[FieldFound]) -> bool:
        sure = sum(field.is_sure for field in fields)
        hinted = sum(field.type is not None for field in fields)
        return sure >= _LEAST or hinted * 2 > len(fields)

    def _thing(self, place: int, name: str, fields: Iterable[FieldFound]) -> Iterator[Found]:
        unique = {field.name: field for field in reversed(list(fields))}
        if len(unique) >= _LEAST:
            ordered = tuple(reversed(unique.values()))
            yield Found(place, name or self._by_key(ordered), ordered)

    def _by_key(self, fields: tuple[FieldFound, ...]) -> str:
        """Name a thing by its key (`order_id`) or by what the text is about."""
        keys = [f.name.rpartition("_") for f in fields if f.name.rpartition("_")[2] in self._keys]
        heads = [head for head, _, _ in keys if head]
        about = [head for head in heads if head in self._subject]
        subject = self._subject[-1] if self._subject else ""
        if about or not subject or subject in self._plain:
            return next(iter([*about, *heads]), self.form["default"])
        return subject

    def _first(self, things: Iterator[Found]) -> Found | None:
        return next(things, None)

    def _head(self, text: str) -> str:
        """Return what a title or a label names: the words before `of`, `per` and the like."""
        words = words_of(text)
        while words and words[0] in self._stop:
            words = words[1:]
        ends = [i for i, word in enumerate(words) if word in self._stop]
        name = self._noun(" ".join(words[: ends[0]] if ends else words))
        return "" if name in self._plain else name

    def _noun(self, text: str) -> str:
        """Return the last words of a text that can name a thing, in the singular."""
        words: list[str] = []
        for word in reversed(words_of(text.replace("_", " "))):
            if word in self._stop or not word.isascii() or word[0].isdigit():
                if words:
                    break
                continue
            words.insert(0, word.removesuffix("'s"))
            if len(words) == _LONGEST_NAME or singular(word) not in self._pairs:
                break
        return "_".join([*words[:-1], singular(words[-1])]) if words else ""
