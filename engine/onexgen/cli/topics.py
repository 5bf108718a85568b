"""`onexgen topics`: what travels over a bus, and whether a broker has it."""

from __future__ import annotations

from typing import Annotated, Any

import click
import typer

from onexgen.cli.bus import AsJson, Bus, Env, awaited, print_as_json, print_rows, topics_here

topics = typer.Typer(
    help="Topics of rules/topics.yaml and of a broker.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@topics.command("list")
def list_(env: Env = None, as_json: AsJson = False) -> None:
    """List the topics, what stands in them, and how they are kept."""
    rows: list[dict[str, Any]] = [
        {
            "name": one.name,
            "role": one.role,
            "event": one.event,
            "partitions": one.partitions,
            "retention_seconds": one.retention_seconds,
            "summary": one.summary,
        }
        for one in topics_here(env).topics.values()
    ]
    if as_json:
        print_as_json({"schema_version": 1, "topics": list(rows)})
        return
    print_rows(
        [
            [r["name"], r["event"], f"{r['partitions']} parts", _days(r["retention_seconds"])]
            for r in rows
        ]
    )


@topics.command("create")
def create(
    bus: Bus,
    replication: Annotated[
        int, typer.Option("--replication", min=-1, help="Copies of each; -1: the broker's choice.")
    ] = -1,
    env: Env = None,
) -> None:
    """Make the topics that a broker does not have."""
    from onexgen.service.administration import create_topics

    made = awaited(create_topics(bus, topics_here(env), replication))
    for name in made:
        click.echo(name)
    click.echo(f"{len(made)} topics made." if made else "All topics are there.", err=True)


@topics.command("check")
def check(bus: Bus, env: Env = None) -> None:
    """Compare the topics of a broker with the rules; ends with 8 when they differ."""
    from onexgen.diagnostics import DriftError
    from onexgen.service.administration import differences

    wanted = topics_here(env)
    found = awaited(differences(bus, wanted))
    if found:
        raise DriftError(
            "\n  ".join([f"{len(found)} topics are not as the rules say:", *found]),
            help="`onexgen topics create` makes missing ones; settings are the broker's to change",
        )
    click.echo(f"{len(wanted.topics)} topics are as the rules say.")


def _days(seconds: int) -> str:
    return f"{seconds // 86_400} d" if seconds % 86_400 == 0 else f"{seconds // 3_600} h"
