"""`onexgen schema export`: JSON Schemas of every kind of file, for editors and other tools."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import click
import typer

schema = typer.Typer(
    help="JSON Schemas of the data files.", no_args_is_help=True, rich_markup_mode=None
)


@schema.callback()
def _group() -> None:
    """JSON Schemas of the data files."""


@schema.command("export")
def export(
    directory: Annotated[Path, typer.Argument(help="Where to write them.")] = Path("schemas"),
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; fail when a file is out of date.")
    ] = False,
) -> None:
    """Write one schema for every kind of file."""
    from onexgen.diagnostics import DriftError, OutsideError
    from onexgen.schemas import schema_texts
    from onexgen.service.schemas import event_schema_texts, service_schema_texts

    texts = {**schema_texts(), **event_schema_texts(), **service_schema_texts()}
    paths = {directory / name: text for name, text in texts.items()}
    if check:
        stale = [p for p, text in paths.items() if not p.is_file() or p.read_text() != text]
        if stale:
            names = ", ".join(str(path) for path in stale)
            raise DriftError(f"out of date: {names}", help="run `onexgen schema export`")
        click.echo(f"{len(paths)} schemas are up to date.")
        return
    try:
        for path, text in paths.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise OutsideError(f"cannot write to '{directory}': {error.strerror}") from error
    click.echo(f"{len(paths)} schemas in {directory}")
