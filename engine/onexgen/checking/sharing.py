"""Work on many things at once: what takes all of a processor is shared among processes."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Sequence
from typing import Any, Final

# A process costs as much as a few hundred files.
_FEWEST: Final = 200
# Children are copies of this process: they find here what they are to do.
_shared: dict[str, Any] = {}


def each[A, B](work: Callable[[A], B], items: Sequence[A]) -> list[B]:
    """Return what some work comes to for each item, in their order.

    Many items are shared among copies of this process: what they come to must be plain data.
    """
    processes = min(_processors(), len(items) // _FEWEST)
    # A copy of a process with threads may wait for ever for a lock that none of them holds.
    if processes < 2 or not hasattr(os, "fork") or threading.active_count() > 1:
        return [work(item) for item in items]
    from multiprocessing import current_process, get_context

    # Who is a copy for somebody else's work may have none of its own.
    if current_process().daemon:
        return [work(item) for item in items]
    _shared.update(work=work, items=items)
    try:
        with get_context("fork").Pool(processes) as copies:
            return copies.map(_work_on, range(len(items)), chunksize=max(1, _FEWEST // 8))
    finally:
        _shared.clear()


def _work_on(number: int) -> Any:
    return _shared["work"](_shared["items"][number])


def _processors() -> int:
    """Return how many processors we may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
