"""Planted faults in packages, with tests forked from a process that has loaded the framework.

    python -m tests.mutating FOLDER... [options of mutate_node.py]

The faults, the tests and the answers are those of `tests/acceptance/mutate_node.py`, which starts
an interpreter for each fault: here pytest and the framework are imported once. It takes half of the
time.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import shutil
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from onexgen.checking import forked

ROOT: Final = Path(__file__).parents[2]
TOOL: Final = ROOT / "tests/acceptance/mutate_node.py"
# What the tests of nearly all packages import.
_LOADED: Final = (
    "pytest",
    "pytest_asyncio.plugin",
    "omnibase_core.models.container.model_onex_container",
    "omnibase_core.models.contracts.model_yaml_contract",
    "omnibase_core.nodes",
    "omnibase_core.normalization.contract_validator",
)


def main() -> int:
    """Plant faults in all folders; 1 if the tests of one notice too few."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folders", nargs="+")
    known, options = parser.parse_known_args()
    tool = _tool()
    # The tests see what they would see without this checkout.
    sys.path[:] = [entry for entry in sys.path if entry not in {"", str(ROOT)}]
    missed = 0
    for folder in known.folders:
        sys.argv = [str(TOOL), folder, *options]
        missed |= tool.main() if _passes(tool.judge, Path(folder).resolve()) else 1
        sys.stdout.flush()
    return missed


def _tool() -> ModuleType:
    """Return the tool as a module whose runs of pytest are forked."""
    sys.path.insert(0, str(TOOL.parent))
    spec = importlib.util.spec_from_file_location("mutate_node", TOOL)
    assert spec, TOOL
    assert spec.loader, TOOL
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.judge.__dict__["run"] = _run
    return module


def _passes(judge: ModuleType, folder: Path) -> bool:
    """Tell whether the tests pass without a fault: else all faults would seem to be noticed."""
    stage = judge.Stage(folder, False)
    tests = stage.node / "tests"
    command = [judge.PY, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", tests]
    code, text, _ = _run(command, stage.root, timeout=120)
    shutil.rmtree(stage.root, ignore_errors=True)
    if code:
        sys.stdout.write(f"{text}\nthe tests of {folder} fail without any fault\n")
    return code == 0


def _run(command: Sequence[Any], folder: Path, *, timeout: int) -> tuple[int, str, float]:
    """Run `python -m pytest ...`, with the arguments and the answer of the judge's own `run`."""
    begun = time.time()
    own = {"PYTHONPATH": str(folder / "src"), "PYTHONDONTWRITEBYTECODE": "1"}
    program = [str(word) for word in command[1:]]
    code, text = forked.run(program, folder, {**os.environ, **own}, timeout, _LOADED)
    return code, text, time.time() - begun


if __name__ == "__main__":
    sys.exit(main())
