"""Tells tests that fail from tests that fail sometimes, by running them again."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from onexgen.testing.counts import Failure
from onexgen.testing.suite import Outcome, Suite

# As often all tests run when some fail: two more times show most of those that depend on luck.
_RUNS: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """The first outcome, in how many runs it was looked at, and which tests were not sure."""

    outcome: Outcome
    runs: int
    flaky: tuple[str, ...]


def run_with_retries(
    suite: Suite, run: Callable[[Suite], Outcome], *, wants_retries: bool
) -> Tried:
    """Run tests; if some fail and retries are wanted, run all of them again, twice.

    Only the first run decides whether they pass: what failed once has not passed. The time limit
    is that of all runs together, and a run that it cut short says nothing.
    """
    end = time.monotonic() + suite.seconds
    first = run(suite)
    outcomes = [first]
    while wants_retries and first.counts.failures and len(outcomes) < _RUNS:
        left = end - time.monotonic()
        if outcomes[-1].finished.timed_out or left <= 0:
            break
        outcomes.append(run(replace(suite, seconds=left, wants_coverage=False)))
    whole = [one for one in outcomes if not one.finished.timed_out]
    failed = [{_key(failure) for failure in one.counts.failures} for one in whole]
    flaky = {
        _key(failure): sum(_key(failure) in names for names in failed)
        for failure in first.counts.failures
        if any(_key(failure) not in names for names in failed)
    }
    failures = [_told(failure, flaky, len(whole)) for failure in first.counts.failures]
    counts = replace(first.counts, failures=failures)
    names = tuple(dict.fromkeys(failure.name for failure in failures if _key(failure) in flaky))
    return Tried(outcome=replace(first, counts=counts), runs=len(whole) or 1, flaky=names)


def _told(failure: Failure, flaky: dict[tuple[str, str], int], runs: int) -> Failure:
    """Say of a failure that it is not there each time."""
    times = flaky.get(_key(failure))
    if times is None:
        return failure
    return replace(failure, error=f"Flaky: failed in {times} of {runs} runs: {failure.error}")


def _key(failure: Failure) -> tuple[str, str]:
    return failure.file, failure.name
