"""`onexgen explain PROMPT`: what was understood, and which rule said so."""

from __future__ import annotations

import click
import typer

from onexgen.cli.run import Batch, once_or_batch


def explain(ctx: typer.Context, batch: Batch = None) -> None:
    """Show what a request is understood as, with the rule behind every decision."""
    raise click.exceptions.Exit(once_or_batch(ctx, batch))
