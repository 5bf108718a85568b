"""`onexgen serve`: runs, explanations and verdicts for whoever asks over the network."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import click
import typer

from onexgen.cli.bus import AsJson, Env, MaybeBus, Store, awaited, print_as_json, print_rows
from onexgen.json_types import Json

serve = typer.Typer(
    help="Runs, explanations and verdicts for whoever asks over the network.",
    invoke_without_command=True,
    rich_markup_mode=None,
)
tokens = typer.Typer(help="Who may use the service.", no_args_is_help=True, rich_markup_mode=None)
serve.add_typer(tokens, name="tokens")
TokenFile = Annotated[
    Path | None,
    typer.Option(
        "--tokens",
        envvar="ONEXGEN_TOKENS",
        metavar="FILE",
        help="Where the tokens are; else the user's own.",
    ),
]
Name = Annotated[str, typer.Argument(metavar="NAME", help="Whose token it is.")]


@serve.callback()
def start(
    ctx: typer.Context,
    *,
    bus: MaybeBus = None,
    store: Store = None,
    host: Annotated[str, typer.Option("--host", help="Address to listen on.")] = "127.0.0.1",
    role: Annotated[
        list[str] | None, typer.Option("--role", metavar="NAME", help="Only this part; repeatable.")
    ] = None,
    port: Annotated[
        list[str] | None,
        typer.Option("--port", metavar="[ROLE=]PORT", help="Another port, of one part or of all."),
    ] = None,
    output_root: Annotated[
        Path | None,
        typer.Option("--output-root", metavar="DIR", help="Folder below which it may write."),
    ] = None,
    token_file: TokenFile = None,
    consul: Annotated[
        str | None,
        typer.Option(
            "--consul",
            envvar="ONEXGEN_CONSUL",
            metavar="URL",
            help="Agent of Consul to register with.",
        ),
    ] = None,
    advertise: Annotated[
        str | None,
        typer.Option("--advertise", metavar="ADDRESS", help="Our address there; else --host."),
    ] = None,
    env: Env = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Log only what is wrong.")] = False,
) -> None:
    """Answer requests until told to stop (Ctrl-C, SIGTERM)."""
    if ctx.invoked_subcommand is not None:
        return
    from onexgen.service.extra import needed

    needed("fastapi", "uvicorn")
    from onexgen.service.http.context import Wishes
    from onexgen.service.http.starting import start as started
    from onexgen.service.reports import reporting

    wishes = Wishes(
        bus=bus,
        store=store,
        output_root=output_root,
        tokens=token_file,
        environment=env,
        consul=consul,
        advertise=advertise,
    )
    awaited(started(wishes, host, role or [], port or [], reporting(is_quiet=quiet)))


@tokens.command("add")
def add(name: Name, token_file: TokenFile = None, env: Env = None) -> None:
    """Make a token and print it: this is the only time that it is shown."""
    from onexgen.service.http.starting import tokens_here

    click.echo(tokens_here(token_file, env).add(name))


@tokens.command("list")
def list_(token_file: TokenFile = None, env: Env = None, as_json: AsJson = False) -> None:
    """List the names of all tokens, and since when they hold."""
    from onexgen.service.http.starting import tokens_here

    known = tokens_here(token_file, env).known().values()
    if as_json:
        told: list[Json] = [{"name": token.name, "since": token.since} for token in known]
        print_as_json({"schema_version": 1, "tokens": told})
    else:
        print_rows([["name", "since"], *([token.name, token.since] for token in known)])


@tokens.command("revoke")
def revoke(name: Name, token_file: TokenFile = None, env: Env = None) -> None:
    """Refuse a token from now on, also where a service runs."""
    from onexgen.service.http.starting import tokens_here

    tokens_here(token_file, env).revoke(name)
