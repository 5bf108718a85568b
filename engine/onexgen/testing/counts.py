"""What is known of a run of tests: how many ended how, and why some failed."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

# The line that names what was raised: pytest marks the lines of an error with "E", of one that
# ended pytest itself otherwise.
_RAISED: Final = re.compile(
    r"^(?:E {3}|INTERNALERROR> )((?:[\w.]+\.)?[A-Z]\w*(?::.*)?)$", re.MULTILINE
)
_PLAIN: Final = "Traceback (most recent call last)"
_MARKED: Final = re.compile(r"^E {3,}(\S.*)$", re.MULTILINE)
# A text without end would fill the memory of all who handle it.
_MOST_CHARACTERS: Final = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """One test that failed, or that could not be run."""

    name: str
    file: str
    error: str
    traceback: str


@dataclass(slots=True, kw_only=True)
class Counts:
    """How many tests ended how; `skips` are the reasons of those that were skipped."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0
    errors: int = 0
    failures: list[Failure] = field(default_factory=list)
    skips: list[str] = field(default_factory=list)


def error_of(message: str, traceback: str) -> str:
    """Return the line that says what went wrong."""
    raised = _RAISED.findall(traceback)
    if raised:
        return bounded(str(raised[-1]).strip())
    if traceback.startswith(_PLAIN):
        # What ended pytest itself is told as Python tells it: the last line says it.
        return bounded(traceback.rstrip().rpartition("\n")[2])
    marked = _MARKED.search(traceback)
    first = message.strip().splitlines()[:1]
    return bounded(marked[1].strip() if marked else "".join(first))


def bounded(text: str) -> str:
    """Return a text, of a very long one its beginning and its end."""
    if len(text) <= _MOST_CHARACTERS:
        return text
    half = _MOST_CHARACTERS // 2
    return f"{text[:half]}\n[{len(text) - 2 * half} characters left out]\n{text[-half:]}"
