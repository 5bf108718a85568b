"""The page on hooks and figures is done, in its order, with a service that runs."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest
from tests.service.broker_programs import free_port
from tests.service.http.helpers import serving

_BLOCK = re.compile(r"^```(\w+)([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_FILE = re.compile(r"file=(\S+)")
_SECRET = {"ONEXGEN_HOOK_SECRET": "of the page alone"}
# The ports of the page may be taken here.
_PORTS = {
    "hooks": "8001", "stamping": "8057", "intelligence": "8058", "orchestrator": "8060",
    "reducer": "8061",
}  # fmt: skip


@pytest.mark.slow
def test_the_page_on_hooks_and_figures(root: Path, tmp_path: Path) -> None:
    """Every program and command of the page ends well."""
    text = (root / "docs/hooks-and-metrics.md").read_text("utf-8")
    ports = {role: str(free_port()) for role in _PORTS}
    for role, port in _PORTS.items():
        text = text.replace(f"localhost:{port}", f"localhost:{ports[role]}")
    moved = [f"--port={role}={port}" for role, port in ports.items()]
    done = []
    with ExitStack() as stack:
        for _, words, block in _BLOCK.findall(text):
            file = _FILE.search(words)
            if file:
                (tmp_path / file[1]).write_text(block, "utf-8")
                continue
            command = shlex.split(block.removeprefix("$ "))
            if "background" in words:
                assert command == ["onexgen", "serve"]
                stack.enter_context(serving(tmp_path, *moved, cwd=tmp_path, variables=_SECRET))
                continue
            assert command[0] == "python"
            ended = subprocess.run(
                [sys.executable, *command[1:]], cwd=tmp_path, env={**os.environ, **_SECRET},
                capture_output=True, text=True, check=False,
            )  # fmt: skip
            assert ended.returncode == 0, (command, ended.stderr)
            done.append((command[1], bool(ended.stdout)))
    assert done == [("send.py", True), ("look.py", True), ("stamp.py", False), ("ask.py", True)]
