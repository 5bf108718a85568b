"""`onexgen check` and `onexgen list`: look at the data without running it."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import click
import typer

from onexgen.diagnostics import ConfigError, Diagnostic, UsageError, closest

Env = Annotated[str | None, typer.Option("--env", help="Apply environments/NAME.yaml.")]
Format = Annotated[str, typer.Option("--format", help="text, json or github.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


def check(
    files: Annotated[
        list[str] | None, typer.Argument(help="Files of the pack; all when none is named.")
    ] = None,
    env: Env = None,
    format_: Format = "text",
) -> None:
    """Load and compile all data files, and show everything that is wrong with them."""
    from onexgen.compiler import Compilation
    from onexgen.settings import load_settings
    from onexgen.store import shelf_of

    if format_ not in ("text", "json", "github"):
        help_text = closest(format_, ("text", "json", "github"))
        raise UsageError(f"there is no format '{format_}'", help=help_text)
    settings = load_settings(Path.cwd())
    pack = settings.pack()
    outside = _outside(pack.files, files or [])
    shelf = shelf_of(pack)
    compilation = Compilation(pack, settings.environment(env), outside=outside, shelf=shelf)
    compilation.everything()
    shelf.keep()
    found = compilation.diagnostics
    if files:
        named = {os.path.normpath(file).replace(os.sep, "/") for file in files}
        found = tuple(item for item in found if item.path in named)
    if format_ != "text":
        print_found(found, format_)
        raise click.exceptions.Exit(ConfigError.exit_code if _errors(found) else 0)
    if _errors(found):
        raise ConfigError(
            "the data files are wrong", diagnostics=found, texts=compilation.documents.texts
        )
    count = len(files or pack.files)
    click.echo(f"{count} {'file is' if count == 1 else 'files are'} fine.")


def _outside(known: dict[str, Path], files: list[str]) -> dict[str, bytes]:
    """Return named files that are no part of the pack."""
    outside = {}
    for file in files:
        name = os.path.normpath(file).replace(os.sep, "/")
        if name in known:
            continue
        try:
            outside[name] = Path(file).read_bytes()
        except OSError as error:
            raise UsageError(f"cannot read '{file}': {error.strerror}") from error
    return outside


def _errors(found: tuple[Diagnostic, ...]) -> bool:
    return any(item.severity == "error" for item in found)


def print_found(found: Sequence[Diagnostic], format_: str) -> None:
    """Print diagnostics for programs: as JSON, or as commands to a forge."""
    from onexgen.report import diagnostic_objects

    rows: list[Any] = diagnostic_objects(found)
    if format_ == "json":
        click.echo(json.dumps({"schema_version": 1, "diagnostics": rows}, indent=2))
        return
    for row in rows:
        place = f"file={row['path']},line={row['line']},col={row['column']}"
        text = " ".join(str(row[key]) for key in ("message", "help") if row[key])
        escaped = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
        click.echo(f"::{row['severity']} {place},title={row['code']}::{escaped}")


def list_(
    pipeline: Annotated[
        str, typer.Option("--pipeline", help="Whose pack to list.")
    ] = "pipelines/default.yaml",
    as_json: AsJson = False,
) -> None:
    """List template families, the labels of the rules, and the library."""
    from onexgen.catalog import catalog
    from onexgen.session import Session

    sections = catalog(Session(pipeline).plan)
    if as_json:
        click.echo(json.dumps({"schema_version": 1, **sections}, indent=2, ensure_ascii=False))
        return
    for title, rows in sections.items():
        click.echo(f"{title}:")
        width = max((len(row["name"]) for row in rows), default=0)
        for row in rows:
            click.echo(f"  {row['name']:<{width}}  {row['summary']}".rstrip())
        click.echo()
