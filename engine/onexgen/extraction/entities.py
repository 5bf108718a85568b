"""Things with fields, in whatever form a text names them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from onexgen.extraction.fields import FieldFound, Fields
from onexgen.extraction.layout import Block, blocks_of, without_bullet
from onexgen.extraction.listing import Listing
from onexgen.extraction.nouns import Nouns
from onexgen.extraction.outline import outlines_of
from onexgen.extraction.sentences import LEAST, Sentences, is_short
from onexgen.filters import singular, snake
from onexgen.json_types import Json, JsonObject
from onexgen.text import plain_word

if TYPE_CHECKING:  # Annotations alone name the forms.
    from onexgen.extraction.forms import EntitiesForm

_SENTENCE: Final = re.compile(r"(?<=[.!?;])\s+|\n")
_TITLE_LENGTH: Final = 80
_COLONS: Final = (":", " is", " of")


class Found(NamedTuple):
    """A thing with its fields and where it stands; no name when the text gives none."""

    place: int
    name: str
    fields: tuple[FieldFound, ...]


class Entities:
    """Finds things with fields."""

    def __init__(self, form: EntitiesForm) -> None:
        """Prepare the words of a document."""
        self.form = form
        self._fields = Fields(form)
        self._nouns = Nouns(form)
        self._sentences = Sentences(form, self._fields, self._nouns)
        self._listing = Listing(form, self._fields, self._nouns)
        self._plain = frozenset(form["plain"])
        self._keys = frozenset(form["keys"])
        self._columns = frozenset(form["columns"])
        self._type_columns = frozenset(form["type_columns"])

    def find(self, raw: str, found: JsonObject) -> tuple[list[Found], list[Json]]:
        """Return the things in their order, and why those that rules found are things."""
        listed = list(self._listing(raw, found))
        further = (thing for one in listed for thing in _thing(one.place, one.name, one.fields))
        things = sorted((*self._all(raw), *further), key=lambda item: item.place)
        return things, [one.reason for one in listed]

    def named(self, things: Sequence[Found], raw: str, subject: Sequence[str]) -> list[Json]:
        """Return things, each name once; `subject` names one without a name."""
        about = [singular(self._fields.meant(word)) for word in subject]
        named: dict[str, tuple[FieldFound, ...]] = {}
        taken: set[tuple[str, ...]] = set()
        for item in things:
            key = tuple(field.name for field in item.fields)
            own = [word for word in about if word not in key]
            head = self._key_of(item.fields)
            if head and not item.name and item.fields[0].type == self.form["key_type"]:
                own = [head]
            name = self._nouns.full(item.name, raw, own, head)
            if key not in taken and name not in named:
                taken.add(key)
                named[name] = item.fields
        return [
            {"name": name, "fields": [{"name": f.name, "type": f.type} for f in fields]}
            for name, fields in named.items()
        ]

    def _all(self, raw: str) -> Iterator[Found]:
        title, listing = "", False
        for block in blocks_of(raw):
            if block.kind == "table":
                yield from self._table(block, title)
            elif block.kind == "bullets":
                yield from self._bullets(block, title, listing=listing)
            elif block.kind == "example":
                yield from self._example(block, title)
            if block.kind in {"text", "bullets"}:
                yield from self._lines(block, title)
            title = self._title(block, title)
            if block.kind != "space":
                listing = self._sentences.introduces(block.text)

    def _title(self, block: Block, before: str) -> str:
        """Return the name that a heading, or a line with a colon, gives to what follows."""
        line = block.text.rstrip().split("\n")[-1]
        short = line.endswith(_COLONS) and len(line) < _TITLE_LENGTH and "(" not in line
        return self._nouns.head(line) if block.kind == "heading" or short else before

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
        yield from _thing(block.place, title, fields)

    def _bullets(self, block: Block, title: str, *, listing: bool) -> Iterator[Found]:
        """Take runs of bullets of which every one is a field, with its type unless announced."""
        run: list[FieldFound] = []
        for (text,) in [*block.rows, ("",)]:
            field = self._fields.item(text.split(",")[0]) if text else None
            typed = field is not None and field.is_sure and bool(field.type)
            if field is not None and (typed or (listing and is_short([field]))):
                run.append(field)
                continue
            yield from _thing(block.place, title, run)
            run = []
            title = self._nouns.last(text) if text.endswith(_COLONS) else title

    def _example(self, block: Block, title: str) -> Iterator[Found]:
        for name, lines in outlines_of(block.text) if not block.pairs else ():
            typed = [FieldFound(n.lower(), self._fields.type_of(t), True) for n, t in lines]
            if sum(field.type is not None for field in typed) >= LEAST:
                yield from _thing(block.place, singular(snake(name)), typed)
        fields = [
            FieldFound(name, self._fields.of_value(name, value), True)
            for name, value in block.pairs.items()
            if name.isascii() and name.isidentifier()
        ]
        yield from _thing(block.place, title, fields)

    def _lines(self, block: Block, title: str) -> Iterator[Found]:
        position = 0
        for sentence in _SENTENCE.split(block.text):
            place = block.place + block.text.find(sentence, position)
            position = max(position, place - block.place)
            said = self._sentences(without_bullet(sentence))
            if said is not None:
                yield from _thing(place, said.name or title, said.fields)

    def _key_of(self, fields: Sequence[FieldFound]) -> str:
        """Return what the key of a thing names: `order_id`."""
        parts = [field.name.rpartition("_") for field in fields[:1]]
        return next((head for head, _, last in parts if head and last in self._keys), "")


def _thing(place: int, name: str, fields: Iterable[FieldFound]) -> Iterator[Found]:
    unique = {field.name: field for field in reversed(list(fields))}
    if len(unique) >= LEAST:
        yield Found(place, name, tuple(reversed(unique.values())))
