"""`--store URL`: what this process ran, in a history."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence

from onexgen.cli.bus import awaited
from onexgen.cli.options import Options
from onexgen.diagnostics import OnexgenError
from onexgen.events import Event
from onexgen.runs import Run
from onexgen.session import Session


def remember(
    session: Session, runs: Sequence[Run], events: Iterable[Event], options: Options
) -> None:
    """Keep runs in the history that is configured; one that is away takes nothing from a run."""
    if options.store is None or options.preview is not None:
        return
    from onexgen.service.local import keep

    try:
        awaited(keep(session, runs, events, options.store))
    except OnexgenError as error:
        sys.stderr.write(f"warning: not kept in the history: {error}\n")
