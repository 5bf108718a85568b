"""The commands, each wired to its file; what a command needs is imported when it runs."""

from __future__ import annotations

from typing import Annotated

import typer

from onexgen import __version__
from onexgen.cli.config import config
from onexgen.cli.dlq import dlq
from onexgen.cli.doctor import doctor
from onexgen.cli.explain import explain
from onexgen.cli.gate import gate
from onexgen.cli.inspect import check, list_
from onexgen.cli.pack import pack
from onexgen.cli.project import init
from onexgen.cli.rules import rules
from onexgen.cli.run import generate, run
from onexgen.cli.running import GenerateCommand, PipelineCommand
from onexgen.cli.runs import runs
from onexgen.cli.schema import schema
from onexgen.cli.serve import serve
from onexgen.cli.testing import exercise
from onexgen.cli.topics import topics
from onexgen.cli.worker import worker

app = typer.Typer(
    name="onexgen",
    help="One sentence in, a complete, tested package out.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    suggest_commands=False,  # click does it already.
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"onexgen {__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    """One sentence in, a complete, tested package out."""


app.command("run", cls=PipelineCommand)(run)
app.command("generate", cls=GenerateCommand)(generate)
app.command("explain", cls=GenerateCommand)(explain)
app.command("check")(check)
app.command("list")(list_)
app.command("gate")(gate)
app.command("test", cls=GenerateCommand)(exercise)
app.command("init")(init)
app.command("pack")(pack)
app.command("worker")(worker)
app.command("doctor")(doctor)
app.add_typer(serve, name="serve")
app.add_typer(topics, name="topics")
app.add_typer(runs, name="runs")
app.add_typer(dlq, name="dlq")
app.add_typer(rules, name="rules")
app.add_typer(config, name="config")
app.add_typer(schema, name="schema")
