"""`onexgen doctor`: what is wrong when nothing answers, or nothing is written."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import click
import typer

from onexgen.cli.bus import AsJson, Env, MaybeBus, Store, awaited, print_as_json, topics_here
from onexgen.settings import pack_here

_MARKS = {"ok": "✓", "wrong": "✗", "unknown": "?"}


def doctor(
    bus: MaybeBus = None,
    store: Store = None,
    service: Annotated[
        list[str] | None,
        typer.Option(
            "--service", envvar="ONEXGEN_SERVICE", metavar="URL",
            help="Address of a service; without a port, of all its parts. Repeatable.",
        ),
    ] = None,
    folder: Annotated[
        Path | None,
        typer.Option("--folder", metavar="DIR", help="Folder of results; else that of the rules."),
    ] = None,
    only: Annotated[
        list[str] | None, typer.Option("--only", metavar="NAME", help="Only this; repeatable.")
    ] = None,
    env: Env = None,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Look at all that a run needs, and say what may help; ends with 6 if something is wrong."""
    from onexgen.diagnostics import OutsideError, UsageError, closest
    from onexgen.service.doctor import ALL, Patient, findings
    from onexgen.service.doctor.advice import Finding, load_advice

    for name in only or ():
        if name not in ALL:
            raise UsageError(f"'{name}' is nothing to look at", help=closest(name, ALL))
    topics = topics_here(env)
    advice = load_advice(*pack_here(env))
    patient = Patient(
        bus=bus, store=store, services=service or (), folder=folder or Path(advice.folder),
        only=only or ALL,
    )  # fmt: skip

    async def look() -> list[Finding]:
        return [finding async for finding in findings(patient, topics, advice)]

    found = awaited(look())
    if as_json:
        print_as_json({"schema_version": 1, "findings": [dict(f._asdict()) for f in found]})
    else:
        for one in found:
            click.echo(f"[{_MARKS[one.state]}] {one.what}: {one.said}")
            for line in one.help.splitlines():
                click.echo(f"    {line}")
    if any(one.state == "wrong" for one in found):
        raise click.exceptions.Exit(OutsideError.exit_code)
