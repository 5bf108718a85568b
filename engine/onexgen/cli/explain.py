"""`onexgen explain PROMPT`: what was understood, and which rule said so."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import click
import typer

from onexgen.cli.batch import run_batch
from onexgen.cli.common_options import options_of
from onexgen.cli.execute import run_once

Batch = Annotated[
    Path | None,
    typer.Option("--batch", help="One request a line: text, or a JSON object of inputs."),
]


def explain(ctx: typer.Context, batch: Batch = None) -> None:
    """Show what a request is understood as, with the rule behind every decision."""
    options = options_of(ctx)
    code = run_batch(ctx, batch, options) if batch else run_once(ctx, options)
    raise click.exceptions.Exit(code)


