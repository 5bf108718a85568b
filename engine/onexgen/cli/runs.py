"""`onexgen runs`: what workers have done."""

from __future__ import annotations

import time
from typing import Annotated, Any

import click
import typer

from onexgen.cli.bus import AsJson, Bus, Env, Store, awaited, print_as_json, print_rows

runs = typer.Typer(
    help="What workers have done, and what they do.", no_args_is_help=True, rich_markup_mode=None
)
Days = Annotated[float, typer.Option("--days", min=0, help="Only the last days.")]


@runs.command("list")
def list_(
    store: Store = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=100_000, help="At most.")] = 20,
    failed: Annotated[bool, typer.Option("--failed", help="Only failed ones.")] = False,
    as_json: AsJson = False,
) -> None:
    """List the latest runs, newest first."""

    async def read() -> list[Any]:
        from onexgen.service.history.reading import runs as latest
        from onexgen.service.opened import history

        async with history(store) as past:
            return await latest(past, limit, "failed" if failed else None)

    rows = awaited(read())
    if as_json:
        print_as_json({"schema_version": 1, "runs": rows})
        return
    keys = ("correlation_id", "mode", "status", "attempts", "seconds", "finished_at", "error")
    shown = [[_shown(row[key]) for key in keys] for row in rows]
    print_rows([list(keys), *shown])


@runs.command("show")
def show(
    name: Annotated[str, typer.Argument(metavar="ID", help="Correlation id, or id of a request.")],
    store: Store = None,
) -> None:
    """Show all that is known of one run, as JSON."""

    async def read() -> Any:
        from onexgen.service.history.reading import run
        from onexgen.service.opened import history

        async with history(store) as past:
            return await run(past, name)

    print_as_json(awaited(read()))


@runs.command("stats")
def stats(store: Store = None, days: Days = 30) -> None:
    """Count runs, failures and what was used, with durations, as JSON."""

    async def read() -> Any:
        from onexgen.service.history.reading import stats as counted
        from onexgen.service.opened import history

        async with history(store) as past:
            return await counted(past, days)

    print_as_json({"schema_version": 1, **awaited(read())})


@runs.command("rank")
def rank(
    rules: Annotated[str, typer.Argument(metavar="RULES", help="Library of the pack.")],
    *,
    kind: Annotated[
        str, typer.Option("--kind", help="What its entries are called in `history.uses`.")
    ],
    store: Store = None,
    days: Days = 30,
    least: Annotated[int, typer.Option("--least", min=1, help="Runs that an entry needs.")] = 10,
    most: Annotated[
        int, typer.Option("--most", min=1, max=100, help="How far a priority may move.")
    ] = 10,
    env: Env = None,
) -> None:
    """Print an overlay that puts what ended well first; in rules/ of your pack it holds."""

    async def read() -> Any:
        from onexgen.service.history.reading import stats as counted
        from onexgen.service.opened import history

        async with history(store) as past:
            return await counted(past, days)

    from onexgen.cli.bus import priorities_of
    from onexgen.service.history.ranking import overlay, ranks

    priorities = priorities_of(rules, env)
    found = ranks(awaited(read())["uses"], kind, priorities, least=least, most=most)
    if not found:
        click.echo("The history moves nothing: too few runs, or all ended alike.", err=True)
        return
    click.echo(overlay(found, rules, kind, days), nl=False)


@runs.command("prune")
def prune(
    store: Store = None,
    days: Annotated[float, typer.Option("--days", min=0, help="Keep the last days.")] = 30,
) -> None:
    """Forget old runs; requests that come again after so long are run again."""

    async def forget() -> dict[str, int]:
        from onexgen.service.history.reading import prune as forgotten
        from onexgen.service.opened import history

        async with history(store) as past:
            return await forgotten(past, days)

    gone = awaited(forget())
    click.echo(f"{gone['runs']} runs and {gone['requests']} requests forgotten.")


@runs.command("upgrade")
def upgrade(store: Store = None) -> None:
    """Bring the tables of a history to the form that this version knows."""

    async def bring() -> str:
        from onexgen.service.opened import upgraded

        return await upgraded(store)

    click.echo(awaited(bring()))


@runs.command("follow")
def follow(
    correlation_id: Annotated[str, typer.Argument(metavar="ID", help="What --detach printed.")],
    *,
    bus: Bus,
    store: Store = None,
    pipeline: Annotated[
        str, typer.Option("--pipeline", help="The pipeline that was asked for.")
    ] = "pipelines/default.yaml",
    timeout: Annotated[
        float, typer.Option("--timeout", min=0.001, metavar="SECONDS", help="How long to wait.")
    ] = 300,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="Print only results and errors.")
    ] = False,
    as_json: AsJson = False,
    env: Env = None,
) -> None:
    """Show the progress of a request that was left, and write its result here."""
    from onexgen.cli.display import make_display
    from onexgen.cli.execute import report
    from onexgen.cli.options import Options
    from onexgen.cli.remote import follow_left
    from onexgen.session import Session

    options = Options(bus=bus, store=store, timeout=timeout, quiet=quiet, as_json=as_json)
    session = Session(pipeline, environment=env)
    display = make_display(quiet or as_json)
    started = time.perf_counter()
    run = follow_left(session, correlation_id, options, display)
    raise click.exceptions.Exit(
        report(session, run, time.perf_counter() - started, options, display)
    )


def _shown(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.3f}"
    text = "" if value is None else " ".join(str(value).split())
    return text if len(text) <= 60 else f"{text[:60]}..."
