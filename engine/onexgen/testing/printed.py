"""Reads what pytest printed, where it did not get to its report."""

from __future__ import annotations

import re
from collections import deque
from typing import Final

from onexgen.testing.counts import Counts, Failure, bounded, error_of

# With -v: "tests/test_a.py::TestPot::test_b[1-2] PASSED     [ 5%]"; what runs has no word yet.
_TEST: Final = re.compile(r"^(?P<file>\S+\.py)::(?P<rest>\S.*)$", re.MULTILINE)
_ENDED: Final = re.compile(
    r"^(?P<name>.*?) +(?P<how>PASSED|FAILED|ERROR|SKIPPED|XFAIL|XPASS)\b(?: \((?P<why>.*?)\))?"
)
# A heading within a part: "____ TestPot.test_b ____", below "===== FAILURES =====".
_PART: Final = re.compile(r"^=+ ([A-Za-z ]+?) =+$")
_TITLE: Final = re.compile(r"^_+ (?:ERROR (at setup of|at teardown of|collecting) )?(\S.*?) _+$")
_PLACE: Final = re.compile(r"^(\S+\.py):\d+: ", re.MULTILINE)
_COLLECTING: Final = "collecting"


def read(output: str) -> Counts:
    """Return the counts of all tests that ended, with the failures that are described."""
    counts = Counts()
    files: dict[str, str] = {}
    for test in _TEST.finditer(output):
        ended = _ENDED.match(test["rest"])
        if ended is None:
            continue
        how = ended["how"]
        files.setdefault(ended["name"], test["file"])
        counts.passed += how in ("PASSED", "XPASS")
        counts.failed += how == "FAILED"
        counts.errors += how == "ERROR"
        if how in ("SKIPPED", "XFAIL"):
            counts.skipped += 1
            counts.skips.append(ended["why"] or "")
    for role, title, text in _described(output):
        counts.failures.append(_failure(role, title, text, files))
        # What could not be collected has no line among the tests.
        counts.errors += role == _COLLECTING
    return counts


def running(output: str) -> tuple[str, str]:
    """Return file and name of the test that had begun and did not end; empty if there is none."""
    for last in deque(_TEST.finditer(output), maxlen=1):
        if not _ENDED.match(last["rest"]):
            return last["file"], last["rest"].strip()
    return "", ""


def _described(output: str) -> list[tuple[str, str, str]]:
    """Return role, title and text of all errors and failures."""
    found: list[tuple[str, str, list[str]]] = []
    is_inside = False
    for line in output.splitlines():
        part = _PART.match(line)
        title = _TITLE.match(line) if is_inside else None
        if part:
            is_inside = part[1] in ("ERRORS", "FAILURES")
        elif title:
            found.append((title[1] or "", title[2], []))
        elif is_inside and found:
            found[-1][2].append(line)
    return [(role, title, "\n".join(lines).strip()) for role, title, lines in found]


def _failure(role: str, title: str, text: str, files: dict[str, str]) -> Failure:
    # Headings say TestPot.test_b, lines TestPot::test_b; parameters may hold dots, too.
    owner, dot, test = title.partition(".")
    name = f"{owner}::{test}" if dot and owner[:1].isupper() else title
    text = bounded(text)
    place = _PLACE.search(text)
    file = files.get(name) or (place[1] if place else "")
    if role == _COLLECTING and title.endswith(".py"):
        file, name = title, title.removesuffix(".py").replace("/", ".")
    return Failure(name=name, file=file, error=error_of(text, text), traceback=text)
