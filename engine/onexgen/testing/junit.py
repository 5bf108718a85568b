"""Reads the XML report of a test run."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from xml.etree import ElementTree as ET

# The line that names what was raised: pytest marks the lines of an error with "E".
_RAISED: Final = re.compile(r"^E {3}((?:[\w.]+\.)?[A-Z]\w*(?::.*)?)$", re.MULTILINE)
_MARKED: Final = re.compile(r"^E {3,}(\S.*)$", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """One test that failed, or that could not be run."""

    name: str
    file: str
    error: str
    traceback: str


@dataclass(slots=True, kw_only=True)
class Counts:
    """What a report says: how many tests ended how, and why some failed."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0
    errors: int = 0
    failures: list[Failure] = field(default_factory=list)


def read(path: Path, shorten: Callable[[str], str]) -> Counts | None:
    """Return the counts of a report, None when it was not written to its end.

    `shorten` makes the paths in its texts relative to the package.
    """
    try:
        root = ET.parse(path).getroot()  # noqa: S314 - written by the run that we started.
    except (OSError, ET.ParseError):
        return None
    counts = Counts()
    for case in root.iter("testcase"):
        # A test that was interrupted stands there without a name, as if it had passed.
        if case.get("name"):
            _count(case, counts, shorten)
    return counts


def _count(case: ET.Element, counts: Counts, shorten: Callable[[str], str]) -> None:
    for kind in ("failure", "error", "skipped"):
        found = case.find(kind)
        if found is None:
            continue
        if kind == "skipped":
            counts.skipped += 1
            return
        counts.failed += kind == "failure"
        counts.errors += kind == "error"
        text = shorten(found.text or "").strip()
        counts.failures.append(
            Failure(
                name=_name(case),
                file=shorten(case.get("file") or ""),
                error=error_of(shorten(found.get("message") or ""), text),
                traceback=text,
            )
        )
        return
    counts.passed += 1


def _name(case: ET.Element) -> str:
    """Return the test's name, with its class when it has one."""
    owner = (case.get("classname") or "").rpartition(".")[2]
    name = case.get("name") or ""
    return f"{owner}::{name}" if owner[:1].isupper() else name


def error_of(message: str, traceback: str) -> str:
    """Return the line that says what went wrong."""
    raised = _RAISED.findall(traceback)
    if raised:
        return str(raised[-1]).strip()
    marked = _MARKED.search(traceback)
    first = message.strip().splitlines()[:1]
    return marked[1].strip() if marked else "".join(first)
