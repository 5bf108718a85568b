"""`onexgen dlq`: requests that were given up."""

from __future__ import annotations

from typing import Annotated

import click
import typer

from onexgen.cli.bus import AsJson, Bus, Env, awaited, print_as_json, print_rows, topics_here
from onexgen.diagnostics import UsageError

dlq = typer.Typer(
    help="Requests that were given up: look, replay, discard.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
Names = Annotated[list[str] | None, typer.Argument(metavar="ID...", help="Ids of `dlq list`.")]
Every = Annotated[bool, typer.Option("--all", help="All that wait.")]


@dlq.command("list")
def list_(
    bus: Bus,
    settled: Annotated[
        bool, typer.Option("--settled", help="Also those that were replayed or discarded.")
    ] = False,
    env: Env = None,
    as_json: AsJson = False,
) -> None:
    """List the requests that were given up and wait for a decision."""
    from onexgen.service.administration import given_up

    letters = awaited(given_up(bus, topics_here(env)))
    rows = [one.to_json() for one in letters if settled or one.state == "waiting"]
    if as_json:
        print_as_json({"schema_version": 1, "letters": list(rows)})
        return
    if not rows:
        click.echo("No request waits.", err=True)
        return
    keys = ("id", "state", "time", "attempts", "reason")
    print_rows([list(keys), *([str(row[key]) for key in keys] for row in rows)])


@dlq.command("show")
def show(
    name: Annotated[str, typer.Argument(metavar="ID", help="Id of `dlq list`.")],
    bus: Bus,
    env: Env = None,
) -> None:
    """Show one of them: why it was given up, its headers, the request itself."""
    from onexgen.service.administration import given_up
    from onexgen.service.letters import letter_named

    letter = letter_named(awaited(given_up(bus, topics_here(env))), name)
    headers = {key: value.decode("utf-8", "replace") for key, value in letter.message.headers}
    text = letter.message.value.decode("utf-8", "replace")
    print_as_json({**letter.to_json(), "headers": dict(headers), "request": text})


@dlq.command("replay")
def replay(bus: Bus, names: Names = None, every: Every = False, env: Env = None) -> None:
    """Send requests once more, as they were; each is a new request then."""
    _settle(bus, names, every, env, is_replay=True)


@dlq.command("discard")
def discard(bus: Bus, names: Names = None, every: Every = False, env: Env = None) -> None:
    """Mark requests as settled; they stay in their topic until that forgets them."""
    _settle(bus, names, every, env, is_replay=False)


def _settle(
    bus: str, names: list[str] | None, every: bool, env: str | None, *, is_replay: bool
) -> None:
    from onexgen.service.administration import settle

    if bool(names) == every:
        raise UsageError("name the requests, or say --all", help="see `onexgen dlq list`")
    done = awaited(settle(bus, topics_here(env), names or [], replay=is_replay))
    for one in done:
        click.echo(one.id)
    click.echo(f"{len(done)} {'replayed' if is_replay else 'discarded'}.", err=True)
