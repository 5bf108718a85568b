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
# Words of the package that become variables of the peers' templates.
NAMES = {"snake": "postgres_crud", "pascal": "PostgresCrud", "kebab": "postgres-crud"}


def main() -> None:
    """Measure everything and print it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few rounds: a look, not a figure")
    quick: bool = parser.parse_args().quick
    rounds = 3 if quick else 11
    # Nothing is deleted until the end: files made where others were just deleted cost more.
    with tempfile.TemporaryDirectory(prefix="onexgen-benchmark-") as folder:
        home = Path(folder, "home")
        home.mkdir()
        place = Place(Path(folder), whole.environment(home))
        whole.show_start(place, rounds)
        package = whole.make_package(place)
        made = peers.build(package, NAMES, Path(folder, "peers"))
        whole.show_package(place, made, package, rounds)
        in_process.show_warm(place, made, ROOT, quick=quick)
        in_process.show_batch(place, made, ROOT, quick=quick)


if __name__ == "__main__":
    main()
