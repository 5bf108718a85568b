"""Tells a registry where the roles of this service are, for as long as they answer."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from onexgen.diagnostics import ConfigError
from onexgen.service.extra import needed


@dataclass(frozen=True, slots=True, kw_only=True)
class Announced:
    """A role, and where it listens."""

    role: str
    host: str
    port: int


@asynccontextmanager
async def announced(
    url: str | None, advertise: str | None, rules: Mapping[str, Any] | None,
    roles: Sequence[Announced],
) -> AsyncIterator[None]:  # fmt: skip
    """Have roles in the registry at a URL, if there is one; `advertise` is our address there.

    Errors: ConfigError without rules, OutsideError when another machine has our address.
    """
    if url is None:
        yield
        return
    needed("httpx")
    from onexgen.service.consul.agent import Agent
    from onexgen.service.consul.registering import Registered, Registrar, registry_rules

    if rules is None:
        raise ConfigError(
            "nothing says how to register", help="see `registry` in rules/service.yaml"
        )
    how = registry_rules(rules)
    services = [
        Registered(role=one.role, address=advertise or _reachable(one.host), port=one.port)
        for one in roles
    ]
    async with Agent(url, token_variable=how.variable, timeout=how.timeout) as agent:
        registrar = Registrar(agent, how, services)
        try:
            await registrar.start()
            yield
        finally:
            await registrar.stop()


def _reachable(host: str) -> str:
    """Return by what others reach a host; all addresses of a machine go by its name."""
    try:
        is_any = ipaddress.ip_address(host).is_unspecified
    except ValueError:
        is_any = False
    return socket.gethostname() if is_any else host
