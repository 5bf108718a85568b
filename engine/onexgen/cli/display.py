"""Progress: live on a terminal, plain lines elsewhere; all of it on stderr."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final, Self

from onexgen.cli.edge import wants_color
from onexgen.json_types import JsonObject
from onexgen.runs import Progress, Run, StageReport
from onexgen.session import Session

_WIDTH: Final = 60
_MARKS: Final = {"completed": "✓", "skipped": "-", "continued": "!", "failed": "✗"}
_SHOWN: Final = 70


def line_of(report: StageReport, total: int) -> str:
    """Return one line of the progress display."""
    head = f"Stage {report.number}/{total}: {report.title}"
    mark = _MARKS.get(report.status, "?")
    return f"{head:<46}[{mark}] {report.seconds:.2f}s"


class Display:
    """Shows nothing: for --quiet and --json."""

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(self, *_: object) -> None:
        """End."""

    def started(self, session: Session, inputs: JsonObject, correlation_id: str) -> None:
        """Say what begins."""

    def show(self, progress: Progress) -> None:
        """Show that a stage began or ended."""

    def completed(self, run: Run, seconds: float) -> None:
        """Say how long a successful run took."""

    def failed(self, run: Run) -> None:
        """Say which stage failed."""

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Leave the terminal to somebody else for a while."""
        yield


class PlainDisplay(Display):
    """One line for each stage that ended."""

    def started(self, session: Session, inputs: JsonObject, correlation_id: str) -> None:
        """Print the head: correlation id and the main input."""
        lines = [f"Running {session.plan.name}...", f"   Correlation ID: {correlation_id}"]
        for item in session.plan.inputs:
            value = inputs.get(item.name)
            if value and (item.positional or item.type == "path"):
                title = item.name.replace("_", " ").capitalize()
                lines.append(f"   {title}: {_shortened(str(value))}")
        self._print(*lines, "")

    def show(self, progress: Progress) -> None:
        """Print a stage when it ended."""
        for report in _latest(progress):
            self._print(line_of(report, progress.total))
            if report.status == "continued":
                self._print(f"   {report.message}; went on without it")

    def completed(self, run: Run, seconds: float) -> None:  # noqa: ARG002 - others show it.
        """Print how long it took."""
        self._print("", f"Done in {seconds:.2f}s.", "")

    def failed(self, run: Run) -> None:
        """Print which stage failed; why is said by the error itself."""
        title = next((s.title for s in run.stages if s.id == run.failed_stage), "a stage")
        self._print("", f"Failed in {title}.")

    def _print(self, *lines: str) -> None:
        sys.stderr.write("".join(f"{line}\n" for line in lines))
        sys.stderr.flush()


class LiveDisplay(PlainDisplay):
    """A box that fills up while the stages run."""

    def __init__(self) -> None:
        """Start with an empty box."""
        from rich.console import Console
        from rich.live import Live

        self._lines: list[str] = []
        self._console = Console(stderr=True, highlight=False)
        self._live: Any = Live(console=self._console, refresh_per_second=12, transient=False)

    def __enter__(self) -> Self:
        """Begin to draw."""
        self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Leave the last state on the screen."""
        self._live.stop()

    def show(self, progress: Progress) -> None:
        """Draw the box anew."""
        for report in _latest(progress):
            self._lines.append(line_of(report, progress.total))
        current = list(self._lines)
        if not progress.runs:
            head = f"Stage {progress.number}/{progress.total}: {progress.stage.title}"
            current.append(f"{head:<46}[ ]")
        self._live.update(self._box(current))

    def _box(self, lines: list[str]) -> Any:
        from rich.panel import Panel
        from rich.text import Text

        text = Text("\n".join(lines))
        text.highlight_regex(r"\[✓\]", "green")
        text.highlight_regex(r"\[✗\]", "red")
        text.highlight_regex(r"\[[!-]\]", "yellow")
        return Panel(text, width=_WIDTH + 4, padding=(0, 1))

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Stop drawing while somebody types."""
        self._live.stop()
        yield
        self._live.start()


def make_display(is_quiet: bool) -> Display:
    """Return the display that fits the terminal."""
    if is_quiet:
        return Display()
    return LiveDisplay() if wants_color(sys.stderr) else PlainDisplay()


def _latest(progress: Progress) -> list[StageReport]:
    """Return the report of the first run for the stage that just ended."""
    if not progress.runs or not progress.runs[0].stages:
        return []
    last = progress.runs[0].stages[-1]
    return [last] if last.id == progress.stage.id else []


def _shortened(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _SHOWN else f"{line[:_SHOWN]}..."
