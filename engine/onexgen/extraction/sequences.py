"""Sequences: what a text lists in its order, and the counterparts of single items."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, TypedDict

from onexgen.extraction.items import Items, ItemsForm, numbered
from onexgen.extraction.layout import Block, blocks_of
from onexgen.extraction.matches import compiled, matches
from onexgen.filters import singular
from onexgen.json_types import Json, JsonObject
from onexgen.needs import Needs
from onexgen.text import words_of

_ANY_LINE: Final = "*"
# What announces a list stands at the end of its line.
_LAST_WORDS: Final = 3
_SENTENCE: Final = re.compile(r"\w[.;]\s")
_NUMBER: Final = re.compile(r"\s*\d{1,2}[.)]\s")


class SequenceRuleForm(TypedDict):
    """A form of list."""

    id: str
    columns: list[str]
    heads: list[str]
    numbered: bool
    marks: list[str]
    regex: str
    needs: Needs
    splits: str
    at_least: int
    sure: bool
    at: str


class CounterpartRuleForm(TypedDict):
    """A form of counterpart."""

    id: str
    columns: list[str]
    regex: str
    needs: Needs
    before: bool
    at: str


class CounterpartsForm(TypedDict):
    """Counterparts of items."""

    name: str
    nothing: list[str]
    rules: list[CounterpartRuleForm]


class SequenceForm(TypedDict):
    """A sequence."""

    name: str
    at_most: int
    items: ItemsForm
    rules: list[SequenceRuleForm]
    counterparts: CounterpartsForm | None


class Sequences:
    """Reads the sequences of a text."""

    def __init__(self, form: SequenceForm) -> None:
        """Prepare how items are cleaned."""
        self._form = form
        self._items = Items(form["items"])

    def __call__(self, raw: str) -> tuple[JsonObject, list[Json]]:
        """Return what was found, and why."""
        blocks = list(blocks_of(raw))
        found: JsonObject = {self._form["name"]: []}
        evidence: list[Json] = []
        names: list[str] = []
        for rule in self._form["rules"]:
            names = next((n for n in self._lists(rule, raw, blocks) if n), [])
            if names:
                names = numbered(names)[: self._form["at_most"]]
                evidence.append(_reason(self._form["name"], ", ".join(names), rule))
                break
        found[self._form["name"]] = list[Json](names)
        counterparts = self._form["counterparts"]
        if counterparts is not None:
            pairs: dict[str, str] = {}
            for other in counterparts["rules"] if names else ():
                pairs = self._pairs(other, raw, blocks, names)
                if pairs:
                    said = ", ".join(f"{name} for {of}" for of, name in pairs.items())
                    evidence.append(_reason(counterparts["name"], said, other))
                    break
            found[counterparts["name"]] = [{"of": of, "name": name} for of, name in pairs.items()]
        return found, evidence

    def _lists(self, rule: SequenceRuleForm, raw: str, blocks: list[Block]) -> Iterator[list[str]]:
        """Yield the names of every list of a form."""
        if rule["columns"]:
            for rows, place in _tables(blocks, rule["columns"]):
                yield self._named(rule, [row[place] for row in rows if len(row) > place])
        elif rule["heads"]:
            for block in _bullets(blocks, rule):
                yield self._named(rule, [row[0] for row in block.rows])
        elif rule["marks"]:
            between = re.compile("|".join(map(re.escape, rule["marks"])))
            for line in raw.split("\n"):
                parts = _to_the_full_stop(between.split(line))
                if len(parts) >= rule["at_least"]:
                    yield self._named(rule, [self._items.after_intro(parts[0]), *parts[1:]])
        else:
            for match in matches(rule["regex"], rule["needs"], raw):
                parts = self._items.listed(match.group("items"), compiled(rule["splits"]))
                yield self._named(rule, parts)

    def _named(self, rule: SequenceRuleForm, parts: list[str]) -> list[str]:
        """Return the names of items; none when they are too few, or one is none and may not be."""
        names = [self._items.name(part, sure=rule["sure"]) for part in parts]
        if not rule["sure"] and any(map(self._items.is_cut, parts[:-1])):
            return []
        if "" in names:
            if not rule["sure"]:
                return []
            names = names[: names.index("")] if rule["regex"] else [n for n in names if n]
        return names if len(names) >= rule["at_least"] else []

    def _pairs(
        self, rule: CounterpartRuleForm, raw: str, blocks: list[Block], names: list[str]
    ) -> dict[str, str]:
        """Return item -> counterpart."""
        pairs: dict[str, str] = {}
        others = self._form["counterparts"]
        nothing = {"", *(others["nothing"] if others else ())}
        if rule["columns"]:
            for rows, place in _tables(blocks, rule["columns"]):
                for row in rows:
                    of = self._nearest(" ".join(row[:place]), names)
                    if of and len(row) > place and row[place].lower() not in nothing:
                        pairs.setdefault(of, self._items.name(row[place], sure=True) or row[place])
            return pairs
        for match in matches(rule["regex"], rule["needs"], raw):
            parts = self._items.listed(match.group("items"), compiled(r"[,;]|\band\b"))
            said = [name for part in parts if (name := self._items.name(part, sure=True))]
            of = self._nearest(match.group("item"), names)
            if not rule["before"] and of and said:
                pairs.setdefault(of, said[0])
            if rule["before"] and of:
                pairs = {**self._before(said, names[: names.index(of)]), **pairs}
        return {name: pairs[name] for name in names if name in pairs}

    def _before(self, said: list[str], names: list[str]) -> dict[str, str]:
        """Give counterparts to the items that share a word, the others to the last ones left."""
        pairs: dict[str, str] = {}
        for name in said:
            of = self._nearest(name, [item for item in names if item not in pairs])
            if of:
                pairs[of] = name
        rest = [name for name in said if name not in pairs.values()]
        left = [item for item in reversed(names) if item not in pairs]
        return pairs | dict(zip(left, rest, strict=False))

    def _nearest(self, text: str, names: list[str]) -> str:
        """Return the item that shares the most words with a text, "" when none does."""
        stems = self._items.stems(text)
        shared = {name: len(stems & self._items.stems(name)) for name in names}
        best = max(names, key=lambda name: shared[name], default="")
        return best if best and shared[best] else ""


def _to_the_full_stop(parts: list[str]) -> list[str]:
    """Return the parts up to the first behind whose sentence another one begins."""
    last = next((n for n, part in enumerate(parts) if n and _SENTENCE.search(part)), len(parts))
    return parts[: last + 1]


def _tables(
    blocks: list[Block], columns: list[str]
) -> Iterator[tuple[tuple[tuple[str, ...], ...], int]]:
    """Yield the rows of each table with one of the columns, and the place of that column."""
    for block in blocks:
        if block.kind == "table" and len(block.rows) > 1:
            heads = [" ".join(map(singular, words_of(cell))) for cell in block.rows[0]]
            place = next((n for n, head in enumerate(heads) if head in columns), None)
            if place is not None:
                yield block.rows[1:], place


def _bullets(blocks: list[Block], rule: SequenceRuleForm) -> Iterator[Block]:
    """Yield the bullets below a line with one of the heads."""
    title: set[str] = set()
    for block in blocks:
        wanted = _ANY_LINE in rule["heads"] or title & set(rule["heads"])
        if block.kind == "bullets" and wanted:
            lines = block.text.split("\n")
            if not rule["numbered"] or all(map(_NUMBER.match, lines)):
                yield block
        if block.kind != "space":
            line = block.text.rstrip().split("\n")[-1]
            title = {singular(word) for word in words_of(line)[-_LAST_WORDS:]}


def _reason(field: str, value: str, rule: SequenceRuleForm | CounterpartRuleForm) -> JsonObject:
    return {"field": field, "value": value, "rule": rule["id"], "at": rule["at"], "text": value}
