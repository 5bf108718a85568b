"""The rows of a long-lived process: one warm package, nothing changed, many at once."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import peers
from processes import Place
from tables import Row, show
from whole import PROMPT


class NotMeasuredError(Exception):
    """What was to be measured failed."""


@dataclass(frozen=True)
class Measured:
    """What warm.py is asked for, and its answer; `memory` is where packages are written."""

    place: Place
    made: peers.Peers
    root: Path
    memory: Path

    def __call__(
        self, what: str, *, tools: bool = True, rounds: int = 0, sizes: tuple[int, ...] = ()
    ) -> dict[str, list[float]]:
        """Return the answer of a process of its own."""
        output = self.memory / (what if tools else f"{what}-without-tools")
        output.mkdir()
        settings = {
            "root": str(self.root),
            "tools": tools,
            "prompt": PROMPT,
            "output": str(output),
            "templates": str(self.made.files),
            "values": str(self.made.values),
            "cache": str(self.made.cache),
            "rounds": rounds,
            "sizes": sizes,
        }
        path = output.with_suffix(".json")
        path.write_text(json.dumps(settings), encoding="utf-8")
        done = subprocess.run(
            [sys.executable, Path(__file__).with_name("warm.py"), what, path],
            env=dict(self.place.variables),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise NotMeasuredError(f"{what}: {done.stderr.strip().splitlines()[-1]}")
        answer: dict[str, list[float]] = json.loads(done.stdout)
        return answer


def show_warm(measured: Measured, *, quick: bool) -> None:
    """Compare a warm process with the bare script."""
    rounds = 20 if quick else 100
    plain = measured("single", tools=False, rounds=rounds)
    full = measured("single", rounds=rounds)
    show(
        f"One package in a warm process, {rounds} rounds, in {measured.memory.parent}",
        [
            _row("without external tools : bare Jinja2", plain, "create", "bare", 12, 8),
            _row("with ruff : bare Jinja2", full, "create", "bare", 30),
            _row("made again, nothing changed : made", full, "again", "create", 0.3),
            _row("the same without external tools", plain, "again", "create", 0.3),
        ],
    )
    for name, times in (
        ("bare Jinja2", plain["bare"]),
        ("onexgen without tools", plain["create"]),
        ("onexgen with ruff", full["create"]),
    ):
        print(f"    {name:<28}{statistics.median(times) * 1000:8.2f} ms")


def show_batch(measured: Measured, *, quick: bool) -> None:
    """Compare many packages at once with few; external tools run once a batch."""
    few, many = 10, 100 if quick else 1000
    costs = measured("batch", sizes=(few, many))
    own, tools = costs["own"], costs["tools"]
    show(
        f"Batches of {few} and {many}, CPU time",
        [
            Row("packages a CPU second, without tools", 1 / own[1], None, 100, 200, at_least=True),
            Row("packages a CPU second, ruff included", 1 / (own[1] + tools[1])),
            Row(f"one of {many} : one of {few}, without tools", own[1] / own[0], must=1.1),
        ],
    )


def show_reading(measured: Measured, *, quick: bool) -> None:
    """Show what reading costs, and that more terms cost no more."""
    few, many = 50, 50_000
    costs = measured("reading", rounds=3 if quick else 11, sizes=(few, many))
    middle = {name: statistics.median(values) for name, values in costs.items()}
    show(
        "Reading prompts of 300 characters and more, CPU time",
        [
            Row("milliseconds a KB to classify", middle["score"] * 1000, must=0.5),
            Row(f"{many} literal terms : {few}", middle[str(many)] / middle[str(few)], must=1.2),
        ],
    )


def _row(
    what: str,
    times: dict[str, list[float]],
    name: str,
    peer: str,
    must: float,
    aim: float | None = None,
) -> Row:
    wall, cpu = (
        statistics.median(
            a / b for a, b in zip(times[f"{name}{kind}"], times[f"{peer}{kind}"], strict=True)
        )
        for kind in ("", " cpu")
    )
    return Row(what, wall, cpu, must, aim)
