"""`--bus URL`: the same run, made by a worker."""

from __future__ import annotations

import sys
import uuid
from collections.abc import Callable, Coroutine
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import click

from onexgen.cli.bus import awaited
from onexgen.cli.display import Display
from onexgen.cli.event_file import EventFile
from onexgen.cli.options import Options
from onexgen.diagnostics import UsageError
from onexgen.events import Event
from onexgen.json_types import JsonObject
from onexgen.runs import Progress, Run
from onexgen.session import Session

if TYPE_CHECKING:  # A run on this machine imports nothing of the service.
    from onexgen.service.remote import Answered, Remote


def check_options(options: Options) -> None:
    """Refuse what cannot be done, or would mean nothing, when a worker makes the run."""
    if options.bus is None:
        if options.detach:
            raise UsageError("--detach needs --bus URL", help="leave it out, or name a broker")
        return
    if options.interactive:
        raise UsageError(
            "--interactive does not go with a bus: a worker cannot ask",
            help="leave one of the two out",
        )
    if options.keep_failed:
        raise UsageError("--keep-failed does not go with --bus", help="leave one of the two out")
    if options.detach and options.events:
        raise UsageError("--detach waits for nothing: there would be no events")
    if options.detach and options.preview:
        raise UsageError("--detach waits for nothing: there would be nothing to show")


def how_to_ask(options: Options, tell: Callable[[Event], None] | None = None) -> Remote:
    """Return the part of the options that is about the bus."""
    from onexgen.service.remote import Remote

    return Remote(
        bus=str(options.bus), store=options.store, timeout=options.timeout,
        preview=options.preview, tell=None if options.events is None else tell,
    )  # fmt: skip


def follow_remote(
    session: Session, inputs: JsonObject, correlation_id: str, options: Options, display: Display
) -> Run:
    """Have a worker make a run, showing progress; returns how it ended."""
    from onexgen.service.remote import ask

    display.started(session, inputs, correlation_id)
    with ExitStack() as stack:
        file = stack.enter_context(EventFile(options.events))
        how = how_to_ask(options, file.write)
        show = _begun_late(display, stack)
        return _told(ask(session, inputs, correlation_id, how, show), correlation_id)


def follow_batch(session: Session, inputs: list[JsonObject], options: Options) -> list[Run]:
    """Have workers make a run for each of many inputs; returns how each ended."""
    from onexgen.service.remote_batch import ask_all

    if options.detach:
        raise UsageError("--detach is for one run, not for a batch", help="leave it out")
    requests = [(str(uuid.uuid4()), one) for one in inputs]
    with EventFile(options.events) as file:
        found = awaited(ask_all(session, requests, how_to_ask(options, file.write)))
    for warning in dict.fromkeys(one.warning for one in found if one.warning):
        _warn(warning)
    return [one.run for one in found]


def follow_left(session: Session, correlation_id: str, options: Options, display: Display) -> Run:
    """Follow a run that was left to a worker earlier."""
    from onexgen.service.remote import pick

    with ExitStack() as stack:
        show = _begun_late(display, stack)
        return _told(pick(session, correlation_id, how_to_ask(options), show), correlation_id)


def leave(session: Session, inputs: JsonObject, correlation_id: str, options: Options) -> int:
    """Leave a run to a worker and print its id; returns the exit code."""
    from onexgen.service import remote

    awaited(remote.leave(session, inputs, correlation_id, how_to_ask(options)))
    click.echo(correlation_id)
    if not options.quiet:
        click.echo(f"Follow it with: onexgen runs follow {correlation_id}", err=True)
    return 0


def _begun_late(display: Display, stack: ExitStack) -> Callable[[Progress], None]:
    """Return what shows progress; nothing is drawn before there is some."""
    begun: list[Display] = []

    def show(progress: Progress) -> None:
        if not begun:
            begun.append(stack.enter_context(display))
        display.show(progress)

    return show


def _told(asking: Coroutine[Any, Any, Answered], correlation_id: str) -> Run:
    try:
        answered = awaited(asking)
    except KeyboardInterrupt:
        sys.stderr.write(f"\nThe worker goes on: onexgen runs follow {correlation_id}")
        raise
    if answered.warning:
        _warn(answered.warning)
    return answered.run


def _warn(text: str) -> None:
    sys.stderr.write(f"warning: {text}: the result may differ from a run here\n")
