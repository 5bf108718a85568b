"""Times whole processes in turn: wall clock, CPU and peak memory of each, children included."""

from __future__ import annotations

import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Figure = Literal["wall", "cpu", "peak"]
# A command gets the number of the round, so that it can write to a folder never used before.
Command = Callable[[int], Sequence[str | Path]]


@dataclass(frozen=True)
class Usage:
    """What one process took: seconds, seconds, megabytes."""

    wall: float
    cpu: float
    peak: float

    def __getitem__(self, figure: Figure) -> float:
        """Return a figure by its name."""
        return {"wall": self.wall, "cpu": self.cpu, "peak": self.peak}[figure]


@dataclass(frozen=True)
class Place:
    """Where commands run: a folder and an environment of their own."""

    folder: Path
    variables: Mapping[str, str]

    def run(self, command: Sequence[str | Path]) -> Usage:
        """Run a command to its end; raise with its output if it fails."""
        with tempfile.TemporaryFile() as output:
            started = time.perf_counter()
            process = subprocess.Popen(
                command,
                cwd=self.folder,
                env=dict(self.variables),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )
            # wait4 counts this process and what it waited for, and nothing else.
            _, status, usage = os.wait4(process.pid, 0)
            wall = time.perf_counter() - started
            process.returncode = os.waitstatus_to_exitcode(status)
            if process.returncode != 0:
                output.seek(0)
                text = output.read().decode(errors="replace")
                message = f"{[str(part) for part in command]} ended with {process.returncode}"
                raise SystemExit(f"{message}:\n{text}")
        return Usage(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


@dataclass(frozen=True)
class Timings:
    """What every command took in every round."""

    usages: Mapping[str, Sequence[Usage]]

    def median(self, name: str, figure: Figure) -> float:
        """Return the median of one figure of one command."""
        return statistics.median(usage[figure] for usage in self.usages[name])

    def ratio(self, name: str, peer: str, figure: Figure = "wall") -> float:
        """Return the median of the ratios of two commands in the same round."""
        pairs = zip(self.usages[name], self.usages[peer], strict=True)
        return statistics.median(a[figure] / b[figure] for a, b in pairs)


def in_turn(commands: Mapping[str, Command], place: Place, rounds: int) -> Timings:
    """Run all commands once a round, each round beginning with another one.

    A first round is not counted: it fills the caches that every one of them keeps.
    """
    names = list(commands)
    usages: dict[str, list[Usage]] = {name: [] for name in names}
    for number in range(rounds + 1):
        first = number % len(names)
        for name in names[first:] + names[:first]:
            usage = place.run(commands[name](number))
            if number:
                usages[name].append(usage)
    return Timings(usages)
