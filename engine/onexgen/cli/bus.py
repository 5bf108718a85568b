"""What commands have in common that talk to a bus or look at the history."""

from __future__ import annotations

import json
from collections.abc import Coroutine
from typing import TYPE_CHECKING, Annotated, Any

import click
import typer

from onexgen.json_types import Json
from onexgen.settings import pack_here

if TYPE_CHECKING:  # Other commands import nothing of the service.
    from onexgen.service.topics import Topics

Bus = Annotated[
    str,
    typer.Option("--bus", envvar="ONEXGEN_BUS", metavar="URL", help="Address of the broker."),
]
MaybeBus = Annotated[
    str | None,
    typer.Option(
        "--bus", envvar="ONEXGEN_BUS", metavar="URL", help="Address of the broker; else none."
    ),
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


def priorities_of(rules: str, env: str | None) -> dict[str, int]:
    """Return name -> priority of the entries of a library of the current folder's pack."""
    from onexgen.compiler.of_kind import documents_of_kind
    from onexgen.config.reading import Library
    from onexgen.diagnostics import UsageError, closest

    pack, environment = pack_here(env)
    known = documents_of_kind(pack, "library", environment)
    library = known.get(rules)
    if not isinstance(library, Library):
        raise UsageError(f"the pack has no library '{rules}'", help=closest(rules, known))
    return {one.name: one.priority for one in library.entries}


def print_as_json(value: Json) -> None:
    """Print JSON for programs."""
    click.echo(json.dumps(value, indent=2, ensure_ascii=False))


def print_rows(rows: list[list[str]]) -> None:
    """Print a table; the last column is as wide as it is."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = [f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)]
        click.echo("  ".join(cells).rstrip())
