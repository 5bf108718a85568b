"""What no report can say: that time ran out, or that pytest did not get to its end."""

from __future__ import annotations

import signal
from typing import Final

from onexgen.testing.counts import Counts, Failure, bounded
from onexgen.testing.printed import running
from onexgen.testing.process import Finished
from onexgen.testing.suite import Suite

_ALL: Final = "all tests"
# pytest's own exit codes: 2 interrupted, 3 internal error, 4 usage, 5 nothing found.
_TOLD_BY_PYTEST: Final = (2, 3, 4)


def add_ending(counts: Counts, finished: Finished, chosen: Suite, *, has_report: bool) -> None:
    """Add an error for a run that ended otherwise than by having run its tests."""
    said = _said(counts, finished, chosen, has_report=has_report)
    if not said:
        return
    is_cut = finished.timed_out or finished.overflowed or not has_report
    file, name = running(finished.stdout) if is_cut else ("", "")
    text = "\n".join(part for part in finished.tail if part).strip()
    counts.errors += 1
    counts.failures.append(
        Failure(name=name or _ALL, file=file, error=said, traceback=bounded(text))
    )


def _said(counts: Counts, finished: Finished, chosen: Suite, *, has_report: bool) -> str:
    """Return in one line how a run ended, nothing if it ended as it should."""
    if finished.timed_out:
        return f"Timeout: the tests took longer than {chosen.seconds:g} s"
    if finished.overflowed:
        return f"Overflow: the tests wrote more than {chosen.megabytes} MB"
    if not has_report:
        return _without_report(finished) if not counts.failures else ""
    if counts.passed + counts.failed + counts.errors:
        return ""
    if counts.skipped:
        reasons = "; ".join(dict.fromkeys(filter(None, counts.skips)))
        return bounded(f"Skipped: all {counts.skipped} tests, none was run. {reasons}".strip())
    among = f" with the marker {' or '.join(chosen.markers)}" if chosen.markers else ""
    return f"Empty: there is no test in {chosen.tests}/{among}"


def _without_report(finished: Finished) -> str:
    code = finished.exit_code
    if code < 0:
        return f"Ended: {_signal(-code)} ended the tests before they had reported"
    lines = (finished.stderr or finished.stdout).strip().splitlines()
    if code in _TOLD_BY_PYTEST and lines:
        raised = [line for line in lines if line.startswith("E  ")] or lines[-1:]
        return bounded(raised[-1].removeprefix("E").strip())
    return f"Ended: the tests left Python with exit code {code} before they had reported"


def _signal(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
