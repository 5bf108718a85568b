"""A service and the registry: registered with all roles, settings from its keys, and what is wrong.

What answers is a stand-in that speaks the documented HTTP API of Consul, and no agent: see there.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
from tests.service.agent_stand_in import StandIn, standing_in
from tests.service.broker_programs import free_port
from tests.service.helpers import PACK
from tests.service.http.helpers import serving

_PATIENCE = 60


def until(told: Callable[[], Any], expected: Any) -> None:
    """Return when something is as expected."""
    end = time.monotonic() + _PATIENCE
    while told() != expected and time.monotonic() < end:
        time.sleep(0.02)
    assert told() == expected


def refused(url: str, *arguments: str) -> str:
    """Start a service that does not start; returns what it says last."""
    done = subprocess.run(
        [sys.executable, "-m", "onexgen", "serve", "--port", "0", "--consul", url, *arguments],
        cwd=PACK, capture_output=True, text=True, env=dict(os.environ), check=False,
        timeout=_PATIENCE,
    )  # fmt: skip
    return f"{done.returncode}\n{done.stderr[done.stderr.find('error') :]}"


def test_registered_for_as_long_as_it_runs(tmp_path: Path) -> None:
    """Each role is known with its port, and the health that is asked for there is ours."""
    state = StandIn()
    with standing_in(state, free_port()) as url:
        with serving(tmp_path, "--consul", url, cwd=PACK) as service:
            told = {
                one["name"]: f"http://{one['address']}:{one['port']}"
                for one in state.services.values()
            }
            assert told == {f"test-{role}": place for role, place in service.urls.items()}
            for one in state.services.values():
                assert httpx.get(one["check"]["http"]).json() == {"status": "healthy"}
            state.services.clear()
            until(lambda: len(state.services), 2)
            assert service.end() == 0, service.said
        assert state.services == {}


def test_an_agent_that_is_away(tmp_path: Path) -> None:
    """The service starts, warns, and is registered when the agent comes."""
    state, port = StandIn(), free_port()
    url = f"http://127.0.0.1:{port}"
    with serving(tmp_path, "--consul", url, "--role", "back", cwd=PACK) as service:
        assert f"WARNING the agent {url} does not answer" in service.said
        assert "; the settings are those of the files" in service.said
        assert httpx.get(f"{service.urls['back']}/health").status_code == 200
        with standing_in(state, port):
            until(lambda: [one["name"] for one in state.services.values()], ["test-back"])


def test_settings(tmp_path: Path) -> None:
    """Keys of the registry win over the files."""
    state = StandIn(values={"test/config/telemetry/accuracy": b"0.25"})
    with (
        standing_in(state, free_port()) as url,
        serving(tmp_path, "--consul", url, cwd=PACK) as service,
        service.client("front") as client,
    ):
        assert client.get("/v1/metrics").json()["accuracy"] == 0.25


def test_settings_that_are_wrong() -> None:
    """A key that the settings do not know is an error with its place, and nothing starts."""
    state = StandIn(values={"test/config/telemetry/acuracy": b"0.25"})
    with standing_in(state, free_port()) as url:
        said = refused(url)

    assert said.startswith("5\n"), said
    assert "error[unknown-path]: rules/service.yaml has no value at 'telemetry.acuracy'" in said
    assert "did you mean 'telemetry.accuracy'?" in said
    assert state.registered == []


def test_another_machine_at_our_address() -> None:
    """A service whose id another machine has does not start, and says what to do."""
    state, port = StandIn(), free_port()
    name = f"test-back-127.0.0.1-{port}"
    state.services[name] = {"name": "test-back", "meta": {"host": "another"}}
    state.status[name] = "passing"
    with standing_in(state, free_port()) as url:
        said = refused(url, "--role", "back", "--port", str(port))

    assert said.startswith("6\nerror: the agent "), said
    assert f" knows {name} from another, this is " in said
    assert said.endswith("  let each say an address of its own: --advertise ADDRESS\n")
    assert state.services[name]["meta"] == {"host": "another"}


def test_an_address_of_its_own(tmp_path: Path) -> None:
    """What --advertise says is what others are told."""
    state = StandIn()
    with (
        standing_in(state, free_port()) as url,
        serving(
            tmp_path, "--consul", url, "--role", "back", "--advertise", "10.0.0.7", cwd=PACK
        ) as service,
    ):
        [one] = state.services.values()
        assert one["address"] == "10.0.0.7"
        assert one["check"]["http"].startswith("http://10.0.0.7:")
        assert service.end() == 0
