"""Keeps services known to an agent for as long as they run, whether or not it is there.

The id of a service is made of its name, address and port: two that run at one address cannot have
one id. Two machines that say the same address (both 127.0.0.1, say) would; the second is refused.
"""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from onexgen import __version__
from onexgen.diagnostics import OutsideError
from onexgen.json_types import JsonObject
from onexgen.service.consul.agent import Agent, AgentAway

LOG: Final = logging.getLogger(__name__)
_HOST: Final = "host"


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistryRules:
    """How services are told to the agent; `variable` has its token, times are in seconds."""

    prefix: str
    tags: tuple[str, ...]
    variable: str
    settings: str
    timeout: float
    look_every: float
    check_every: float
    check_timeout: float
    forget_after: float


def registry_rules(data: Mapping[str, Any]) -> RegistryRules:
    """Return the compiled rules as values."""
    rest = {key: value for key, value in data.items() if key not in ("tags", "token")}
    return RegistryRules(**rest, tags=tuple(data["tags"]), variable=data["token"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """One service: its role, and where it is reached."""

    role: str
    address: str
    port: int

    def id(self, rules: RegistryRules) -> str:
        """Return what the agent knows it by."""
        return f"{rules.prefix}-{self.role}-{self.address}-{self.port}"

    def to_json(self, rules: RegistryRules, host: str) -> JsonObject:
        """Return what the agent is told."""
        address = f"[{self.address}]" if ":" in self.address else self.address
        return {
            "ID": self.id(rules),
            "Name": f"{rules.prefix}-{self.role}",
            "Address": self.address,
            "Port": self.port,
            "Tags": list(rules.tags),
            "Meta": {"version": __version__, _HOST: host},
            "Check": {
                "Name": "health",
                "HTTP": f"http://{address}:{self.port}/health",
                "Method": "GET",
                "Interval": f"{rules.check_every:g}s",
                "Timeout": f"{rules.check_timeout:g}s",
                "DeregisterCriticalServiceAfter": f"{rules.forget_after:g}s",
            },
        }


class Registrar:
    """Registers some services, looks after them, and deregisters them at the end."""

    def __init__(
        self, agent: Agent, rules: RegistryRules, services: Sequence[Registered],
        host: str | None = None,
    ) -> None:  # fmt: skip
        """Use an agent; `host` is the name of this machine."""
        self._agent = agent
        self._rules = rules
        self._services = services
        self._host = host or socket.gethostname()
        self._task: asyncio.Task[None] | None = None
        self.is_known = False

    async def start(self) -> None:
        """Register; an agent that is away is waited for in the background.

        Errors: OutsideError when another machine has one of the ids, or the agent refuses us.
        """
        try:
            for service in self._services:
                # Also what a start before this one told: it may have been another version.
                await self._register(service)
            self.is_known = True
        except AgentAway as error:
            LOG.warning("%s; the service is registered when it does", error.message)
        self._task = asyncio.create_task(self._keep())

    async def stop(self) -> None:
        """Deregister; an agent that is away forgets us by itself."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        for service in self._services:
            try:
                if await self._is_ours(service):
                    await self._agent.deregister(service.id(self._rules))
            except OutsideError as error:
                LOG.warning("not deregistered: %s", error.message)
                return

    async def look(self) -> None:
        """Register what the agent does not know, or not as ours."""
        for service in self._services:
            if not await self._is_ours(service):
                await self._register(service)
        self.is_known = True

    async def _register(self, service: Registered) -> None:
        if not await self._is_ours(service):
            await self._check_free(service)
        await self._agent.register(service.to_json(self._rules, self._host))
        LOG.info("registered %s with %s", service.id(self._rules), self._agent.name)

    async def _keep(self) -> None:
        while True:
            await asyncio.sleep(self._rules.look_every)
            try:
                await self.look()
            except OutsideError as error:
                if self.is_known:
                    LOG.warning("%s", error.message)
                self.is_known = False

    async def _is_ours(self, service: Registered) -> bool:
        found = await self._agent.service(service.id(self._rules))
        return found is not None and _host_of(found) == self._host

    async def _check_free(self, service: Registered) -> None:
        """Raise OutsideError when another machine has the id and is well."""
        name = service.id(self._rules)
        found = await self._agent.service(name)
        if found is None or await self._agent.is_failing(name):
            return
        raise OutsideError(
            f"the agent {self._agent.name} knows {name} from {_host_of(found) or 'elsewhere'}, "
            f"this is {self._host}: both say that they are at {service.address}:{service.port}",
            help="let each say an address of its own: --advertise ADDRESS",
        )


def _host_of(found: Mapping[str, Any]) -> str | None:
    meta = found.get("meta")
    host = meta.get(_HOST) if isinstance(meta, dict) else None
    return host if isinstance(host, str) else None
