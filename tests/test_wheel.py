"""The wheel, installed outside the checkout."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

# One worker builds the wheel for all tests.
pytestmark = pytest.mark.xdist_group("wheel")

PROMPT = "Create PostgreSQL CRUD Effect node with connection pooling and retry logic"


def run(*command: str | Path, cwd: Path, **variables: str) -> str:
    """Return what a command prints; fail with all that it said."""
    kept = {name: os.environ[name] for name in os.environ if not name.startswith("ONEXGEN_")}
    done = subprocess.run(
        command, cwd=cwd, env=kept | variables, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def installed(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the programs of an empty environment with the wheel and the locked dependencies.

    Packages come from uv's cache, which `make setup` has filled: no network is needed.
    """
    uv = os.environ.get("UV") or shutil.which("uv") or root / ".tools/uv/bin/uv"
    place = tmp_path_factory.mktemp("wheel")
    environment = place / "venv"
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", place / "dist", cwd=root)
    (wheel,) = (place / "dist").glob("*.whl")
    run(
        *(uv, "sync", "--frozen", "--no-dev", "--no-install-project", "--python", sys.executable),
        cwd=root,
        UV_PROJECT_ENVIRONMENT=str(environment),
    )
    target = ("--python", environment)
    run(uv, "pip", "install", *target, "--offline", "--no-deps", wheel, cwd=place)
    run(uv, "pip", "check", *target, cwd=place)
    return environment / "bin"


def tree(folder: Path) -> dict[str, bytes]:
    """Return path -> content of all files below a folder."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def test_wheel_makes_the_same_bytes(installed: Path, root: Path, tmp_path: Path) -> None:
    """The installed wheel, run in an empty folder, makes the package that the checkout makes."""
    made = {}
    for name, programs in {"wheel": installed, "checkout": Path(sys.executable).parent}.items():
        out = tmp_path / name / "out"
        empty = tmp_path / name / "empty"
        empty.mkdir(parents=True)
        run(
            *(programs / "onexgen", "run", "pipelines/default.yaml"),
            *("--prompt", PROMPT, "--output-dir", out),
            cwd=empty if name == "wheel" else root,
            XDG_CACHE_HOME=str(tmp_path / name / "cache"),
        )
        made[name] = tree(out)

    assert len(made["checkout"]) > 10
    assert made["wheel"] == made["checkout"]


def test_wheel_knows_its_version(installed: Path, tmp_path: Path) -> None:
    """`onexgen --version` of the wheel prints name and version."""
    assert run(installed / "onexgen", "--version", cwd=tmp_path).split()[0] == "onexgen"
