"""`onexgen config show`: the value of every key, and which line put it there."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import click
import typer

from onexgen.diagnostics import UsageError, closest
from onexgen.wording import number

if TYPE_CHECKING:  # Reading data files brings pydantic and a YAML parser.
    from onexgen.effective import Value

config = typer.Typer(help="What holds.", no_args_is_help=True, rich_markup_mode=None)

# Longer lines do not push the places of all others to the right.
_WIDEST: Final = 60
_NOTES: Final = {"pack": "", "own": "  (own file)", "overlay": "  (overlay)"}


@config.callback()
def _group() -> None:
    """Show what holds."""


@config.command("show")
def show(
    file: Annotated[
        str | None, typer.Argument(help="One data file, such as rules/quality.yaml; else all.")
    ] = None,
    path: Annotated[
        str | None, typer.Argument(help="Only what is below a path, such as thresholds.")
    ] = None,
    env: Annotated[str | None, typer.Option("--env", help="Apply environments/NAME.yaml.")] = None,
    origin: Annotated[
        bool, typer.Option("--origin", help="Show file and line of every value.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Show the value of every key, by the path with which an overlay changes it."""
    from onexgen.effective import Effective
    from onexgen.settings import load_settings

    settings = load_settings(Path.cwd())
    pack = settings.pack()
    environment = settings.environment(env)
    effective = Effective(pack, environment)
    found = {name: effective.values(name) for name in ([file] if file else effective.files())}
    if file and path:
        found[file] = _below(found[file], path)
    if as_json:
        click.echo(json.dumps(_object(found, environment), indent=2, ensure_ascii=False))
        return
    for name, values in found.items():
        if file is None:
            click.echo(f"# {name}")
        for line in _lines(values, origin=origin):
            click.echo(line)


def _below(values: list[Value], path: str) -> list[Value]:
    """Return the value at a path and everything below it."""
    found = [one for one in values if one.path == path or one.path.startswith(f"{path}.")]
    if not found:
        parts = [one.path.split(".") for one in values]
        known = {".".join(part[:n]) for part in parts for n in range(1, len(part) + 1)}
        raise UsageError(f"there is no value at '{path}'", help=closest(path, known))
    return found


def _lines(values: list[Value], *, origin: bool) -> Iterator[str]:
    rows = [(f"{one.path}: {_shown(one.value)}", one) for one in values]
    short = [len(text) for text, _ in rows if len(text) <= _WIDEST]
    width = max(short, default=0)
    for text, one in rows:
        where = f"{one.at}{_NOTES[one.origin]}" if one.at else one.origin
        yield f"{text:<{width}}  {where}" if origin else text


def _shown(value: object) -> str:
    if isinstance(value, float):
        return number(value)
    is_plain = isinstance(value, str) and value == " ".join(value.split()) != ""
    return str(value) if is_plain else json.dumps(value, ensure_ascii=False)


def _object(found: dict[str, list[Value]], environment: str | None) -> dict[str, object]:
    files = {
        name: {
            one.path: {"value": one.value, "at": one.at or None, "origin": one.origin}
            for one in values
        }
        for name, values in found.items()
    }
    return {"schema_version": 1, "environment": environment, "files": files}
