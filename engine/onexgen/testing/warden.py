"""A program that runs one other program and answers for all that it starts.

It runs in an interpreter without site-packages, with the words of `Orders`. Its input is a
lifeline: when that closes, whoever asked is gone, and everything ends. It prints five numbers:
exit code, seconds, whether time ran out, whether too much was written, and how many processes were
left behind. It is part of every run of tests: hence no `json` and no `typing`, half of its start.

Orphans come to the warden and not to process 1 (Linux), so that also a child that has left its
session is found and ended.
"""

from __future__ import annotations

import contextlib
import os
import resource
import select
import signal
import sys
import time
from collections import deque

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import IO, Final

_BECOME_SUBREAPER: Final = 36
_CHUNK: Final = 65_536
# Output that is kept: its beginning in the file at once, its end when all is over.
_HEAD_BYTES: Final = 4_000_000
_TAIL_CHUNKS: Final = 4
_LOOK_SECONDS: Final = 0.5
_LIFELINE: Final = 0
# A child that cannot be ended (waiting for a broken disk) must not hold up the answer.
_ENDING_SECONDS: Final = 5.0


class Orders:
    """What to run, as the words of the command line say it; sizes in bytes."""

    def __init__(self, words: list[str]) -> None:
        """Read folder, watched folder, files for output, limits, and then the command."""
        self.folder, self.watched, self.stdout, self.stderr = words[:4]
        self.seconds, self.grace, self.most_bytes = float(words[4]), float(words[5]), int(words[6])
        self.command = words[7:]


class _Stream:
    """What the program prints to one stream: the beginning and the end."""

    def __init__(self, path: str) -> None:
        self.source, self.sink = os.pipe()
        self._file: IO[bytes] = open(path, "wb", buffering=0)  # noqa: SIM115 - `finish` closes it.
        self._kept = self._left_out = 0
        self._tail: deque[bytes] = deque()

    def take(self) -> bool:
        """Read what is there; false at the end."""
        chunk = os.read(self.source, _CHUNK)
        room = max(_HEAD_BYTES - self._kept, 0)
        self._file.write(chunk[:room])
        self._kept += min(len(chunk), room)
        if len(chunk) > room:
            self._tail.append(chunk[room:])
            if len(self._tail) > _TAIL_CHUNKS:
                self._left_out += len(self._tail.popleft())
        return bool(chunk)

    def finish(self) -> None:
        """Take what is still in the pipe, and write the end."""
        os.set_blocking(self.source, False)
        with contextlib.suppress(BlockingIOError):
            while self.take():
                pass
        if self._left_out:
            self._file.write(f"\n[{self._left_out} bytes left out]\n".encode())
        self._file.writelines(self._tail)
        self._file.close()


def main() -> None:
    """Run the program of the orders and print how it ended."""
    orders = Orders(sys.argv[1:])
    _adopt_orphans()
    awake, wake = os.pipe()
    for end in (awake, wake):
        os.set_blocking(end, False)
    signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    streams = [_Stream(orders.stdout), _Stream(orders.stderr)]
    started = time.monotonic()
    child = _start(orders, streams)
    try:
        code, timed_out, overflowed = _watched(child, orders, streams, awake, started)
        seconds = time.monotonic() - started
    finally:
        left_behind = _end_all(child)
    for stream in streams:
        stream.finish()
    sys.stdout.write(f"{code} {seconds} {timed_out:d} {overflowed:d} {left_behind}")


def _adopt_orphans() -> None:
    # Elsewhere than on Linux, only the session of the program is ended.
    with contextlib.suppress(ImportError, OSError, AttributeError):
        import ctypes

        ctypes.CDLL(None).prctl(_BECOME_SUBREAPER, 1, 0, 0, 0)


def _start(orders: Orders, streams: list[_Stream]) -> int:
    """Start the program in a session of its own; return its id."""
    child = os.fork()
    if child:
        for stream in streams:
            os.close(stream.sink)
        return child
    try:
        os.setsid()
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        _limit_files(orders.most_bytes)
        os.chdir(orders.folder)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(streams[0].sink, 1)
        os.dup2(streams[1].sink, 2)
        os.closerange(3, 256)
        os.execvp(orders.command[0], orders.command)  # noqa: S606 - no shell is the point.
    except OSError as error:
        os.write(2, f"{error}\n".encode())
    finally:
        os._exit(127)


def _limit_files(most_bytes: int) -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    most = most_bytes if hard == resource.RLIM_INFINITY else min(most_bytes, hard)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))


def _watched(
    child: int, orders: Orders, streams: list[_Stream], awake: int, started: float
) -> tuple[int, bool, bool]:
    """Return the exit code, and whether the program was stopped for its time, or for its size."""
    overflowed = False
    open_streams = {stream.source: stream for stream in streams}
    end = started + orders.seconds
    look = started + _LOOK_SECONDS
    while True:
        wait = max(min(end, look) - time.monotonic(), 0.0)
        ready, _, _ = select.select([_LIFELINE, awake, *open_streams], [], [], wait)
        _take(ready, open_streams)
        if _LIFELINE in ready:
            raise SystemExit(1)
        if awake in ready:
            os.read(awake, _CHUNK)
        code = _ended(child)
        if code is not None:
            return code, False, False
        now = time.monotonic()
        if now >= look:
            overflowed = _bytes_in(orders.watched) > orders.most_bytes
            # Looking must never be what keeps the machine busy.
            look = now + max(_LOOK_SECONDS, 20 * (time.monotonic() - now))
        if now >= end or overflowed:
            code = _interrupted(child, orders.grace, open_streams)
            return code, now >= end, overflowed


def _take(ready: list[int], streams: dict[int, _Stream]) -> None:
    """Read from the streams that have something; one that has ended is asked no more."""
    for number in ready:
        if number in streams and not streams[number].take():
            del streams[number]


def _interrupted(child: int, grace: float, streams: dict[int, _Stream]) -> int:
    """Ask the program to clean up, as Ctrl-C does; after the time of grace it is killed."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child, signal.SIGINT)
    end = time.monotonic() + grace
    while time.monotonic() < end:
        ready, _, _ = select.select(list(streams), [], [], 0.02)
        _take(ready, streams)
        code = _ended(child)
        if code is not None:
            return code
    return -signal.SIGKILL


def _ended(child: int) -> int | None:
    """Collect all that has ended; return the exit code of the child if it is among that."""
    found = None
    with contextlib.suppress(ChildProcessError):
        while True:
            number, status = os.waitpid(-1, os.WNOHANG)
            if number == 0:
                break
            if number == child:
                found = os.waitstatus_to_exitcode(status)
    return found


def _end_all(child: int) -> int:
    """Kill everything that descends from this program; return how many the child left behind."""
    # Counted first: who dies at once is gone before anybody looks.
    seen = _descendants()
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child, signal.SIGKILL)
    _ended(child)
    end = time.monotonic() + _ENDING_SECONDS
    while time.monotonic() < end:
        # Again until there are none: one that was just started is not on the list yet.
        alive = _descendants()
        if not alive:
            break
        for number in alive:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(number, signal.SIGKILL)
        seen |= alive
        time.sleep(0.002)
        _ended(0)
    return len(seen - {child})


def _descendants() -> set[int]:
    """Return the ids of all living processes below this one."""
    parents: dict[int, int] = {}
    for name in os.listdir("/proc") if os.path.isdir("/proc/self") else ():
        if not name.isdigit():
            continue
        with contextlib.suppress(OSError, ValueError, IndexError):
            with open(f"/proc/{name}/stat", "rb") as file:
                fields = file.read().rpartition(b")")[2].split()
            if fields[0] != b"Z" or int(fields[1]) == os.getpid():
                parents[int(name)] = int(fields[1])
    found: set[int] = set()
    layer = {os.getpid()}
    while layer:
        layer = {number for number, parent in parents.items() if parent in layer} - found
        found |= layer
    return found


def _bytes_in(folder: str) -> int:
    """Return the space that the files of a folder take."""
    total = 0
    for at, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(OSError):
                total += os.lstat(f"{at}/{name}").st_blocks * 512
    return total
