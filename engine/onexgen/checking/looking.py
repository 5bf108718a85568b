"""The ways of looking at files that need no other program."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from symtable import symtable
from typing import Any, Final, NamedTuple

from onexgen.checking.globs import matches, selected
from onexgen.checking.measuring import Found, matching, out_of_bounds
from onexgen.checking.sharing import each
from onexgen.json_types import JsonObject


class Unread(NamedTuple):
    """A file that could not be read: which kind of obstacle, where, and what was found."""

    kind: str
    file: str
    line: int = 1
    column: int = 1
    words: str = ""


# The ways of looking that depend on nothing but a text.
_OF_TEXT: Final = ("syntax", "pattern", "metric", "regex", "required")
# A process that runs for ever would otherwise keep all texts.
MOST_TEXTS: Final = 10_000


class Subject:
    """The files of one package, each parsed at most once."""

    def __init__(
        self, files: Mapping[str, str], data: JsonObject, unread: Sequence[Unread] = ()
    ) -> None:
        """Take path -> text, data that `expects` may look at, and what could not be read."""
        self.files = files
        self.data = data
        self.unread = unread
        self._trees: dict[str, Any] = {}
        # Most checks look at the same files.
        self._matching: dict[tuple[str, ...], tuple[str, ...]] = {}

    def matching(self, globs: Sequence[str]) -> tuple[str, ...]:
        """Return the files that a check looks at."""
        key = tuple(globs)
        if key not in self._matching:
            self._matching[key] = selected(self.files, globs)
        return self._matching[key]

    def tree(self, name: str) -> Any:
        """Return the syntax tree of a Python file."""
        if name not in self._trees:
            from ast_grep_py import SgRoot

            self._trees[name] = SgRoot(self.files[name], "python").root()
        return self._trees[name]


class Looker:
    """Looks at files, at each text only once: most do not change between two rounds."""

    def __init__(self, checks: Iterable[Mapping[str, Any]]) -> None:
        """Join the patterns of checks: where none of them matches, one look was enough."""
        # Text -> id of a check -> what it found; the name of the file is that of whoever asks.
        self._seen: dict[str, dict[str, list[Found]]] = {}
        self._clean: dict[str, bool] = {}
        # What else a rule may say besides `rule` holds for that rule alone.
        self._joined = {
            check["id"]: check["pattern"]["rule"]
            for check in checks
            if check["pattern"] and check["pattern"].keys() == {"rule"}
        }
        self._any = {"rule": {"any": [*self._joined.values()]}}

    def look_ahead(self, checks: Iterable[Mapping[str, Any]], subjects: Iterable[Subject]) -> None:
        """Look at all texts that are new, on all processors if they are many."""
        if len(self._seen) > MOST_TEXTS:
            self._seen.clear()
            self._clean.clear()
        ways = [check for check in checks if any(check[way] for way in _OF_TEXT)]
        new = {
            text: name
            for subject in subjects
            for name, text in subject.files.items()
            if text not in self._seen
        }
        found = each(lambda item: self._looked(ways, *item), list(new.items()))
        self._seen.update(zip(new, found, strict=True))

    def _looked(
        self, ways: Iterable[Mapping[str, Any]], text: str, name: str
    ) -> dict[str, list[Found]]:
        """Return what each check finds in one text."""
        subject = Subject({name: text}, {})
        return {
            way["id"]: self._found(way, subject, name)
            for way in ways
            if subject.matching(way["files"])
        }

    def _found(self, check: Mapping[str, Any], subject: Subject, name: str) -> list[Found]:
        is_clean = check["id"] in self._joined and self._is_clean(subject, name)
        return [] if is_clean else list(_look(check, subject, name))

    def look(self, check: Mapping[str, Any], subject: Subject, names: Sequence[str]) -> list[Found]:
        """Return what one check finds."""
        if check["present"] is not None:
            return list(_missing(check["present"], subject))
        if check["unreadable"] is not None:
            return [item[1:] for item in subject.unread if item.kind in check["unreadable"]]
        found: list[Found] = []
        own = check["id"]
        for name in names:
            seen = self._seen.setdefault(subject.files[name], {})
            if own not in seen:
                seen[own] = self._found(check, subject, name)
            found.extend(_of(name, item) for item in seen[own])
        return found

    def _is_clean(self, subject: Subject, name: str) -> bool:
        """Tell whether none of the joined patterns matches anything in a file."""
        text = subject.files[name]
        if text not in self._clean:
            self._clean[text] = subject.tree(name).find(self._any) is None
        return self._clean[text]


def _of(name: str, found: Found) -> Found:
    """Return what was found in a text for the file that has it now."""
    before, line, column, words = found
    return name, line, column, name if words == before else words


def placed(globs: Sequence[str], where: str | None, subject: Subject) -> Found:
    """Return where something that was expected is missing: the first line that `where` finds."""
    names = subject.matching(globs) if where else ()
    places = (found for name in names for found in _regex(where or "", subject, name))
    name, line, column, _ = next(places, ("", 1, 1, ""))
    return name, line, column, ""


def _missing(globs: list[str], subject: Subject) -> Iterator[Found]:
    for glob in globs:
        if not any(matches(name, glob) for name in subject.files):
            yield glob, 1, 1, glob


def _look(check: Mapping[str, Any], subject: Subject, name: str) -> Iterator[Found]:
    if check["syntax"]:
        yield from _syntax(subject, name)
    elif check["pattern"] is not None:
        yield from matching(check["pattern"], subject.tree(name), name)
    elif check["metric"] is not None:
        yield from out_of_bounds(check["metric"], subject.tree(name), name)
    elif check["regex"] is not None:
        yield from _regex(check["regex"], subject, name)
    elif not re.search(check["required"], subject.files[name], re.MULTILINE):
        yield name, 1, 1, name


def _syntax(subject: Subject, name: str) -> Iterator[Found]:
    try:
        # Parses as compile() does, but makes no tree of Python objects: a third less work.
        symtable(subject.files[name], name, "exec")
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None) or 1
        column = getattr(error, "offset", None) or 1
        yield name, line, column, getattr(error, "msg", str(error))


def _regex(pattern: str, subject: Subject, name: str) -> Iterator[Found]:
    text = subject.files[name]
    for match in re.finditer(pattern, text, re.MULTILINE):
        line = text.count("\n", 0, match.start()) + 1
        column = match.start() - text.rfind("\n", 0, match.start())
        words = match[0].strip().splitlines()
        yield name, line, column, words[0] if words else ""
