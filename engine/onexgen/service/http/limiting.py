"""What is refused before a route sees it: too much at once, too large, from a strange page."""

from __future__ import annotations

import math
import re
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from onexgen.diagnostics import OnexgenError
from onexgen.service.http.auth import bearer_of
from onexgen.service.http.context import Context
from onexgen.service.http.problems import Refused, of_error

# Whoever looks after the service asks often, and must get an answer when it is busy.
_HEALTH: Final = "/health"
_NUMBER: Final = re.compile(r":\d*$")
_HERE: Final = ("localhost", "127.0.0.1", "[::1]")


class Buckets:
    """A bucket of allowed requests for each caller, filled as time goes on."""

    def __init__(self, a_minute: int, burst: int, callers: int, clock: Callable[[], float]) -> None:
        """Fill `a_minute` into each bucket of at most `burst`; tell `callers` of them apart."""
        self._rate = a_minute / 60
        self._burst = burst
        self._callers = callers
        self._clock = clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, caller: str) -> float:
        """Take one; returns 0, or in how many seconds there will be one."""
        now = self._clock()
        left, since = self._buckets.pop(caller, (float(self._burst), now))
        left = min(self._burst, left + (now - since) * self._rate)
        wait = 0.0 if left >= 1 else (1 - left) / self._rate
        self._buckets[caller] = (left if wait else left - 1, now)
        if len(self._buckets) > self._callers:
            self._buckets.popitem(last=False)
        return wait


class Limiting:
    """Looks at a request before the application does."""

    def __init__(
        self, app: ASGIApp, context: Context, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Guard an application."""
        self._app = app
        self._context = context
        limits = context.settings.limits
        self._largest = limits.body
        self._buckets = Buckets(limits.requests_a_minute, limits.burst, limits.callers, clock)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand a request on, or answer it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        try:
            headers = Headers(scope=scope)
            self._check_host(headers)
            if not str(scope["path"]).startswith(_HEALTH):
                self._check_rate(scope, headers)
            body = await self._body(headers, receive)
        except OnexgenError as error:
            await of_error(error)(scope, receive, send)
            return
        await self._app(scope, _replayed(body, receive), send)

    def _check_host(self, headers: Mapping[str, str]) -> None:
        """Refuse pages of elsewhere, which a browser here may show, when no token is needed."""
        if not self._context.is_open or self._context.tokens.usable():
            return
        origin = urlsplit(headers.get("origin", "")).netloc
        for host in filter(None, (headers.get("host"), origin)):
            if _NUMBER.sub("", host) not in _HERE:
                raise Refused(
                    403, f"this service answers to localhost only, not to '{host[:100]}'",
                    help="add a token: onexgen serve tokens add NAME",
                )  # fmt: skip

    def _check_rate(self, scope: Scope, headers: Mapping[str, str]) -> None:
        token = bearer_of(headers)
        name = self._context.tokens.holder(token) if token else None
        client = scope.get("client") or ("", 0)
        wait = self._buckets.take(f"token {name}" if name else f"address {client[0]}")
        if wait:
            seconds = str(math.ceil(wait))
            raise Refused(
                429, "too many requests", help=f"try again in {seconds} s",
                headers={"Retry-After": seconds},
            )  # fmt: skip

    async def _body(self, headers: Mapping[str, str], receive: Receive) -> bytes:
        """Return the whole body; what is too large is not even read."""
        said = headers.get("content-length", "")
        if said.isascii() and said.isdigit() and int(said) > self._largest:
            raise self._too_large(int(said))
        parts: list[bytes] = []
        size = 0
        while True:
            message = await receive()
            if message["type"] != "http.request":
                return b""
            parts.append(message.get("body", b""))
            size += len(parts[-1])
            if size > self._largest:
                raise self._too_large(size)
            if not message.get("more_body", False):
                return b"".join(parts)

    def _too_large(self, size: int) -> Refused:
        # The rest of the body is not read: the connection cannot be used again.
        return Refused(
            413, f"the body has {size:,} bytes or more, at most {self._largest:,} are taken",
            help="see `limits` in rules/service.yaml", headers={"Connection": "close"},
        )  # fmt: skip


def _replayed(body: bytes, receive: Receive) -> Receive:
    """Return what gives a body that was read, and then what comes after it."""
    first: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> Any:
        return first.pop() if first else await receive()

    return replay
