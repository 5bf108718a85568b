"""Services are known to a registry for as long as they run, whether or not its agent is there.

What answers is no agent of Consul but a stand-in that speaks its documented HTTP API: see there.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from tests.service.agent_stand_in import StandIn, standing_in
from tests.service.broker_programs import free_port

from onexgen import __version__
from onexgen.diagnostics import ConfigError, OutsideError, UsageError
from onexgen.service.consul.agent import Agent, AgentAway
from onexgen.service.consul.overlay import overlay_from, overlay_of
from onexgen.service.consul.registering import Registered, Registrar, RegistryRules

RULES = RegistryRules(
    prefix="onexgen", tags=("one", "two"), variable="TOKEN_OF_A_TEST", settings="onexgen/config",
    timeout=2, look_every=0.05, check_every=10, check_timeout=2, forget_after=60,
)  # fmt: skip
HERE = Registered(role="hooks", address="127.0.0.1", port=8001)
THERE = Registered(role="reducer", address="::1", port=8061)
NAME = "onexgen-hooks-127.0.0.1-8001"


def agent(url: str) -> Agent:
    """Return the agent at a URL."""
    return Agent(url, token_variable=RULES.variable, timeout=RULES.timeout)


async def until(told: Callable[[], Any], expected: Any) -> None:
    """Return when something is as expected."""
    end = time.monotonic() + 20
    while told() != expected and time.monotonic() < end:  # noqa: ASYNC110 - nobody tells.
        await asyncio.sleep(0.01)
    assert told() == expected


def test_what_the_agent_is_told() -> None:
    """Id, name, address, port, tags and a check of our health; nothing is left at the end."""
    state = StandIn()

    async def work(url: str) -> None:
        async with agent(url) as one:
            registrar = Registrar(one, RULES, [HERE, THERE], host="here")
            await registrar.start()
            assert list(state.services) == [NAME, "onexgen-reducer-::1-8061"]
            assert state.services[NAME] == {
                "id": NAME, "name": "onexgen-hooks", "address": "127.0.0.1", "port": 8001,
                "tags": ["one", "two"], "meta": {"version": __version__, "host": "here"},
                "check": {
                    "name": "health", "http": "http://127.0.0.1:8001/health", "method": "GET",
                    "interval": "10s", "timeout": "2s", "deregistercriticalserviceafter": "60s",
                },
            }  # fmt: skip
            check = state.services["onexgen-reducer-::1-8061"]["check"]
            assert check["http"] == "http://[::1]:8061/health"
            await registrar.stop()
            assert (state.services, len(state.deregistered)) == ({}, 2)

    with standing_in(state, free_port()) as url:
        asyncio.run(work(url))


def test_an_agent_that_forgot() -> None:
    """A service that the agent has lost is told to it again."""
    state = StandIn()

    async def work(url: str) -> None:
        async with agent(url) as one:
            registrar = Registrar(one, RULES, [HERE], host="here")
            await registrar.start()
            state.services.clear()
            await until(lambda: list(state.services), [NAME])
            await registrar.stop()
            assert state.registered == [NAME, NAME]

    with standing_in(state, free_port()) as url:
        asyncio.run(work(url))


def test_an_agent_that_is_away(caplog: pytest.LogCaptureFixture) -> None:
    """The start goes on with a warning; the service is registered when the agent comes."""
    state, port = StandIn(), free_port()
    url = f"http://127.0.0.1:{port}"

    async def work() -> None:
        async with agent(url) as one:
            registrar = Registrar(one, RULES, [HERE], host="here")
            await registrar.start()
            [warning] = [record.message for record in caplog.records]
            assert warning == (
                f"the agent {url} does not answer: All connection attempts failed; "
                "the service is registered when it does"
            )
            with standing_in(state, port):
                await until(lambda: list(state.services), [NAME])
            # Gone again: the end waits for nobody.
            await registrar.stop()

    with caplog.at_level(logging.WARNING, "onexgen"):
        asyncio.run(work())


def test_another_machine_at_our_address() -> None:
    """The second of two that say the same address is refused, and the first is left alone."""
    state = StandIn()

    async def work(url: str) -> None:
        async with agent(url) as one:
            first = Registrar(one, RULES, [HERE], host="first")
            await first.start()
            state.status[NAME] = "passing"
            second = Registrar(one, RULES, [HERE], host="second")
            with pytest.raises(OutsideError) as caught:
                await second.start()
            assert caught.value.message == (
                f"the agent {url} knows {NAME} from first, this is second: "
                "both say that they are at 127.0.0.1:8001"
            )
            assert caught.value.help == "let each say an address of its own: --advertise ADDRESS"
            await second.stop()
            assert state.services[NAME]["meta"]["host"] == "first"
            # What does not answer any more may be replaced.
            state.status[NAME] = "critical"
            await second.start()
            assert state.services[NAME]["meta"]["host"] == "second"
            await first.stop()
            await second.stop()
            assert state.deregistered == [NAME]

    with standing_in(state, free_port()) as url:
        asyncio.run(work(url))


def test_after_a_crash() -> None:
    """A service that was killed and starts again takes its place at once, with what is new."""
    state = StandIn()

    async def work(url: str) -> None:
        async with agent(url) as one:
            before = Registrar(one, replace(RULES, tags=("old",)), [HERE], host="here")
            await before.start()
            state.status[NAME] = "passing"
            after = Registrar(one, RULES, [HERE], host="here")
            await after.start()
            assert state.services[NAME]["tags"] == ["one", "two"]
            await before.stop()
            await after.stop()

    with standing_in(state, free_port()) as url:
        asyncio.run(work(url))


def test_tokens(monkeypatch: pytest.MonkeyPatch) -> None:
    """An agent that wants a token is given it; one that refuses is no agent that is away."""
    state = StandIn(wanted="open")

    async def start(url: str) -> None:
        async with agent(url) as one:
            registrar = Registrar(one, RULES, [HERE])
            await registrar.start()
            await registrar.stop()

    with standing_in(state, free_port()) as url:
        with pytest.raises(OutsideError) as caught:
            asyncio.run(start(url))
        assert not isinstance(caught.value, AgentAway)
        assert (caught.value.message, caught.value.help) == (
            f"the agent {url} refuses GET /v1/agent/service/{NAME}",
            "give a token that may do that in TOKEN_OF_A_TEST",
        )
        monkeypatch.setenv("TOKEN_OF_A_TEST", "open")
        asyncio.run(start(url))
    assert state.registered == [NAME]


def test_no_url() -> None:
    """What is no address of an agent is said at once."""
    with pytest.raises(UsageError) as caught:
        agent("localhost:8500")

    assert caught.value.message == "'localhost:8500' names no agent"


def test_settings() -> None:
    """Keys are paths, values are YAML; folders, and keys of others, are left out."""
    state = StandIn(
        values={
            "onexgen/config/": b"",
            "onexgen/config/telemetry/accuracy": b"0.02",
            "onexgen/config/telemetry/spans": b"- 1m\n- 2m\n",
            "onexgen/configuration": b"other",
        }
    )

    with standing_in(state, free_port()) as url:
        found = asyncio.run(overlay_from(url, RULES, "rules/service.yaml"))
        state.values.clear()
        nothing = asyncio.run(overlay_from(url, RULES, "rules/service.yaml"))

    assert found == (
        b"version: 1\n"
        b"kind: overlay\n"
        b'description: "Keys below onexgen/config/ of the registry."\n'
        b"set:\n"
        b'  "rules/service.yaml":\n'
        b'    "telemetry.accuracy": 0.02\n'
        b'    "telemetry.spans": ["1m", "2m"]\n'
    )
    assert nothing is None


def test_settings_that_are_no_yaml() -> None:
    """A value that cannot be read is an error that names its key and the place in it."""
    with pytest.raises(ConfigError) as caught:
        overlay_of({"telemetry/accuracy": "[0.02"}, "onexgen/config", "rules/service.yaml")

    [one] = caught.value.diagnostics
    assert one.place == "onexgen/config/telemetry/accuracy:1:6"
