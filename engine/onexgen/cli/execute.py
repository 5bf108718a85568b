"""One run from the command line: inputs, progress, result."""

from __future__ import annotations

import time
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from onexgen.cli.ask import answer_to, ask_for, edit_after_stage, question_after
from onexgen.cli.display import Display, make_display
from onexgen.cli.edge import print_json, show_error
from onexgen.cli.event_file import EventFile
from onexgen.cli.options import Options
from onexgen.cli.remembering import remember
from onexgen.cli.remote import check_options, follow_remote, leave
from onexgen.cli.running import given_values, how_to_give, session_of
from onexgen.diagnostics import UsageError
from onexgen.events import MemoryBus
from onexgen.inputs import read_named, resolve_inputs
from onexgen.json_types import Json, JsonObject
from onexgen.plan import InputPlan
from onexgen.report import result_object
from onexgen.runs import Run
from onexgen.session import Session


def run_once(ctx: click.Context, options: Options) -> int:
    """Run the pipeline of a command once and print its result; returns the exit code."""
    session = session_of(ctx)
    check_options(options)
    given = collect(ctx, options)
    inputs = resolve_inputs(
        session.plan.inputs,
        given,
        default=session.settings.default,
        ask=ask_for if options.may_ask else None,
        how=how_to_give(ctx),
    )
    if options.interactive and not options.may_ask:
        raise UsageError("--interactive needs a terminal", help="leave it out, or run it in one")
    correlation_id = options.correlation_id or str(uuid.uuid4())
    if options.detach:
        return leave(session, inputs, correlation_id, options)
    # One stage only answers a question: it has no progress to show.
    is_answer = len(session.plan.stages) == 1
    display = make_display(options.quiet or options.as_json or is_answer)
    started = time.perf_counter()
    follower = follow if options.bus is None else follow_remote
    run = follower(session, inputs, correlation_id, options, display)
    return report(session, run, time.perf_counter() - started, options, display)


def report(session: Session, run: Run, seconds: float, options: Options, display: Display) -> int:
    """Print how a run ended; returns the exit code."""
    if run.error is not None:
        display.failed(run)
        if options.as_json:
            print_json(result_object(session, run, seconds))
        if options.verbose:
            _verbose(run)
        show_error(run.error)
        return run.error.exit_code
    if options.as_json:
        print_json(result_object(session, run, seconds))
        return 0
    display.completed(run, seconds)
    if options.verbose:
        _verbose(run)
    for line in session.summary(run):
        click.echo(line)
    return 0


def collect(ctx: click.Context, options: Options) -> dict[str, Any]:
    """Return the inputs given in a file, as NAME=VALUE, and as options; later ones win."""
    plans = session_of(ctx).plan.inputs
    in_file = {} if options.given_file is None else _file(options.given_file)
    typed = {**_assigned(plans, options.given), **given_values(ctx)}
    # Only what a person typed may stand for a file, not what stands in one.
    return {**in_file, **read_named(plans, typed)}


def _assigned(plans: Sequence[InputPlan], texts: Sequence[str]) -> dict[str, Any]:
    """Return the inputs given as NAME=VALUE; those of a list add up."""
    lists = {plan.name for plan in plans if plan.type == "list"}
    values: dict[str, Any] = {}
    for text in texts:
        name, sign, value = text.partition("=")
        if not sign:
            raise UsageError(f"--input '{text}' is not of the form NAME=VALUE")
        name = name.replace("-", "_")
        values[name] = [*values.get(name, []), value] if name in lists else value
    return values


def _file(path: Path) -> Mapping[str, Json]:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise UsageError(f"cannot read '{path}': {error.strerror}") from error
    from onexgen.source import load

    data = load(str(path), raw).data
    if not isinstance(data, dict):
        raise UsageError(f"{path} holds no mapping of inputs")
    return data


def follow(
    session: Session, inputs: JsonObject, correlation_id: str, options: Options, display: Display
) -> Run:
    """Run once, showing progress; returns how it ended.

    A question that the run has for a person is asked, and it begins anew with the answer.
    """
    bus = MemoryBus()
    runs: list[Run] = []
    with EventFile(options.events) as file:
        bus.subscribe(file.write)
        display.started(session, inputs, correlation_id)
        steps = session.run(
            [inputs], bus=bus, timeout=options.timeout, correlation_ids=[correlation_id],
            preview=options.preview, keep_failed=options.keep_failed,
        )  # fmt: skip
        sent: Mapping[str, Json] | None = None
        question = None
        with display:
            while True:
                try:
                    progress = steps.send(sent)
                except StopIteration as end:
                    runs = end.value
                    break
                display.show(progress)
                sent = None
                question = question_after(progress) if options.may_choose else None
                if question is not None:
                    steps.close()
                    break
                if options.interactive and progress.runs:
                    with display.paused():
                        sent = edit_after_stage(progress.runs[0])
    if question is None:
        remember(session, runs, bus.events, options)
        return runs[0]
    return follow(session, {**inputs, **answer_to(question)}, correlation_id, options, display)


def _verbose(run: Run) -> None:
    for stage in run.stages:
        size = ", ".join(stage.values)
        click.echo(f"{stage.id}: {stage.status} in {stage.seconds:.3f}s -> {size}", err=True)
