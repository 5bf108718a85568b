"""What more than one test module needs."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

ROOT = Path(__file__).parent.parent
KITCHEN = ROOT / "tests/domains/kitchen"

# A shell that starts the suite in the background has it ignore Ctrl-C, and every child would
# inherit that: the tests of cancelling would wait for nothing.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# The same examples in every run of `make test`: a red test is red for everyone.
settings.register_profile("default", deadline=None, derandomize=True, print_blob=True)
settings.register_profile("fuzz", deadline=None, max_examples=20_000, print_blob=True)
settings.load_profile("default")


@pytest.fixture(scope="session")
def root() -> Path:
    """Return the root of the checkout."""
    return ROOT


@pytest.fixture(scope="session", autouse=True)
def _private_cache(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Keep what this session compiles away from the user's own cache, but uv's where it is."""
    user = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    os.environ.setdefault("UV_CACHE_DIR", str(user / "uv"))
    os.environ["XDG_CACHE_HOME"] = str(tmp_path_factory.mktemp("cache"))


@pytest.fixture
def kitchen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a copy of the second domain's pack, which is the current folder."""
    folder = tmp_path / "kitchen"
    shutil.copytree(KITCHEN, folder, ignore=shutil.ignore_patterns("golden"))
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture(scope="session")
def judge() -> Callable[[Path], list[str]]:
    """Return a function that runs the judge on a package and returns what was not accepted."""

    def run(package: Path) -> list[str]:
        # Two of them at a time would write the same file of types.
        types = ROOT / ".mypy_cache/judged" / os.environ.get("PYTEST_XDIST_WORKER", "alone")
        command = [sys.executable, "-m", "tests.judging", package, "--types-cache", types]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        lines = done.stdout.splitlines()
        if done.returncode == 0 and lines and lines[-1].endswith("-> ACCEPT"):
            return []
        return [line for line in lines if not line.startswith("PASS")] + [done.stderr]

    return run
