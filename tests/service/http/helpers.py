"""A service as a program, and whoever asks it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import httpx
from tests.service.broker_programs import free_port
from tests.service.helpers import Started

# A pack of a test is compiled from nothing, on a machine that has other things to do.
_PATIENCE: Final = 180.0
_PLACE: Final = re.compile(r"(\w+) (http://\S+?)(?:,|$)", re.MULTILINE)


class Serving(Started):
    """A service that answers: its process, its log, and role -> URL."""

    def __init__(self, process: subprocess.Popen[bytes], log: Path) -> None:
        """Keep both; the service has said that it is ready."""
        super().__init__(process, log)
        ready = next(line for line in self.said.splitlines() if " ready: " in line)
        self.urls = dict(_PLACE.findall(ready.partition(" ready: ")[2]))

    def client(self, role: str, token: str = "") -> httpx.Client:
        """Return whoever asks one of the roles."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return httpx.Client(base_url=self.urls[role], headers=headers, timeout=_PATIENCE)


@contextmanager
def serving(
    folder: Path, *arguments: str, cwd: Path, variables: Mapping[str, str] | None = None,
    shared: bool = False,
) -> Iterator[Serving]:  # fmt: skip
    """Run a service, with tokens and state of its own; it answers by now.

    Each role has a free port of its own, or all have the same one.
    """
    log = folder / "serve.log"
    port = str(free_port()) if shared else "0"
    command = [sys.executable, "-m", "onexgen", "serve", "--port", port, *arguments]
    with log.open("wb") as file:
        process = subprocess.Popen(
            command, cwd=cwd, stdout=file, stderr=file,
            env={**os.environ, "XDG_STATE_HOME": str(folder / "state"), **(variables or {})},
        )  # fmt: skip
    try:
        wait_for(process, log)
        yield Serving(process, log)
    finally:
        process.kill()
        process.wait()


def wait_for(process: subprocess.Popen[bytes], log: Path, word: str = " ready: ") -> None:
    """Return when a service has said something in its log."""
    end = time.monotonic() + _PATIENCE
    while word not in (said := log.read_text("utf-8", "replace")):
        assert process.poll() is None, said
        assert time.monotonic() < end, said
        time.sleep(0.02)
