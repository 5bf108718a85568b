"""Speed and memory as ratios to other tools, measured in turn on one machine.

    python benchmarks/run.py [--quick]

It prints tables and ends with 0: a figure is to be read, not to break a build.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import in_process
import peers
import whole
from processes import Place

ROOT = Path(__file__).resolve().parent.parent
# A warm process is compared in memory: a disk shared with others is slower than what is compared.
MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - a private folder in it
# Words of the package that become variables of the peers' templates.
NAMES = {"snake": "postgres_crud", "pascal": "PostgresCrud", "kebab": "postgres-crud"}


def main() -> None:
    """Measure everything and print it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few rounds: a look, not a figure")
    quick: bool = parser.parse_args().quick
    rounds = 3 if quick else 11
    # Nothing is deleted until the end: files made where others were just deleted cost more.
    with (
        tempfile.TemporaryDirectory(prefix="onexgen-benchmark-") as folder,
        tempfile.TemporaryDirectory(prefix="onexgen-benchmark-", dir=MEMORY) as memory,
    ):
        home = Path(folder, "home")
        home.mkdir()
        place = Place(Path(folder), whole.environment(home))
        whole.show_start(place, rounds)
        package = whole.make_package(place)
        made = peers.build(package, NAMES, Path(folder, "peers"))
        whole.show_package(place, made, package, rounds)
        measured = in_process.Measured(place, made, ROOT, Path(memory))
        for show in (in_process.show_warm, in_process.show_batch, in_process.show_reading):
            try:
                show(measured, quick=quick)
            except in_process.NotMeasuredError as error:
                print(f"\nnot measured: {error}")


if __name__ == "__main__":
    main()
