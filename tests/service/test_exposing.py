"""A worker gives the figures of what it keeps to Prometheus, on a port of their own."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys

import httpx
import pytest
from tests.service.broker_programs import free_port
from tests.service.helpers import PACK, topics_of_pack
from tests.service.test_figures import row

from onexgen.resources import Pack
from onexgen.service.history.effects import Effect
from onexgen.service.metrics.exposing import exposed
from onexgen.service.remembering import Fleeting


def test_what_a_worker_keeps() -> None:
    """Every run is counted once, and nothing is said of a bus that was not looked at."""
    port = free_port()
    with exposed(str(port), Pack.at(PACK, alone=True), None, topics_of_pack()) as counting:
        memory = counting(Fleeting())
        for name in ("a", "a", "b"):
            asyncio.run(memory.record(Effect(request_id=name, run=row(name, 0, 2.0))))
        lines = httpx.get(f"http://127.0.0.1:{port}/metrics").text.splitlines()

    assert 'onexgen_runs_total{kind="",mode="make",status="completed"} 2.0' in lines
    assert not [line for line in lines if line.startswith(("onexgen_bus", "onexgen_waiting"))]
    with socket.create_server(("127.0.0.1", port)):
        pass


@pytest.mark.parametrize(
    ("place", "code", "said"),
    [
        ("x", 2, "error: 'x' is not of the form [HOST:]PORT\n  for example 9464\n"),
        (":80", 2, "error: ':80' is not of the form [HOST:]PORT\n  for example 9464\n"),
        (
            "TAKEN", 6,
            ("error: cannot listen on 127.0.0.1:TAKEN for figures: Address already in use\n"
             "  is another worker there? --metrics PORT takes another one\n"),
        ),
    ],
)  # fmt: skip
def test_a_port_that_cannot_be_had(place: str, code: int, said: str) -> None:
    """Before a worker takes a request it says that there will be no figures, and ends."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = subprocess.run(
            [sys.executable, "-m", "onexgen", "worker", "--bus", "kafka://127.0.0.1:1",
             "--metrics", place.replace("TAKEN", port)],
            cwd=PACK, capture_output=True, text=True, env=dict(os.environ), check=False, timeout=60,
        )  # fmt: skip

    assert (done.returncode, done.stderr) == (code, said.replace("TAKEN", port))
