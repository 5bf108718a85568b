"""The page on HTTP is done, in its order, by a service that runs."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.service.http.helpers import Serving, serving

_BLOCK = re.compile(r"^```console([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_STATUS = re.compile(r"status=(\d+)")


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("curl") is None, reason="the page asks with curl")
def test_the_page(root: Path, tmp_path: Path) -> None:
    """Every command ends as the page says, and what it says is written is there."""
    blocks = _BLOCK.findall((root / "docs/http.md").read_text("utf-8"))
    work = tmp_path / "work"
    (work / "out").mkdir(parents=True)
    background, *others = blocks
    command = shlex.split(background[1].removeprefix("$ "))
    assert ("background" in background[0], command[:2]) == (True, ["onexgen", "serve"])
    with serving(tmp_path, *command[2:], cwd=work) as service:
        follow(service, others, work, tmp_path / "state")
        assert service.end() == 0, service.said

    local = tmp_path / "local"
    local.mkdir()
    generate = [
        sys.executable,
        "-m",
        "onexgen",
        "generate",
        "Create a Compute node that hashes files",
    ]
    subprocess.run([*generate, "-q"], cwd=local, check=True, capture_output=True)
    assert tree(work / "out") == tree(local) != {}


def tree(folder: Path) -> dict[str, bytes]:
    """Return path -> bytes of all files in a folder."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def follow(service: Serving, blocks: list[tuple[str, str]], folder: Path, state: Path) -> None:
    """Do what the blocks say."""
    name = ""
    for words, commands in blocks:
        status = _STATUS.search(words)
        for line in commands.splitlines():
            text = line.removeprefix("$ ").replace("RUN", name)
            text = text.replace("http://localhost:8060", service.urls["orchestrator"])
            command = shlex.split(text)
            if command[0] == "onexgen":
                command = [sys.executable, "-m", *command]
            done = subprocess.run(
                command, cwd=folder, capture_output=True, text=True, check=False, timeout=180,
                env={**os.environ, "XDG_STATE_HOME": str(state)},
            )  # fmt: skip
            assert done.returncode == int(status[1] if status else 0), (line, done, service.said)
            name = name or run_in(done.stdout)


def run_in(printed: str) -> str:
    """Return the id of a run that was started, empty for any other answer."""
    try:
        said = json.loads(printed)
    except ValueError:
        return ""
    return str(said.get("id", "")) if isinstance(said, dict) else ""
