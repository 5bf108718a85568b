"""What can be wrong with a user's files, said with its place and its repair."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar, Literal, NamedTuple

from onexgen.excerpt import excerpt, lines_of, one_line

NO_TEXTS: Mapping[str, str] = MappingProxyType({})
_LISTED = 8
_BOLD, _RED, _YELLOW, _BLUE, _PLAIN = "\x1b[1m", "\x1b[1;31m", "\x1b[1;33m", "\x1b[1;34m", "\x1b[0m"


class Span(NamedTuple):
    """A stretch of text: lines and columns count from 1, the end is exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int


_NOWHERE = Span(0, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One problem: where it is, what it is and how to repair it."""

    code: str
    message: str
    path: str
    span: Span | None = None
    help: str = ""
    note: str = ""
    severity: Literal["error", "warning"] = "error"

    @property
    def place(self) -> str:
        """Return the file with line and column, where they are known."""
        return f"{self.path}:{self.span.line}:{self.span.column}" if self.span else self.path

    def order(self) -> tuple[str, Span, str, str, str]:
        """Return what diagnostics are sorted by: the place first."""
        return (self.path, self.span or _NOWHERE, self.severity, self.code, self.message)


def nearest(word: str, choices: Iterable[str]) -> str | None:
    """Return the choice that a misspelt word is nearest to."""
    import difflib  # only a mistake pays for this import

    folded = {choice.casefold(): choice for choice in sorted(set(choices), reverse=True)}
    near = difflib.get_close_matches(word.casefold(), folded, n=1, cutoff=0.6)
    return folded[near[0]] if near else None


def closest(word: str, choices: Iterable[str]) -> str:
    """Suggest the nearest choice for a misspelt word, or all choices if they are few."""
    known = sorted(set(choices))
    near = nearest(word, known)
    if near is not None:
        return f"did you mean '{near}'?"
    return f"one of: {', '.join(known)}" if 0 < len(known) <= _LISTED else ""


def render(
    diagnostics: Iterable[Diagnostic], texts: Mapping[str, str], *, color: bool = False
) -> str:
    """Return all diagnostics by their places, each with its excerpt, and then the counts."""
    ordered = sorted(set(diagnostics), key=Diagnostic.order)
    if not ordered:
        return ""
    lines = {d.path: lines_of(texts[d.path]) for d in ordered if d.path in texts}
    blocks = [_block(one, lines.get(one.path, []), color=color) for one in ordered]
    return "\n\n".join([*blocks, summary(ordered)]) + "\n"


def summary(diagnostics: Sequence[Diagnostic]) -> str:
    """Return the counts of errors, warnings and files, as the last line of a report says them."""
    errors = sum(diagnostic.severity == "error" for diagnostic in diagnostics)
    warnings = len(diagnostics) - errors
    parts = [_count(errors, "error")] if errors else []
    parts += [_count(warnings, "warning")] if warnings else []
    files = _count(len({diagnostic.path for diagnostic in diagnostics}), "file")
    return f"{' and '.join(parts)} in {files}.{' Nothing was run.' if errors else ''}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _block(diagnostic: Diagnostic, text: Sequence[str], *, color: bool) -> str:
    def paint(style: str, text: str) -> str:
        return f"{style}{text}{_PLAIN}" if color else text

    span, tone = diagnostic.span, _RED if diagnostic.severity == "error" else _YELLOW
    margin = " " * len(str(span.line)) if span else " "
    bar, sign = paint(_BLUE, "|"), paint(_BLUE, "=")
    place = paint(_BOLD, one_line(diagnostic.place))
    kind = paint(tone, f"{diagnostic.severity}[{diagnostic.code}]")
    lines = [f"{place}: {kind}: {one_line(diagnostic.message)}"]
    if span and span.line <= len(text):
        end = span.end_column if span.end_line == span.line else None
        shown = excerpt(text[span.line - 1], span.column, end)
        lines.append(f"{margin} {bar}")
        lines.append(f"{paint(_BLUE, str(span.line))} {bar} {shown.line}".rstrip())
        lines.append(f"{margin} {bar} {shown.indent}{paint(tone, shown.carets)}")
    notes = {
        "help": diagnostic.help,
        "note": diagnostic.note,
        "see": f"docs/errors.md#{diagnostic.code}",
    }
    lines += [f"{margin} {sign} {name}: {one_line(said)}" for name, said in notes.items() if said]
    return "\n".join(lines)


class OnexgenError(Exception):
    """A failure that is the user's to repair; its class decides the exit code."""

    exit_code: ClassVar[int] = 1

    def __init__(
        self,
        message: str,
        *,
        help: str = "",
        diagnostics: Collection[Diagnostic] = (),
        texts: Mapping[str, str] = NO_TEXTS,
    ) -> None:
        """Keep the message, what helps, and the places that are to blame."""
        super().__init__(message)
        self.message = message
        self.help = help
        self.diagnostics = tuple(diagnostics)
        self.texts = dict(texts)


class UsageError(OnexgenError):
    """The command line is wrong."""

    exit_code = 2


class GateError(OnexgenError):
    """The result is below what was asked for."""

    exit_code = 3


class UnsafeError(OnexgenError):
    """Refused, because something could be lost or reached that must not be."""

    exit_code = 4


class ConfigError(OnexgenError):
    """A file of rules, templates or configuration is wrong."""

    exit_code = 5


class OutsideError(OnexgenError):
    """The world outside did not do its part: disk, network, tools."""

    exit_code = 6


class TimeoutExceeded(OnexgenError):
    """The time that was allowed is over."""

    exit_code = 7


class DriftError(OnexgenError):
    """What is there is not what was recorded."""

    exit_code = 8
