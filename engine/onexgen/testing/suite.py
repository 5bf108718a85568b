"""Which tests to run, and how they went."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from onexgen.testing.counts import Counts
from onexgen.testing.process import Finished


@dataclass(frozen=True, slots=True, kw_only=True)
class Suite:
    """Which tests to run, and how; the package is in memory, or in a folder."""

    folder: Path
    files: Mapping[str, str]
    package: str
    tests: str
    markers: tuple[str, ...]
    plugins: tuple[str, ...]
    wants_coverage: bool
    seconds: float
    megabytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How the tests went; `coverage` is None when it was not measured.

    `is_complete`: pytest came to its end and reported.
    """

    counts: Counts
    finished: Finished
    coverage: float | None
    is_complete: bool
