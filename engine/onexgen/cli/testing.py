"""`onexgen test PATH`: whether the tests of a package pass, and why not."""

from __future__ import annotations

import time
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import click
import typer

from onexgen.cli.common_options import options_of
from onexgen.cli.run import PipelineOption
from onexgen.cli.telling import tell
from onexgen.diagnostics import UsageError, closest

if TYPE_CHECKING:  # What a command needs is imported when it runs.
    from onexgen.cli.options import Options
    from onexgen.runs import Run
    from onexgen.session import Session

_FORMATS: Final = ("json", "markdown", "text")


def exercise(
    ctx: typer.Context,
    *,
    format_: Annotated[str, typer.Option("--format", help="text, json or markdown.")] = "text",
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FILE", help="Write the report there.")
    ] = None,
    pipeline: PipelineOption = "pipelines/test.yaml",  # noqa: ARG001 - read before parsing.
) -> None:
    """Run the tests of a package and say why some fail.

    Ends with 1 when the code is to blame, 3 when too little is covered, 6 when services or tools
    are missing, 7 when time ran out.
    """
    from onexgen.cli.edge import show_error
    from onexgen.cli.running import session_of

    if format_ not in _FORMATS:
        raise UsageError(f"there is no format '{format_}'", help=closest(format_, _FORMATS))
    options = options_of(ctx)
    wanted = "json" if options.as_json else format_
    session = session_of(ctx)
    started = time.perf_counter()
    run = _followed(ctx, session, options, is_quiet=options.quiet or wanted == "json")
    report = _report(session, run, wanted, time.perf_counter() - started)
    tell(report, output)
    if run.error is not None:
        show_error(run.error)
        raise click.exceptions.Exit(run.error.exit_code)


def _followed(ctx: click.Context, session: Session, options: Options, *, is_quiet: bool) -> Run:
    """Run the pipeline, showing progress."""
    from onexgen.cli.display import make_display
    from onexgen.cli.execute import collect, follow
    from onexgen.cli.running import how_to_give
    from onexgen.inputs import resolve_inputs

    inputs = resolve_inputs(
        session.plan.inputs, collect(ctx, options), default=session.settings.default,
        how=how_to_give(ctx),
    )  # fmt: skip
    display = make_display(is_quiet)
    name = options.correlation_id or str(uuid.uuid4())
    return follow(session, inputs, name, options, display)


def _report(session: Session, run: Run, wanted: str, seconds: float) -> str:
    """Return what is known: all of it, also of a run that failed; nothing if no test ran."""
    outputs: dict[str, Any] = session.reached(run)
    if wanted == "json":
        import json

        from onexgen.report import result_object

        told = result_object(session, run, seconds)
        # What is told of a failure holds, whatever the outputs say.
        value = told | {name: item for name, item in outputs.items() if name not in told}
        return json.dumps(value, indent=2, ensure_ascii=False) + "\n"
    if not {"tests", "diagnosis"} <= outputs.keys():
        return ""
    from onexgen.testing import reports

    make = reports.markdown if wanted == "markdown" else reports.table
    # Without a file to which anything could be added, there is only the error.
    repaired = outputs.get("repaired", {"file": None, "added": []})
    added = f"\nAdded to {repaired['file']}: {', '.join(repaired['added'])}\n"
    report = make(outputs["tests"], outputs["diagnosis"])
    return f"{outputs['printed']}{report}{added * bool(repaired['added'])}"
