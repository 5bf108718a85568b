"""Events of the YAML parser to data, positions and problems."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import Any, Final

from onexgen.diagnostics import Diagnostic, Span
from onexgen.json_types import Json
from onexgen.positions import START, Path
from onexgen.scalars import plain
from onexgen.yaml_events import MAX_DEPTH, Events, NotUnderstood, quick, too_deep

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


def read(path: str, text: str) -> tuple[Json, Reader]:
    """Return the data of a text, and the reader, which knows places and problems."""
    events = quick(text)
    if events is not None:
        reader = Reader(path, events)
        with suppress(NotUnderstood):
            data = reader.read()
            if not reader.problems:
                return data, reader
    # Whatever is wrong is told by the parser that can tell it well.
    from onexgen.yaml_syntax import careful

    reader = Reader(path, careful(path, text))
    return reader.read(), reader


class Reader:
    """One pass over the events of a parser."""

    def __init__(self, path: str, events: Events) -> None:
        """Read nothing yet: what is refused at its first sign is never built."""
        self.keys: dict[Path, Span] = {}
        self.values: dict[Path, Span] = {}
        self.problems: list[Diagnostic] = []
        self._path = path
        self._events = iter(events.events)
        self._kinds = events.kinds

    def read(self) -> Json:
        """Return the data of the document; what is wrong is left in `problems`."""
        try:
            return self._document()
        except _EnoughProblems:
            return None
        except NotUnderstood as error:
            if error.found is None:
                raise
            self.problems.append(error.found)
            return None

    def _document(self) -> Json:
        self._next()
        first = self._next()
        if isinstance(first, self._kinds.StreamEndEvent):
            self.values[()] = START
            return None
        if first.version or first.tags:
            self._problem("yaml-directive", START)
        root = self._next()
        data, _ = self._value((), root)
        if _is_absent(root):
            self.values[()] = START
        self._next()
        after = self._next()
        if isinstance(after, self._kinds.DocumentStartEvent):
            self._problem("several-documents", _span(after))
        return data

    def _next(self) -> Any:
        return next(self._events)

    def _value(self, path: Path, event: Any, key: Span | None = None) -> tuple[Json, Span]:
        span = _after(key) if key and _is_absent(event) else _span(event)
        self._refuse_decorations(event, span)
        value: Json = None
        if isinstance(event, self._kinds.ScalarEvent):
            value = self._scalar(event, self._text(event, span), span)
        elif isinstance(event, self._kinds.CollectionStartEvent):
            if len(path) >= MAX_DEPTH:
                self.problems.append(too_deep(self._path, span))
                raise _EnoughProblems
            is_mapping = isinstance(event, self._kinds.MappingStartEvent)
            build = self._mapping if is_mapping else self._sequence
            value, end = build(path, span)
            span = Span(span.line, span.column, end.end_line, end.end_column)
        self.values.setdefault(path, span)
        return value, span

    def _sequence(self, path: Path, last: Span) -> tuple[Json, Span]:
        items: list[Json] = []
        event = self._next()
        while not isinstance(event, self._kinds.SequenceEndEvent):
            item, last = self._value((*path, len(items)), event)
            items.append(item)
            event = self._next()
        return items, _end(event, last)

    def _mapping(self, path: Path, last: Span) -> tuple[Json, Span]:
        mapping: dict[str, Json] = {}
        event = self._next()
        while not isinstance(event, self._kinds.MappingEndEvent):
            key, last = self._key(path, event)
            value, last = self._value((*path, key), self._next(), last)
            mapping.setdefault(key, value)
            event = self._next()
        return mapping, _end(event, last)

    def _key(self, path: Path, event: Any) -> tuple[str, Span]:
        span = _span(event)
        if not isinstance(event, self._kinds.ScalarEvent):
            _, span = self._value((*path, "?"), event)
            self._problem("key-not-text", span, "a list or a mapping")
            return "?", span
        self._refuse_decorations(event, span)
        key = self._text(event, span)
        value = self._scalar(event, key, span)
        place = (*path, key)
        if not event.style and key == "<<":
            self._problem("yaml-merge-key", span)
        elif not isinstance(value, str):
            self._problem("key-not-text", span, key or "nothing")
        elif place in self.keys:
            first = self.keys[place]
            note = f"first defined at {self._path}:{first.line}:{first.column}"
            self._problem("duplicate-key", span, key, note)
        self.keys.setdefault(place, span)
        return key, span

    def _scalar(self, event: Any, text: str, span: Span) -> Json:
        if event.style:
            return text
        try:
            return plain(text)
        except ValueError as error:
            self._problem("bad-number", span, str(error))
            return text

    def _text(self, event: Any, span: Span) -> str:
        text = str(event.value)
        if not _SURROGATE.search(text):
            return text
        try:
            # JSON writes what is beyond sixteen bits as a pair of escapes.
            return text.encode("utf-16", "surrogatepass").decode("utf-16")
        except UnicodeDecodeError:
            self._problem("half-character", span)
            return ""

    def _refuse_decorations(self, event: Any, span: Span) -> None:
        anchor, tag = getattr(event, "anchor", None), getattr(event, "tag", None)
        if isinstance(event, self._kinds.AliasEvent):
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


def _span(event: Any) -> Span:
    start, end = event.start_mark, event.end_mark
    return Span(start.line + 1, start.column + 1, end.line + 1, end.column + 1)


def _is_absent(event: Any) -> bool:
    """Tell whether nothing follows a key: parsers put that at the next token, pages below."""
    return getattr(event, "value", None) == "" and not event.style


def _after(key: Span) -> Span:
    column = key.end_column + 1
    return Span(key.end_line, column, key.end_line, column)


def _start(span: Span, length: int) -> Span:
    return Span(span.line, span.column, span.line, span.column + length)


def _end(event: Any, last: Span) -> Span:
    """Return where a collection ends: at its bracket, else with its last item."""
    end = _span(event)
    has_bracket = (end.line, end.column) != (end.end_line, end.end_column)
    return end if has_bracket else last
