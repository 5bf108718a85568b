"""One run of `omninode-generate`: from what is wanted to what is printed."""

from __future__ import annotations

import sys
import time
import traceback
import uuid

import click

from onexgen.cli.edge import show_error
from onexgen.cli.execute import follow
from onexgen.cli.options import Options
from onexgen.cli.remote import check_options, follow_remote
from onexgen.codegen.command_line import Wanted
from onexgen.codegen.stage_box import StageBox, result_lines
from onexgen.diagnostics import UsageError
from onexgen.inputs import read_named, resolve_inputs
from onexgen.json_types import JsonObject
from onexgen.runs import Run
from onexgen.session import Session


def generate(wanted: Wanted, pipeline: str) -> int:
    """Run the pipeline, show progress on stderr and the result on stdout; return the exit code."""
    if wanted.shows("WARNING"):
        for warning in wanted.warnings:
            sys.stderr.write(f"⚠️  {warning}\n")
    bus = f"kafka://{wanted.kafka_servers}" if wanted.kafka_servers else None
    options = Options(interactive=wanted.interactive, timeout=float(wanted.timeout), bus=bus)
    check_options(options)
    if wanted.interactive and not options.may_ask:
        raise UsageError("--interactive needs a terminal", help="leave it out, or run it in one")
    session = Session(pipeline)
    inputs = _inputs(session, wanted)
    display = StageBox(wanted)
    started = time.perf_counter()
    try:
        follower = follow if bus is None else follow_remote
        run = follower(session, inputs, str(uuid.uuid4()), options, display)
    except click.exceptions.Abort as error:
        # What click makes of Ctrl-C at one of its questions.
        raise KeyboardInterrupt from error
    seconds = time.perf_counter() - started
    if run.error is not None:
        return _failed(run, display, wanted)
    sys.stdout.write("\n".join([*result_lines(session.outputs(run), seconds), ""]))
    return 0


def _inputs(session: Session, wanted: Wanted) -> JsonObject:
    given = {
        "prompt": wanted.prompt,
        "node_type": wanted.node_type,
        "output_dir": wanted.output_dir,
        "intelligence": wanted.intelligence,
        "quorum": wanted.quorum,
    }
    plans = session.plan.inputs
    return resolve_inputs(plans, read_named(plans, given), default=session.settings.default)


def _failed(run: Run, display: StageBox, wanted: Wanted) -> int:
    display.failed(run)
    if run.error is None:
        return 0
    if wanted.debug:
        traceback.print_exception(run.error)
    show_error(run.error)
    return run.error.exit_code
