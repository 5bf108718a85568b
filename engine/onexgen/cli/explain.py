"""`onexgen explain PROMPT`: what was understood, and which rule said so."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import click
import typer

from onexgen.cli.common_options import options_of
from onexgen.cli.run import once_or_batch
from onexgen.diagnostics import UsageError

Batch = Annotated[
    Path | None,
    typer.Option(
        "--batch", help="One request a line: text, or JSON with `id`, the text, and `inputs`."
    ),
]
JsonLines = Annotated[
    bool,
    typer.Option("--json-lines", help="With --batch: one answer a line, a wrong request too."),
]


def explain(ctx: typer.Context, batch: Batch = None, json_lines: JsonLines = False) -> None:
    """Show what a request is understood as, with the rule behind every decision."""
    if not json_lines:
        raise click.exceptions.Exit(once_or_batch(ctx, batch))
    if batch is None:
        raise UsageError("--json-lines needs --batch FILE", help="`-` reads what is piped in")
    from onexgen.cli.answers import answer_lines

    raise click.exceptions.Exit(answer_lines(ctx, batch, options_of(ctx)))
