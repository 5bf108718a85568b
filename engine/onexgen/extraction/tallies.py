"""How many items a list or a table has: settings that nobody writes as a number."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from onexgen.extraction.layout import Block, blocks_of
from onexgen.filters import singular
from onexgen.json_types import JsonObject
from onexgen.text import words_of

if TYPE_CHECKING:  # Annotations alone name the forms.
    from onexgen.extraction.forms import TallyForm

_LEAST: Final = 2
_FIRST_COLUMNS: Final = 2


class Tallies:
    """Counts what is listed below the words of a document."""

    def __init__(self, forms: Sequence[TallyForm]) -> None:
        """Prepare the words above lists."""
        self._forms = [(frozenset(form["heads"]), form) for form in forms]

    def __call__(self, raw: str) -> Iterator[tuple[int, JsonObject, TallyForm]]:
        """Yield place and parameter of each list that is counted."""
        title: set[str] = set()
        for block in blocks_of(raw) if self._forms else ():
            for heads, form in self._forms:
                count = _rows(block, heads) if block.kind == "table" else 0
                if block.kind == "bullets" and heads & title and block.text.lstrip()[:1].isdigit():
                    count = sum(line[:1].isdigit() for line in block.text.split("\n"))
                if count >= _LEAST:
                    yield block.place, _parameter(form["meaning"], count), form
            if block.kind != "space":
                title = {singular(word) for word in words_of(block.text.rstrip().split("\n")[-1])}


def _rows(block: Block, heads: frozenset[str]) -> int:
    first = {singular(word) for cell in block.rows[0][:_FIRST_COLUMNS] for word in words_of(cell)}
    return len(block.rows) - 1 if heads & first else 0


def _parameter(meaning: str, count: int) -> JsonObject:
    return {"meaning": meaning, "value": count, "unit": None, "text": f"{count} items"}
