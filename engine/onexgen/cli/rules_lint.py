"""`onexgen rules lint`: rules that do nothing, or not what they seem to."""

from __future__ import annotations

import sys
from typing import Annotated

import click
import typer

from onexgen.cli.edge import wants_color
from onexgen.cli.inspect import print_found
from onexgen.cli.rules_pack import Data, Env, MeasuresFile, measures_of, named_files, rules_here
from onexgen.diagnostics import ConfigError, UsageError, closest, render
from onexgen.wording import counted

_FORMATS = ("text", "json", "github")


def run_lint(
    files: Annotated[list[str] | None, typer.Argument(help="Rule files; all if none.")] = None,
    data: Data = None,
    measures_file: MeasuresFile = None,
    strict: Annotated[bool, typer.Option("--strict", help="A warning is an error.")] = False,
    env: Env = None,
    format_: Annotated[str, typer.Option("--format", help="text, json or github.")] = "text",
) -> None:
    """Find dead, shadowed, tied, contradictory and unreachable rules, and terms that do nothing."""
    from onexgen.tuning.examples import reading_files
    from onexgen.tuning.lint import lint

    if format_ not in _FORMATS:
        raise UsageError(f"there is no format '{format_}'", help=closest(format_, _FORMATS))
    knowledge, pack, environment = rules_here(env)
    texts: list[str] = []
    if data:
        from onexgen.tuning.labelled import read_labelled

        measures = measures_of(pack, environment, measures_file)
        keys = measures.inputs.values()
        texts = [str(line.truth[k]) for line in read_labelled(data, measures) for k in keys]
    names = named_files(reading_files(knowledge), files)
    found = lint(knowledge, names, texts)
    if format_ != "text":
        print_found(found, format_)
    elif found:
        color = wants_color(sys.stderr)
        sys.stderr.write(render(found, knowledge.texts, color=color))
    else:
        count = sum(1 for name in names for _ in knowledge.rules(name))
        said = f"{counted(count, 'rule')} in {counted(len(names), 'file')}"
        click.echo(f"{said}: nothing to say.")
    raise click.exceptions.Exit(ConfigError.exit_code if strict and found else 0)
