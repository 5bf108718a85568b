"""`onexgen init`: a user's own overlays, rules and templates."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import click
import typer


def init(
    directory: Annotated[Path, typer.Argument(help="Where to put the files.")] = Path(),
) -> None:
    """Start a project of your own: one overlay, one example rule, one template, configuration."""
    from onexgen.starter import write_starter

    for path in write_starter(directory):
        click.echo(str(path))
    folder = "" if directory == Path() else f"cd {directory}, then "
    click.echo(f"Next: {folder}onexgen check; for your editor, onexgen schema export.", err=True)
