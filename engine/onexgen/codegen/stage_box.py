"""What `omninode-generate` shows: the specification's box of stages, and its result."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any, Final, Self, override

from onexgen.cli.display import Display
from onexgen.cli.edge import wants_color
from onexgen.codegen.command_line import Wanted
from onexgen.json_types import Json, JsonObject
from onexgen.runs import Progress, Run, StageReport
from onexgen.session import Session

_INNER: Final = 58
_HEAD: Final = 45
_MARKS: Final = {"completed": "✓", "skipped": "-", "continued": "!", "failed": "✗"}
_COLORS: Final = {"✓": "\x1b[32m", "-": "\x1b[33m", "!": "\x1b[33m", "✗": "\x1b[31m"}
_PLAIN: Final = "\x1b[0m"
_SHOWN: Final = 70


class StageBox(Display):
    """A box that gets a line for each stage; on a terminal also for the one that runs."""

    def __init__(self, wanted: Wanted) -> None:
        """Show progress only if messages of that level are wanted."""
        self._wanted = wanted
        self._is_live = wants_color(sys.stderr)

    @override
    def __enter__(self) -> Self:
        """Draw the upper edge."""
        self._write(f"┌{'─' * _INNER}┐\n")
        return self

    @override
    def __exit__(self, *_: object) -> None:
        """Draw the lower edge."""
        self._write(f"└{'─' * _INNER}┘\n\n")

    @override
    def started(self, session: Session, inputs: JsonObject, correlation_id: str) -> None:
        """Say what begins."""
        # A prompt from a file may hold what a terminal takes for commands.
        prompt = "".join(c if c.isprintable() else " " for c in str(inputs["prompt"]))
        prompt = " ".join(prompt.split())
        shown = prompt if len(prompt) <= _SHOWN else f"{prompt[:_SHOWN]}..."
        self._write(
            "🚀 Generating ONEX node...\n"
            f"   Correlation ID: {correlation_id}\n"
            f"   Prompt: {shown}\n"
            f"   Output: {self._wanted.output_dir}\n\n"
        )

    @override
    def show(self, progress: Progress) -> None:
        """Add the line of a stage."""
        if not progress.runs:
            if self._is_live:
                self._write(_line(_head(progress.number, progress.total, progress.stage.title)))
            return
        report = next((s for s in progress.runs[0].stages if s.id == progress.stage.id), None)
        if report is not None:
            head = _head(report.number, progress.total, report.title)
            self._write(_line(head, report, is_live=self._is_live) + "\n")
            self._say_more(report)

    @override
    def failed(self, run: Run) -> None:
        """Say which stage failed; why is said by the error itself."""
        title = next((s.title for s in run.stages if s.id == run.failed_stage), "a stage")
        if self._wanted.shows("ERROR"):
            sys.stderr.write(f"❌ Generation failed in stage {title}.\n")

    def _say_more(self, report: StageReport) -> None:
        if report.status == "continued" and self._wanted.shows("WARNING"):
            sys.stderr.write(f"⚠️  {report.title}: {report.message}; went on without it\n")
        if self._wanted.shows("DEBUG"):
            made = ", ".join(report.values)
            sys.stderr.write(f"DEBUG {report.id}: {report.status}, made {made}\n")

    def _write(self, text: str) -> None:
        if self._wanted.shows("INFO"):
            sys.stderr.write(text)
            sys.stderr.flush()


def result_lines(outputs: Mapping[str, Any], seconds: float) -> list[str]:
    """Return what is printed of a successful run."""
    files: list[str] = outputs["files"]
    tests = sum(name.startswith("tests/") for name in files)
    points: list[Json] = outputs["extension_points"]
    lines = [
        "✅ Generation complete!",
        f"   Duration: {seconds:.1f}s",
        f"   Quality Score: {outputs['quality_score']:.2f}",
        f"   Files Generated: {len(files)} ({len(files) - tests} code + {tests} tests)",
        *(f"   Extension point: {point}" for point in points),
    ]
    if outputs["unchanged"]:
        lines.append("   Unchanged: every file is already as it should be.")
    listed = [f"   - {outputs['directory']}/{name}" for name in files]
    return [*lines, "", "   Generated files:", *listed]


def _head(number: int, total: int, title: str) -> str:
    return f"Stage {number}/{total}: {title}"


def _line(head: str, report: StageReport | None = None, *, is_live: bool = False) -> str:
    """Return a line of the box; a live one replaces that of the stage while it ran."""
    mark = _MARKS[report.status] if report else " "
    seconds = report.seconds if report else 0.0
    time = "" if report is None else f"{seconds:.2f}s" if seconds < 1 else f"{seconds:.1f}s"
    shown = f"{_COLORS[mark]}{mark}{_PLAIN}" if is_live else mark
    start = "\r" if is_live else ""
    return f"{start}│ {head:<{_HEAD}}[{shown}] {time:<{_INNER - _HEAD - 5}}│"
