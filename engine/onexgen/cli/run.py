"""`onexgen run PIPELINE` and `onexgen generate PROMPT`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import click
import typer

from onexgen.cli.common_options import options_of

Pipeline = Annotated[str, typer.Argument(help="Pipeline file, here or in the pack.")]
Batch = Annotated[
    Path | None,
    typer.Option("--batch", help="One request a line: text, or a JSON object of inputs."),
]
PipelineOption = Annotated[str, typer.Option("--pipeline", help="The pipeline to run.")]


def run(ctx: typer.Context, pipeline: Pipeline) -> None:  # noqa: ARG001 - read before parsing.
    """Run a pipeline; its inputs are options (see `onexgen run PIPELINE --help`)."""
    from onexgen.cli.execute import run_once

    raise click.exceptions.Exit(run_once(ctx, options_of(ctx)))


def generate(
    ctx: typer.Context,
    pipeline: PipelineOption = "pipelines/default.yaml",  # noqa: ARG001 - read before parsing.
    batch: Batch = None,
) -> None:
    """Make a package from one request, or one for each line of a file."""
    raise click.exceptions.Exit(once_or_batch(ctx, batch))


def once_or_batch(ctx: typer.Context, batch: Path | None) -> int:
    """Run a pipeline once, or for every line of a file; returns the exit code."""
    from onexgen.cli.batch import run_batch
    from onexgen.cli.execute import run_once

    options = options_of(ctx)
    return run_batch(ctx, batch, options) if batch else run_once(ctx, options)
