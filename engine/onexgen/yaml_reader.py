"""Events of the YAML parser to data, positions and problems."""

from __future__ import annotations

import re
from typing import Any, Final

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.events import (
    AliasEvent,
    CollectionStartEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    StreamEndEvent,
)

from onexgen.diagnostics import Diagnostic, Span
from onexgen.json_types import Json
from onexgen.positions import START, Path
from onexgen.scalars import plain
from onexgen.yaml_syntax import MAX_DEPTH, CarefulScanner, explain, too_deep

MAX_PROBLEMS: Final = 20

_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_CORE: Final = "tag:yaml.org,2002:"
# code -> what is wrong, how to repair it
_TEXTS: Final = {
    "bad-number": ("{text}", "quote it if it is text"),
    "duplicate-key": ("the key '{text}' is defined twice", "remove one of them"),
    "half-character": (
        "half of a character is not text",
        "write the whole character",
    ),
    "key-not-text": ("a key must be text, got {text}", "quote it"),
    "several-documents": (
        "a second document starts here",
        "put each document into a file of its own",
    ),
    "yaml-alias": (
        "the alias '{text}' is not allowed",
        "write the value out; quote it if it is text",
    ),
    "yaml-anchor": ("the anchor '{text}' is not allowed", "remove it; quote it if it is text"),
    "yaml-directive": ("a '%' directive is not allowed", "remove the line"),
    "yaml-merge-key": ("a merge key is not allowed", "write the keys out here"),
    "yaml-tag": ("the tag '{text}' is not allowed", "remove it; quote it if it is text"),
}


class _EnoughProblems(Exception):
    """Ends the reading of a file that would only give more of the same."""


class Reader:
    """One pass over the events of the parser."""

    def __init__(self, path: str, text: str) -> None:
        """Start the parser; it reads nothing yet."""
        self.keys: dict[Path, Span] = {}
        self.values: dict[Path, Span] = {}
        self.problems: list[Diagnostic] = []
        self._path = path
        # The parser makes one event at a time: what is refused at its first sign is never built.
        yaml = YAML(typ="safe", pure=True)
        yaml.Scanner = CarefulScanner
        self._events = yaml.parse(text)

    def read(self) -> Json:
        """Return the data of the document; what is wrong is left in `problems`."""
        try:
            return self._document()
        except _EnoughProblems:
            return None
        except MarkedYAMLError as error:
            self.problems.append(explain(self._path, error))
            return None

    def _document(self) -> Json:
        self._next()
        first = self._next()
        if isinstance(first, StreamEndEvent):
            self.values[()] = START
            return None
        if first.version or first.tags:
            self._problem("yaml-directive", START)
        data, _ = self._value((), self._next())
        self._next()
        after = self._next()
        if isinstance(after, DocumentStartEvent):
            self._problem("several-documents", _span(after))
        return data

    def _next(self) -> Any:
        return next(self._events)

    def _value(self, path: Path, event: Event, key: Span | None = None) -> tuple[Json, Span]:
        span = _after(key) if key and _is_absent(event, key) else _span(event)
        self._refuse_decorations(event, span)
        value: Json = None
        if isinstance(event, ScalarEvent):
            value = self._scalar(event, self._text(event, span), span)
        elif isinstance(event, CollectionStartEvent):
            if len(path) >= MAX_DEPTH:
                self.problems.append(too_deep(self._path, span))
                raise _EnoughProblems
            build = self._mapping if isinstance(event, MappingStartEvent) else self._sequence
            value, end = build(path, span)
            span = Span(span.line, span.column, end.end_line, end.end_column)
        self.values.setdefault(path, span)
        return value, span

    def _sequence(self, path: Path, last: Span) -> tuple[Json, Span]:
        items: list[Json] = []
        event = self._next()
        while not isinstance(event, SequenceEndEvent):
            item, last = self._value((*path, len(items)), event)
            items.append(item)
            event = self._next()
        return items, _end(event, last)

    def _mapping(self, path: Path, last: Span) -> tuple[Json, Span]:
        mapping: dict[str, Json] = {}
        event = self._next()
        while not isinstance(event, MappingEndEvent):
            key, last = self._key(path, event)
            value, last = self._value((*path, key), self._next(), last)
            mapping.setdefault(key, value)
            event = self._next()
        return mapping, _end(event, last)

    def _key(self, path: Path, event: Event) -> tuple[str, Span]:
        span = _span(event)
        if not isinstance(event, ScalarEvent):
            _, span = self._value((*path, "?"), event)
            self._problem("key-not-text", span, "a list or a mapping")
            return "?", span
        self._refuse_decorations(event, span)
        key = self._text(event, span)
        value = self._scalar(event, key, span)
        place = (*path, key)
        if event.style is None and key == "<<":
            self._problem("yaml-merge-key", span)
        elif not isinstance(value, str):
            self._problem("key-not-text", span, key or "nothing")
        elif place in self.keys:
            first = self.keys[place]
            note = f"first defined at {self._path}:{first.line}:{first.column}"
            self._problem("duplicate-key", span, key, note)
        self.keys.setdefault(place, span)
        return key, span

    def _scalar(self, event: ScalarEvent, text: str, span: Span) -> Json:
        if event.style is not None:
            return text
        try:
            return plain(text)
        except ValueError as error:
            self._problem("bad-number", span, str(error))
            return text

    def _text(self, event: ScalarEvent, span: Span) -> str:
        text = str(event.value)
        if not _SURROGATE.search(text):
            return text
        try:
            # JSON writes what is beyond sixteen bits as a pair of escapes.
            return text.encode("utf-16", "surrogatepass").decode("utf-16")
        except UnicodeDecodeError:
            self._problem("half-character", span)
            return ""

    def _refuse_decorations(self, event: Event, span: Span) -> None:
        anchor, tag = getattr(event, "anchor", None), getattr(event, "tag", None)
        if isinstance(event, AliasEvent):
            self._problem("yaml-alias", span, f"*{anchor}")
        elif anchor is not None:
            self._problem("yaml-anchor", _start(span, 1 + len(anchor)), f"&{anchor}")
        if tag is not None:
            short = tag.replace(_CORE, "!!")
            self._problem("yaml-tag", _start(span, len(short)), short)

    def _problem(self, code: str, span: Span, text: str = "", note: str = "") -> None:
        message, remedy = _TEXTS[code]
        is_last = len(self.problems) + 1 == MAX_PROBLEMS
        note = note or ("the rest of the file was not read" if is_last else "")
        self.problems.append(
            Diagnostic(code, message.format(text=text), self._path, span, help=remedy, note=note)
        )
        if is_last:
            raise _EnoughProblems


def _span(event: Event) -> Span:
    start, end = event.start_mark, event.end_mark
    return Span(start.line + 1, start.column + 1, end.line + 1, end.column + 1)


def _is_absent(event: Event, key: Span) -> bool:
    """Tell whether nothing follows a key: the parser puts that at the next token, pages below."""
    is_empty = isinstance(event, ScalarEvent) and event.style is None and not event.value
    return is_empty and _span(event).line > key.end_line


def _after(key: Span) -> Span:
    column = key.end_column + 1
    return Span(key.end_line, column, key.end_line, column)


def _start(span: Span, length: int) -> Span:
    return Span(span.line, span.column, span.line, span.column + length)


def _end(event: Event, last: Span) -> Span:
    """Return where a collection ends: at its bracket, else with its last item."""
    end = _span(event)
    has_bracket = (end.line, end.column) != (end.end_line, end.end_column)
    return end if has_bracket else last
