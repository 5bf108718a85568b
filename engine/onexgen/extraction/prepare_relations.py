"""Relations, checked and compiled."""

from __future__ import annotations

from collections.abc import Iterator

from onexgen.config.relations import Link, Relation, Relations
from onexgen.diagnostics import closest
from onexgen.extraction.forms import LinkForm, RelationForm, RelationsForm
from onexgen.extraction.patterns import is_safe, needs_of
from onexgen.source import Marks, Path


def relations_form(relations: Relations, marks: Marks) -> RelationsForm:
    """Compile all kinds of records."""
    return {
        "name": relations.name,
        "kinds": [
            _relation(kind, ("relations", "kinds", index), marks)
            for index, kind in enumerate(relations.kinds)
        ],
    }


def _relation(kind: Relation, path: Path, marks: Marks) -> RelationForm:
    for part, place, is_key in _parts(kind, path):
        if part not in kind.parts:
            said = f"unknown part '{part}'"
            marks.error("unknown-label", place, said, closest(part, kind.parts), key=is_key)
    for part, regex in kind.cut.items():
        is_safe(regex, (*path, "cut", part), marks)
    links = ((link, (*path, "links", index)) for index, link in enumerate(kind.links))
    return {
        "name": kind.name,
        "parts": kind.parts,
        "needed": kind.needs or kind.parts,
        "cut": kind.cut,
        "drop": kind.drop,
        "stop": kind.stop,
        "words": kind.words,
        "otherwise": kind.otherwise,
        "links": [_link(link, at, marks) for link, at in links if _is_sound(link, at, marks)],
    }


def _parts(kind: Relation, path: Path) -> Iterator[tuple[str, Path, bool]]:
    """Yield each part that is named anywhere, its place, and whether it is a key there."""
    yield from ((part, (*path, "needs", index), False) for index, part in enumerate(kind.needs))
    yield from ((part, (*path, "words", part), True) for part in kind.words)
    yield from ((part, (*path, "cut", part), True) for part in kind.cut)
    yield from ((part, (*path, "otherwise", part), True) for part in kind.otherwise)
    yield from ((part, (*path, "otherwise", key), False) for key, part in kind.otherwise.items())
    for index, link in enumerate(kind.links):
        at = (*path, "links", index)
        yield from ((part, (*at, "headings", part), True) for part in link.headings)
        yield from ((part, (*at, "set", part), True) for part in link.set)


def _is_sound(link: Link, place: Path, marks: Marks) -> bool:
    if bool(link.regex) == bool(link.headings):
        said = f"link '{link.id}' needs either `regex` or `headings`"
        marks.error("missing-key", place, said)
        return False
    return not link.regex or is_safe(link.regex, (*place, "regex"), marks)


def _link(link: Link, place: Path, marks: Marks) -> LinkForm:
    return {
        "id": link.id,
        "regex": link.regex,
        "needs": needs_of(link.regex),
        "headings": {part: [h.lower() for h in heads] for part, heads in link.headings.items()},
        "set": link.set,
        "at": marks.at((*place, "id")),
    }
