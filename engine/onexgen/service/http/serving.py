"""Ports, servers and signals: from a context to a service that runs."""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import math
import signal
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, contextmanager
from dataclasses import dataclass
from typing import Final

import uvicorn

from onexgen.diagnostics import OutsideError, UnsafeError
from onexgen.service.http.announcing import Announced, announced
from onexgen.service.http.app import app_of
from onexgen.service.http.context import Context, opened
from onexgen.service.http.settings import Role

LOG: Final = logging.getLogger(__name__)
_BACKLOG: Final = 256

# It reports on every start and stop of every port; we say it once.
logging.getLogger("uvicorn.error").setLevel(logging.WARNING)


@dataclass(frozen=True, slots=True)
class Listening:
    """A port that is ours, and the roles that it is for."""

    roles: tuple[Role, ...]
    socket: socket.socket
    url: str
    host: str


class _Server(uvicorn.Server):
    """A server that leaves signals to us: there are several of them."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Take no signals."""
        yield


def bound(roles: Sequence[Role], host: str) -> list[Listening]:
    """Take all ports before anything else is started; OutsideError for one that is taken."""
    ports: dict[int | str, list[Role]] = {}
    for role in roles:
        # Any free port is one of the role's own.
        ports.setdefault(role.port or role.id, []).append(role)
    taken: list[Listening] = []
    try:
        taken.extend(_listening(tuple(sharing), host) for sharing in ports.values())
    except BaseException:
        for one in taken:
            one.socket.close()
        raise
    return taken


def check_host(context: Context, host: str) -> None:
    """Raise UnsafeError when anybody on a network could use a service without tokens."""
    context.is_open = _is_here(host)
    if not context.is_open and not context.tokens.known():
        raise UnsafeError(
            f"{host} can be reached from elsewhere, and there is no token",
            help="onexgen serve tokens add NAME, or --host 127.0.0.1",
        )


async def serve(
    context: Context, listening: Sequence[Listening], ready: Callable[[], None]
) -> None:
    """Serve until SIGTERM or SIGINT; `ready` is called when requests are answered."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, context.stopping.set)
    try:
        # Made first: a role whose routes cannot be made is said before anything starts.
        servers = [_server(context, one.roles) for one in listening]
        async with opened(context):
            await _serve(context, servers, listening, ready)
    finally:
        for one in listening:
            one.socket.close()


async def _serve(
    context: Context, servers: Sequence[_Server], listening: Sequence[Listening],
    ready: Callable[[], None],
) -> None:  # fmt: skip
    stopping = asyncio.create_task(context.stopping.wait())
    tasks = [
        asyncio.create_task(server.serve([one.socket]))
        for server, one in zip(servers, listening, strict=True)
    ]
    try:
        if await _started(servers, tasks):
            async with _announced(context, listening):
                ready()
                await asyncio.wait([stopping, *tasks], return_when=asyncio.FIRST_COMPLETED)
    finally:
        # Streams of events end by this; the servers wait for all that is still being answered.
        context.stopping.set()
        for server in servers:
            server.should_exit = True
        await asyncio.gather(*tasks)


def _announced(
    context: Context, listening: Sequence[Listening]
) -> AbstractAsyncContextManager[None]:
    roles = [
        Announced(role=role.id, host=one.host, port=one.socket.getsockname()[1])
        for one in listening
        for role in one.roles
    ]
    rules = context.settings.parts.get("registry")
    return announced(context.consul, context.advertise, rules, roles)


async def _started(servers: Sequence[_Server], tasks: Sequence[asyncio.Task[None]]) -> bool:
    """Wait until all servers answer; False when one of them ended instead."""
    while not all(server.started for server in servers):
        if any(task.done() for task in tasks):
            return False
        await asyncio.sleep(0.01)
    return True


def _server(context: Context, roles: Sequence[Role]) -> _Server:
    return _Server(
        uvicorn.Config(
            app_of(context, roles), lifespan="off", log_config=None, access_log=False,
            server_header=False, timeout_graceful_shutdown=math.ceil(context.settings.waits.drain),
        )
    )  # fmt: skip


def _listening(roles: tuple[Role, ...], host: str) -> Listening:
    names = ", ".join(role.id for role in roles)
    port = roles[0].port
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, kind, protocol, _, address = found[0]
        one = socket.socket(family, kind, protocol)
    except OSError as error:
        raise OutsideError(f"cannot listen on {host}: {error.strerror}") from error
    try:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        one.bind(address)
        one.listen(_BACKLOG)
    except OSError as error:
        one.close()
        raise OutsideError(
            f"cannot listen on {host}:{port} for {names}: {error.strerror}",
            help=f"is another service running? --port {roles[0].id}=PORT takes another one",
        ) from error
    one.setblocking(False)
    shown = f"[{host}]" if ":" in host else host
    return Listening(roles, one, f"http://{shown}:{one.getsockname()[1]}", host)


def _is_here(host: str) -> bool:
    """Tell whether a host is this machine and nothing else."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
