"""The rows of whole processes: start, one package, memory."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import peers
from processes import Command, Place, Timings, in_turn
from tables import Row, show, show_medians

PROMPT = (
    "Create PostgreSQL CRUD Effect node with connection pooling, retry logic and circuit breaker"
)


def program(name: str) -> str:
    """Return a program of the environment that this script runs in."""
    return str(Path(sys.executable).parent / name)


def environment(home: Path) -> dict[str, str]:
    """Return a small environment: no settings of the caller's, .pyc files allowed."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return {"PATH": path, "HOME": str(home), "LANG": "C.UTF-8", "NO_COLOR": "1"}


def run_command(output: Path) -> list[str | Path]:
    """Return the command that makes the package of this benchmark."""
    command = [program("onexgen"), "run", "pipelines/default.yaml", "--prompt", PROMPT]
    return [*command, "--output-dir", output]


def make_package(place: Place) -> Path:
    """Return the folder of a package made by onexgen."""
    output = place.folder / "package"
    place.run(run_command(output))
    (package,) = output.iterdir()
    return package


def show_start(place: Place, rounds: int) -> None:
    """Compare how long it takes to say what one can do."""
    commands: dict[str, Command] = {
        "onexgen --help": lambda _: [program("onexgen"), "--help"],
        "onex --help": lambda _: [program("onex"), "--help"],
        "python -c pass": lambda _: [sys.executable, "-c", "pass"],
    }
    timings = in_turn(commands, place, rounds)
    limits = {"onex --help": 0.15, "python -c pass": 10}
    show(
        f"Start, whole processes, {rounds} rounds",
        [_row(timings, "onexgen --help", peer, must) for peer, must in limits.items()],
    )
    show_medians(timings)


def show_package(place: Place, made: peers.Peers, package: Path, rounds: int) -> None:
    """Compare making a package, from nothing running to all files written."""
    out = place.folder / "cold"
    place.run([program("onex"), "init", "project"])
    timings = in_turn(_commands(place, made, out), place, rounds)
    count = check_same_bytes(package, [out / "copier1", *out.glob("cookie1/*"), out / "bare1"])
    limits: dict[str, tuple[float | None, float | None]] = {"copier copy": (0.5, 0.25)}
    rows = [
        _row(timings, "onexgen run", peer, *limits.get(peer, ()))
        for peer in timings.usages
        if peer != "onexgen run"
    ]
    memory = timings.ratio("onexgen run", "copier copy", "peak")
    rows.append(Row("peak memory, onexgen run : copier copy", memory, must=0.85))
    show(f"One package ({count}), whole processes, {rounds} rounds", rows)
    show_medians(timings)


def _row(
    timings: Timings, name: str, peer: str, must: float | None = None, aim: float | None = None
) -> Row:
    wall, cpu = timings.ratio(name, peer), timings.ratio(name, peer, "cpu")
    return Row(f"{name} : {peer}", wall, cpu, must, aim)


def _commands(place: Place, made: peers.Peers, out: Path) -> dict[str, Command]:
    bare: list[str | Path] = [
        *(sys.executable, Path(__file__).with_name("bare.py")),
        *(made.files, made.values, made.cache),
    ]
    onex_new: list[str | Path] = [
        *(program("onex"), "new", "node", "--type", "effect"),
        *("--project-root", place.folder / "project"),
    ]
    copier: list[str | Path] = [program("copier"), "copy", "-q", "--defaults", made.copier]
    cookiecutter: list[str | Path] = [program("cookiecutter"), "--no-input", made.cookiecutter]
    return {
        "onexgen run": lambda n: run_command(out / f"onexgen{n}"),
        "copier copy": lambda n: [*copier, out / f"copier{n}"],
        "cookiecutter": lambda n: [*cookiecutter, "-o", out / f"cookie{n}"],
        "bare Jinja2 script": lambda n: [*bare, out / f"bare{n}"],
        "onex new node (a stub)": lambda n: [*onex_new, f"crud-{n}"],
    }


def check_same_bytes(package: Path, others: list[Path]) -> str:
    """Return how much a package is; raise if a peer did not make the very same files."""
    expected = peers.read(package)
    for other in others:
        if peers.read(other) != expected:
            message = f"{other} is not what onexgen made in {package}: not a fair comparison"
            raise SystemExit(message)
    size = sum(len(text.encode()) for text in expected.values())
    return f"{len(expected)} files, {size} bytes"
