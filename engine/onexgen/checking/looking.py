"""The ways of looking at files that need no other program."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from onexgen.json_types import Json, JsonObject

type Found = tuple[str, int, int, str]
"""File, line and column (from 1), and words for the message."""


class Subject:
    """The files of one package, each parsed at most once."""

    def __init__(self, files: Mapping[str, str], data: JsonObject) -> None:
        """Take path -> text, and data that `expects` may look at."""
        self.files = files
        self.data = data
        self._trees: dict[str, Any] = {}

    def matching(self, globs: list[str]) -> list[str]:
        """Return the files that a check looks at."""
        wanted = [glob for glob in globs if not glob.startswith("!")] or ["**"]
        refused = [glob[1:] for glob in globs if glob.startswith("!")]
        return [
            name
            for name in self.files
            if any(matches(name, glob) for glob in wanted)
            and not any(matches(name, glob) for glob in refused)
        ]

    def tree(self, name: str) -> Any:
        """Return the syntax tree of a Python file."""
        if name not in self._trees:
            from ast_grep_py import SgRoot

            self._trees[name] = SgRoot(self.files[name], "python").root()
        return self._trees[name]


def matches(name: str, glob: str) -> bool:
    """Tell whether a path matches; `**/` also matches nothing, `*` stays within a folder."""
    return _glob(glob).fullmatch(name) is not None


@cache
def _glob(glob: str) -> re.Pattern[str]:
    text = re.escape(glob).replace(r"\*\*/", "(?:.*/)?").replace(r"\*\*", ".*")
    return re.compile(text.replace(r"\*", "[^/]*").replace(r"\?", "[^/]"))


def look(check: Mapping[str, Any], subject: Subject, names: list[str]) -> Iterator[Found]:
    """Yield what one check finds."""
    if check["syntax"]:
        yield from _syntax(subject, names)
    elif check["pattern"] is not None:
        yield from _structural(check["pattern"], subject, names)
    elif check["regex"] is not None:
        yield from _regex(check["regex"], subject, names)
    elif check["required"] is not None:
        wanted = re.compile(check["required"], re.MULTILINE)
        for name in names:
            if not wanted.search(subject.files[name]):
                yield name, 1, 1, name
    elif check["present"] is not None:
        for glob in check["present"]:
            if not any(matches(name, glob) for name in subject.files):
                yield glob, 1, 1, glob


def _syntax(subject: Subject, names: list[str]) -> Iterator[Found]:
    for name in names:
        try:
            compile(subject.files[name], name, "exec", dont_inherit=True)
        except (SyntaxError, ValueError) as error:
            line = getattr(error, "lineno", None) or 1
            column = getattr(error, "offset", None) or 1
            yield name, line, column, getattr(error, "msg", str(error))


def _structural(rule: Json, subject: Subject, names: list[str]) -> Iterator[Found]:
    for name in names:
        for match in subject.tree(name).find_all(rule):
            start = match.range().start
            yield name, start.line + 1, start.column + 1, match.text().splitlines()[0].strip()


def _regex(pattern: str, subject: Subject, names: list[str]) -> Iterator[Found]:
    wanted = re.compile(pattern, re.MULTILINE)
    for name in names:
        text = subject.files[name]
        for match in wanted.finditer(text):
            line = text.count("\n", 0, match.start()) + 1
            column = match.start() - text.rfind("\n", 0, match.start())
            yield name, line, column, match[0].strip().splitlines()[0] if match[0].strip() else ""
