"""Where a broker is, and what to say when it is not there."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit

from onexgen.diagnostics import UsageError, closest
from onexgen.service.brokers.base import Unreachable

_PORT: Final = 9092
_LAST_PORT: Final = 65535
# All of a look at servers that do not answer ends within five seconds.
_CONNECT: Final = 4.0
_OPTIONS: Final = ("ca", "cert", "key", "mechanism")


@dataclass(frozen=True, slots=True, kw_only=True)
class Servers:
    """Addresses of a broker, and how to talk to it."""

    addresses: tuple[tuple[str, int], ...]
    is_encrypted: bool = False
    user: str | None = None
    password: str | None = None
    ca: str | None = None
    cert: str | None = None
    key: str | None = None
    mechanism: str = "PLAIN"

    @property
    def names(self) -> list[str]:
        """Return host:port of each address."""
        return [f"{host}:{port}" for host, port in self.addresses]

    def context(self) -> ssl.SSLContext | None:
        """Return how to encrypt; UsageError when a file of the URL cannot be used."""
        if not self.is_encrypted:
            return None
        try:
            context = ssl.create_default_context(cafile=self.ca)
            if self.cert:
                context.load_cert_chain(self.cert, self.key)
        except (OSError, ssl.SSLError) as error:
            files = ", ".join(filter(None, (self.ca, self.cert, self.key)))
            raise UsageError(f"cannot use {files}: {error.strerror or error}") from error
        return context


def servers_of(url: str) -> Servers:
    """Return what a URL like kafka+ssl://user:password@one:9092,two:9092?ca=FILE says."""
    scheme, _, rest = url.partition("://")
    login, at, places = rest.rpartition("@")
    hosts, mark, query = places.partition("?")
    parts = urlsplit(f"//{login}{at}host")
    given = {name: values[-1] for name, values in parse_qs(query).items()} if mark else {}
    for name in given:
        if name not in _OPTIONS:
            raise UsageError(f"'{name}' is no option of a bus", help=closest(name, _OPTIONS))
    addresses = tuple(_address(one, url) for one in hosts.rstrip("/").split(","))
    return Servers(
        addresses=addresses,
        is_encrypted=scheme.endswith("+ssl"),
        user=None if parts.username is None else unquote(parts.username),
        password=None if parts.password is None else unquote(parts.password),
        **given,
    )


def _address(text: str, url: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":") if ":" in text else (text, "", str(_PORT))
    is_port = port.isascii() and port.isdecimal() and 0 < int(port) <= _LAST_PORT
    if not host or not is_port:
        shown = url.rpartition("@")[2]
        raise UsageError(
            f"'{text}' in '{shown}' is no address", help="give host:port, several joined by commas"
        )
    return host.strip("[]"), int(port)


class Problem(NamedTuple):
    """Why a server cannot be talked to: the kind of it, what to say, and what may help."""

    kind: Literal["name", "refused", "silent", "encryption"]
    said: str
    help: str


async def look(servers: Servers) -> None:
    """Return when one server takes connections; else Unreachable says what each one did."""
    context = servers.context()
    tries = [problem_of(host, port, context) for host, port in servers.addresses]
    problems = await asyncio.gather(*tries)
    if all(problems):
        said = "; ".join(one.said for one in problems if one)
        helps = dict.fromkeys(one.help for one in problems if one)
        raise Unreachable(f"cannot reach the broker: {said}", help="\n".join(helps))


async def check_names(hosts: Sequence[tuple[str, int]], known: str) -> None:
    """Raise Unreachable when a broker tells of servers whose names do not resolve here.

    `known` is the name under which it was reached.
    """
    for host, port in hosts:
        try:
            await asyncio.get_running_loop().getaddrinfo(host, port)
        except OSError as error:
            raise Unreachable(
                f"the broker calls itself {host}:{port}, and {host} does not resolve",
                help=_hint(host, known),
            ) from error


async def problem_of(host: str, port: int, context: ssl.SSLContext | None) -> Problem | None:
    """Return what is wrong with a server, None for nothing."""
    place = f"{host}:{port}"
    try:
        async with asyncio.timeout(_CONNECT):
            _, writer = await asyncio.open_connection(host, port, ssl=context, all_errors=True)
    except socket.gaierror:
        return Problem("name", f"{place}: the name {host} does not resolve", _hint(host))
    except ssl.SSLError as error:
        why = getattr(error, "verify_message", "") or error.reason or str(error)
        return Problem(
            "encryption",
            f"{place}: no encrypted connection ({why})",
            "check the certificate and ?ca=FILE; an unencrypted broker is kafka://",
        )
    except TimeoutError:
        return Problem("silent", f"{place}: no answer within {_CONNECT:g} s", _DOWN)
    except ExceptionGroup as group:
        # One for each address that the name has.
        said = dict.fromkeys(_cause(error) for error in group.exceptions)
        return Problem("refused", f"{place}: {', '.join(said)}", _DOWN)
    except OSError as error:
        return Problem("refused", f"{place}: {_cause(error)}", _DOWN)
    writer.close()
    return None


_DOWN: Final = "is it running, is the port right, does a firewall let it through?"


def _cause(error: Exception) -> str:
    is_refusal = isinstance(error, ConnectionRefusedError)
    return "connection refused" if is_refusal else str(error) or type(error).__name__


def _hint(host: str, address: str = "ADDRESS") -> str:
    return f'ping {host}; if that fails: echo "{address} {host}" | sudo tee -a /etc/hosts'
