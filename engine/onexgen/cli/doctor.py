"""`onexgen doctor`: what is wrong when a service does not answer."""

from __future__ import annotations

import click

from onexgen.cli.bus import AsJson, Bus, Env, Store, awaited, print_as_json, topics_here

_MARKS = {"ok": "✓", "wrong": "✗", "unknown": "?"}


def doctor(bus: Bus, store: Store = None, env: Env = None, as_json: AsJson = False) -> None:
    """Look at the broker, its topics, the workers and the history; ends with 6 if one is wrong."""
    from onexgen.diagnostics import OutsideError
    from onexgen.service.doctor import Finding, findings

    topics = topics_here(env)

    async def look() -> list[Finding]:
        return [finding async for finding in findings(bus, store, topics)]

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
