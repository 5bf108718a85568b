"""`generate --batch FILE`: many requests, one run of every stage."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import click

from onexgen.cli.event_file import EventFile
from onexgen.cli.execute import collect
from onexgen.cli.options import Options
from onexgen.cli.remembering import remember
from onexgen.cli.remote import check_options, follow_batch
from onexgen.cli.running import session_of
from onexgen.diagnostics import OnexgenError, UsageError
from onexgen.events import MemoryBus
from onexgen.inputs import resolve_inputs
from onexgen.json_types import JsonObject
from onexgen.plan import InputPlan
from onexgen.report import result_object
from onexgen.runs import Run
from onexgen.session import Session, drain


def _in_the_line(plan: InputPlan) -> str:
    return f'write it into the line: {{"{plan.name}": ...}}'


def run_batch(ctx: click.Context, path: Path, options: Options) -> int:
    """Run a pipeline for every line of a file; returns the worst exit code."""
    for option, value in [
        ("--interactive", options.interactive),
        ("--correlation-id", options.correlation_id),
    ]:
        if value:
            raise UsageError(f"{option} is for one run, not for a batch", help="leave it out")
    check_options(options)
    session = session_of(ctx)
    common = collect(ctx, options)
    main = next((item.name for item in session.plan.inputs if item.positional), None)
    requests: list[tuple[str, JsonObject]] = []
    for number, given in _lines(path, main):
        name = str(given.pop("id", number))
        try:
            default = session.settings.default
            inputs = resolve_inputs(
                session.plan.inputs, {**common, **given}, default=default, how=_in_the_line
            )
            requests.append((name, inputs))
        except UsageError as error:
            raise UsageError(f"{path}:{number}: {error}", help=error.help) from error
    if not requests:
        raise UsageError(f"{path} holds no request")
    started = time.perf_counter()
    follower = _followed if options.bus is None else follow_batch
    runs = follower(session, [inputs for _, inputs in requests], options)
    seconds = (time.perf_counter() - started) / len(runs)
    for (name, _), run in zip(requests, runs, strict=True):
        _print(session, name, run, seconds, options)
    if not options.quiet and not options.as_json:
        failed = sum(run.error is not None for run in runs)
        click.echo(f"{len(runs) - failed} made, {failed} failed, {seconds:.3f} s each", err=True)
    return max((run.error.exit_code for run in runs if run.error), default=0)


def _followed(session: Session, inputs: list[JsonObject], options: Options) -> list[Run]:
    bus = MemoryBus()
    with EventFile(options.events) as file:
        bus.subscribe(file.write)
        runs = drain(
            session.run(
                inputs,
                bus=bus,
                timeout=options.timeout,
                preview=options.preview,
                keep_failed=options.keep_failed,
            )
        )
    remember(session, runs, bus.events, options)
    return runs


def _lines(path: Path, main: str | None) -> list[tuple[int, dict[str, Any]]]:
    """Return number and inputs of each line: a JSON object, or text for the main input."""
    try:
        text = path.read_bytes().decode("utf-8")
    except OSError as error:
        raise UsageError(f"cannot read '{path}': {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} is not UTF-8: byte {error.start + 1}") from error
    requests: list[tuple[int, dict[str, Any]]] = []
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        given = _object(line)
        if given is None:
            if main is None:
                raise UsageError(f"{path}:{number}: this pipeline takes only JSON objects")
            given = {main: line}
        requests.append((number, given))
    return requests


def _object(line: str) -> dict[str, Any] | None:
    if not line.lstrip().startswith("{"):
        return None
    try:
        value = json.loads(line)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def _print(session: Session, name: str, run: Run, seconds: float, options: Options) -> None:
    if options.as_json:
        result = result_object(session, run, seconds)
        click.echo(json.dumps({"id": name, **result}, ensure_ascii=False))
        return
    if run.error is not None:
        error: OnexgenError = run.error
        click.echo(f"{name}: failed in {run.failed_stage}: {error}", err=True)
        for line in error.help.splitlines():
            click.echo(f"  {line}", err=True)
        return
    for line in session.summary(run)[:1]:
        click.echo(f"{name}: {line}")
