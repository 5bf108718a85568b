"""The page on the service is done, in its order, with a real broker."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from tests.service.broker_programs import running
from tests.service.helpers import Started, wait_until_ready

_BLOCK = re.compile(r"^```console([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_STATUS = re.compile(r"status=(\d+)")


@pytest.mark.slow
def test_the_page_on_the_service(root: Path, tmp_path: Path) -> None:
    """Every command of the page ends as the page says."""
    text = (root / "docs/service.md").read_text("utf-8")
    folder = tmp_path / "work"
    folder.mkdir()
    workers: list[Started] = []
    with running("tansu", tmp_path / "broker") as url:
        text = text.replace("localhost:9092", url.removeprefix("kafka://"))
        try:
            for words, commands in _BLOCK.findall(text):
                for line in commands.splitlines():
                    command = [sys.executable, "-m", *shlex.split(line.removeprefix("$ "))]
                    if "background" in words:
                        workers.append(_begun(command, folder, tmp_path / "worker.log"))
                        wait_until_ready(workers)
                        continue
                    status = _STATUS.search(words)
                    done = subprocess.run(
                        command, cwd=folder, capture_output=True, text=True, check=False
                    )
                    expected = int(status[1]) if status else 0
                    assert done.returncode == expected, (line, done.stderr)
            assert [worker.end() for worker in workers] == [0]
        finally:
            for worker in workers:
                worker.process.kill()
                worker.process.wait()
    made = folder / "generated_nodes/file_hash_compute"
    assert (made / "node.py").is_file()


def _begun(command: list[str], folder: Path, log: Path) -> Started:
    with log.open("wb") as file:
        process = subprocess.Popen(command, cwd=folder, env=dict(os.environ), stderr=file)
    return Started(process, log)
