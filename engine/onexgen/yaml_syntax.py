"""The scanner of YAML, and its complaints with the remedy that usually helps."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from ruamel.yaml import YAML, events
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.scanner import Scanner, ScannerError

from onexgen.diagnostics import Diagnostic, Span
from onexgen.yaml_events import MAX_DEPTH, Events, NotUnderstood, too_deep


class TooDeepError(ScannerError):
    """More is nested than anybody means to nest."""


class CarefulScanner(Scanner):
    """The library's scanner without two traps of hostile files."""

    def fetch_flow_collection_start(self, TokenClass: Any, to_push: str) -> None:  # noqa: N803
        """Refuse brackets that nest too deeply: looking ahead over them takes quadratic time."""
        if self.flow_level >= MAX_DEPTH:
            raise TooDeepError(problem_mark=self.reader.get_mark())
        super().fetch_flow_collection_start(TokenClass, to_push)

    def scan_flow_scalar_non_spaces(self, double: Any, start_mark: Any) -> Any:
        """Refuse escapes of characters that do not exist, with their place."""
        try:
            return super().scan_flow_scalar_non_spaces(double, start_mark)
        except (OverflowError, ValueError) as error:
            raise ScannerError(
                "while scanning a double-quoted scalar",
                start_mark,
                "found the number of no character",
                self.reader.get_mark(),
            ) from error


def careful(path: str, text: str) -> Events:
    """Return the events of a text by YAML 1.2, with complaints that say where it begins."""
    return Events(_explained(path, text), events)


def _explained(path: str, text: str) -> Iterator[Any]:
    yaml = YAML(typ="safe", pure=True)
    yaml.Scanner = CarefulScanner
    try:
        yield from yaml.parse(text)
    except MarkedYAMLError as error:
        raise NotUnderstood(explain(path, error)) from error


# what the library says -> what we say, what usually helps
_WORDS: Final = (
    (r"character '\\t' that cannot start", "a tab is not allowed here", "use spaces"),
    (
        r"character ('.') that cannot start any token",
        "a text cannot start with {} here",
        "put it in quotes",
    ),
    (
        r"mapping values are not allowed",
        "a ':' is not allowed here",
        "quote a text that contains ': ', or check the indentation",
    ),
    (
        r"expected <block end>",
        "this does not fit what stands above",
        "check the indentation and the quotes",
    ),
    (
        r"could not find expected ':'",
        "a ':' is missing after this",
        "write 'key: value', or quote a text of several lines",
    ),
    (
        r"(expected ',' or '[\]}]')",
        "{} before this",
        "close the bracket, or add the missing comma",
    ),
    (
        r"unexpected (?:end of stream|document separator)",
        "these quotes are never closed",
        "add the closing quote",
    ),
    (
        r"unknown escape character '(.)'",
        "'\\{}' is no escape",
        "double the backslash, or use single quotes",
    ),
)
# The end of these is where the mistake is noticed, the start is where it is.
_NOTICED_LATE: Final = frozenset({"while scanning a simple key", "while scanning a quoted scalar"})


def explain(path: str, complaint: MarkedYAMLError) -> Diagnostic:
    """Return the complaint as a diagnostic, with the place where the unfinished part began."""
    if isinstance(complaint, TooDeepError):
        return too_deep(path, _point(complaint.problem_mark))
    message, remedy = _worded(complaint.problem or "this is not YAML")
    began = complaint.context_mark
    if began is None:
        return Diagnostic("yaml-syntax", message, path, _point(complaint.problem_mark), help=remedy)
    if complaint.context in _NOTICED_LATE:
        return Diagnostic("yaml-syntax", message, path, _point(began), help=remedy)
    note = f"{complaint.context}, started at {path}:{began.line + 1}:{began.column + 1}"
    where = _point(complaint.problem_mark or began)
    return Diagnostic("yaml-syntax", message, path, where, help=remedy, note=note)


def _worded(problem: str) -> tuple[str, str]:
    for pattern, message, remedy in _WORDS:
        match = re.search(pattern, problem)
        if match:
            return message.format(*match.groups()), remedy
    return problem, ""


def _point(mark: Any) -> Span:
    return Span(mark.line + 1, mark.column + 1, mark.line + 1, mark.column + 2)
