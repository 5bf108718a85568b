"""The judge on packages, each check forked from a process that has loaded the framework.

    python -m tests.judging FOLDER... [--types-cache FOLDER] [options of the judge]

The checks, their commands and their answers are those of `tests/acceptance/accept_node.py`. That
starts about sixty interpreters for a package, and each imports the framework again: here it is
imported once. And mypy keeps what it knows of the libraries. It takes a fourth of the time.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from onexgen.checking import forked

ROOT: Final = Path(__file__).parents[2]
# What nearly all checks import.
_FRAMEWORK: Final = (
    "omnibase_core.models.contracts.model_yaml_contract",
    "omnibase_core.nodes",
    "omnibase_core.normalization.contract_validator",
    "omnibase_core.validation",
    "omnibase_core.validators",
)
JUDGE: Final = ROOT / "tests/acceptance/accept_node.py"


def main() -> int:
    """Judge all folders; 1 if one is refused."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folders", nargs="+")
    parser.add_argument("--types-cache", default=str(ROOT / ".mypy_cache/judged"))
    known, options = parser.parse_known_args()
    # The checks see what they would see without this checkout.
    sys.path[:] = [entry for entry in sys.path if entry not in {"", str(ROOT)}]
    judge = _judge(known.types_cache)
    refused = 0
    for folder in known.folders:
        sys.argv = [str(JUDGE), folder, *options]
        refused |= judge.main()
        sys.stdout.flush()
    return refused


def _judge(types_cache: str) -> ModuleType:
    """Return the judge as a module whose programs are forked where they can be."""
    spec = importlib.util.spec_from_file_location("accept_node", JUDGE)
    assert spec, JUDGE
    assert spec.loader, JUDGE
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.__dict__["run"] = _Runner(module, types_cache)
    return module


class _Runner:
    """The judge's function `run`, with the same arguments and the same answer."""

    def __init__(self, judge: ModuleType, types_cache: str) -> None:
        self._python, self._bin, self._start = str(judge.PY), Path(judge.BIN), judge.run
        self._types_cache = types_cache

    def __call__(
        self, cmd: Sequence[Any], cwd: Path, env: dict[str, str] | None = None, timeout: int = 300
    ) -> tuple[int, str, float]:
        words = [str(word) for word in cmd]
        program = self._program(words)
        if program is None:
            done: tuple[int, str, float] = self._start(self._kept(words), cwd, env, timeout)
            return done
        begun = time.time()
        there = self._environment(cwd, env)
        code, text = forked.run(program, cwd, there, timeout, _FRAMEWORK)
        return code, _told(text), time.time() - begun

    def _program(self, words: list[str]) -> list[str] | None:
        """Return what a fork can run of a command; none where an interpreter is the better place.

        pytest takes over imports and processes, and an installation calls pytest.
        """
        if words[0] == self._python:
            return None if words[1] == "-c" or words[2] in {"pytest", "mypy"} else words[1:]
        script = Path(words[0])
        is_ours = script.parent == self._bin and script.read_bytes()[:2] == b"#!"
        return words if is_ours and "install" not in words else None

    def _kept(self, words: list[str]) -> list[str]:
        """Return the command with a folder of types that outlives the package."""
        if "--cache-dir" in words:
            words[words.index("--cache-dir") + 1] = self._types_cache
        return words

    def _environment(self, folder: Path, more: dict[str, str] | None) -> dict[str, str]:
        path = f"{self._bin}:{os.environ['PATH']}"
        here = {"PYTHONPATH": str(Path(folder) / "src"), "PATH": path}
        return {**os.environ, **here, "PYTHONDONTWRITEBYTECODE": "1", **(more or {})}


def _told(text: str) -> str:
    """Return the lines that the judge reads: none of logs and of warnings of runpy."""
    noise = ("RuntimeWarning", "frozen runpy")
    lines = (line for line in text.splitlines() if line.strip() and not line.startswith("{"))
    return "\n".join(line for line in lines if not any(word in line for word in noise))


if __name__ == "__main__":
    sys.exit(main())
