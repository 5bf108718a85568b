"""Reads the XML report of a test run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final
from xml.etree import ElementTree as ET

from onexgen.testing.counts import Counts, Failure, bounded, error_of

# Some ten thousand tests that fail; what is larger is not worth the memory.
_MOST_BYTES: Final = 64_000_000


def read(path: Path, shorten: Callable[[str], str]) -> Counts | None:
    """Return the counts of a report, None when it was not written to its end.

    `shorten` makes the paths in its texts relative to the package.
    """
    counts = Counts()
    try:
        if path.stat().st_size > _MOST_BYTES:
            return None
        for _, element in ET.iterparse(path):  # noqa: S314 - written by the run that we started.
            if element.tag != "testcase":
                continue
            # A test that was interrupted stands there without a name, as if it had passed.
            if element.get("name"):
                _count(element, counts, shorten)
            element.clear()
    except (OSError, ET.ParseError):
        return None
    return counts


def _count(case: ET.Element, counts: Counts, shorten: Callable[[str], str]) -> None:
    for kind in ("failure", "error", "skipped"):
        found = case.find(kind)
        if found is None:
            continue
        if kind == "skipped":
            counts.skipped += 1
            counts.skips.append(shorten(found.get("message") or ""))
            return
        counts.failed += kind == "failure"
        counts.errors += kind == "error"
        text = bounded(shorten(found.text or "").strip())
        counts.failures.append(
            Failure(
                name=_name(case),
                file=shorten(case.get("file") or ""),
                error=error_of(bounded(shorten(found.get("message") or "")), text),
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
