"""What came out of tests, for people: a table for a terminal, Markdown for a pull request."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

_NAMES: Final = 8
_HEAD: Final = ("severity", "category", "blame", "fixable", "minutes", "tests", "cause")


def table(results: Mapping[str, Any], diagnosis: Mapping[str, Any]) -> str:
    """Return the results, and the root causes as a table with what to do about each."""
    lines = [*_facts(results), *_skipped(results)]
    if diagnosis["failure_count"]:
        lines += ["", *_told(diagnosis), "", *_rows(diagnosis["root_causes"])]
    return "\n".join(lines) + "\n"


def markdown(results: Mapping[str, Any], diagnosis: Mapping[str, Any]) -> str:
    """Return the results and their diagnosis as Markdown."""
    head, *facts = _facts(results)
    lines = [f"## {head}", "", *(f"- {fact}" for fact in [*facts, *_skipped(results)])]
    if diagnosis["failure_count"]:
        lines += ["", analysis(diagnosis).rstrip()]
    return "\n".join(lines) + "\n"


def analysis(diagnosis: Mapping[str, Any]) -> str:
    """Return the root causes and what to do about them as Markdown."""
    if not diagnosis["failure_count"]:
        return f"## Failure analysis\n\n{diagnosis['summary']}\n"
    lines = ["## Failure analysis", "", *(f"- {line}" for line in _told(diagnosis))]
    lines += ["", "### Root causes", ""]
    for number, cause in enumerate(diagnosis["root_causes"], 1):
        lines.append(f"{number}. **{cause['title']}** ({cause['blame']}): {cause['description']}")
        lines.append(f"   - Tests: {_listed(cause['affected_tests'])}")
        if cause["affected_files"]:
            lines.append(f"   - Files: {_listed(cause['affected_files'])}")
    lines += ["", "### Recommended fixes", ""]
    fixes = diagnosis["recommended_fixes"]
    return "\n".join([*lines, *(f"{number}. {fix}" for number, fix in enumerate(fixes, 1))]) + "\n"


def _facts(results: Mapping[str, Any]) -> Iterator[str]:
    ran = results["total"] - results["skipped"]
    yield "Tests passed" if results["is_passing"] else "Tests not passed"
    yield f"Tests: {results['passed']} of {ran} passed ({results['success_rate']:.1%})"
    for name in ("failed", "errors", "skipped"):
        if results[name]:
            yield f"{name.capitalize()}: {results[name]}"
    yield f"Duration: {results['duration_seconds']:.2f}s"
    if results["coverage_percent"] is not None:
        enough = "" if results["is_covered"] else ", less than required"
        yield f"Coverage: {results['coverage_percent']:.1f}%{enough}"
    if results["flaky_tests"]:
        yield f"Flaky in {results['runs']} runs: {_listed(results['flaky_tests'])}"
    if results["left_behind"]:
        yield f"Left running, and ended: {results['left_behind']} processes"


def _skipped(results: Mapping[str, Any]) -> list[str]:
    return [f"Not run: {what}" for what in results["not_run"]]


def _told(diagnosis: Mapping[str, Any]) -> Iterator[str]:
    yield f"Severity: {diagnosis['severity'].upper()}"
    yield f"Failures: {diagnosis['failure_count']}"
    yield f"Blame: {diagnosis['blame']}"
    yield f"Auto-fixable: {'Yes' if diagnosis['auto_fixable'] else 'No'}"
    yield f"Est. fix time: {diagnosis['minutes']} minutes"


def _rows(causes: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    cells = [_HEAD, *(_cells(cause) for cause in causes)]
    # The last cell is text and may be as long as it likes.
    widths = [max(len(row[column]) for row in cells) for column in range(len(_HEAD) - 1)]
    for row, cause in zip(cells, [None, *causes], strict=True):
        yield "  ".join([*map(str.ljust, row[:-1], widths), row[-1]])
        if cause is not None:
            yield f"    fix:   {cause['recommended_fix']}"
            yield f"    tests: {_listed(cause['affected_tests'])}"
            if cause["affected_files"]:
                yield f"    files: {_listed(cause['affected_files'])}"


def _cells(cause: Mapping[str, Any]) -> tuple[str, ...]:
    return (
        cause["severity"], cause["title"], cause["blame"], cause["fixable"],
        str(cause["minutes"]), str(len(cause["affected_tests"])), cause["description"],
    )  # fmt: skip


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMES} more" if len(names) > _NAMES else ""
    return ", ".join(names[:_NAMES]) + more
