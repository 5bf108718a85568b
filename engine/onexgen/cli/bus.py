"""What commands have in common that talk to a bus or look at the history."""

from __future__ import annotations

import json
from collections.abc import Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import click
import typer

from onexgen.json_types import Json

if TYPE_CHECKING:  # Other commands import nothing of the service.
    from onexgen.resources import Pack
    from onexgen.service.topics import Topics

Bus = Annotated[
    str,
    typer.Option("--bus", envvar="ONEXGEN_BUS", metavar="URL", help="Address of the broker."),
]
Store = Annotated[
    str | None,
    typer.Option(
        "--store",
        envvar="ONEXGEN_STORE",
        metavar="URL",
        help="Where the history is; else the user's own.",
    ),
]
Env = Annotated[str | None, typer.Option("--env", help="Apply environments/NAME.yaml.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def awaited[T](work: Coroutine[Any, Any, T]) -> T:
    """Return what some work comes to; whoever does none of it does not load its loop."""
    import asyncio

    return asyncio.run(work)


def topics_here(env: str | None) -> Topics:
    """Return the topics of the current folder's pack."""
    from onexgen.service.topics import load_topics

    return load_topics(*pack_here(env))


def pack_here(env: str | None) -> tuple[Pack, str | None]:
    """Return the current folder's pack, and which environment holds."""
    from onexgen.resources import Pack
    from onexgen.settings import load_settings

    settings = load_settings(Path.cwd())
    return Pack.at(settings.root, alone=settings.alone), settings.environment(env)


def print_as_json(value: Json) -> None:
    """Print JSON for programs."""
    click.echo(json.dumps(value, indent=2, ensure_ascii=False))


def print_rows(rows: list[list[str]]) -> None:
    """Print a table; the last column is as wide as it is."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = [f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)]
        click.echo("  ".join(cells).rstrip())
