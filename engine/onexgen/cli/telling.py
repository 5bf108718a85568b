"""Reports of commands: printed, or written to a file."""

from __future__ import annotations

from pathlib import Path

import click

from onexgen.diagnostics import OutsideError


def tell(report: str, output: Path | None) -> None:
    """Print a report, or write it to a file; OutsideError where that cannot be written."""
    if output is None:
        click.echo(report, nl=False)
        return
    try:
        output.write_text(report, encoding="utf-8")
    except OSError as error:
        raise OutsideError(f"cannot write '{output}': {error.strerror}") from error
