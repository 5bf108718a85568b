"""What stands in for an agent of Consul: its documented HTTP API, and nothing behind it.

This is not an agent: none is in a package index, and the service has never run against one. What is
here follows the reference of the HTTP API (agent/service, agent/check, kv) where we use it: paths,
methods, answers, the token header, base64 in values, and keys of JSON that are compared without
regard to case, as Go does.
"""

from __future__ import annotations

import base64
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route


def folded(value: Any) -> Any:
    """Return JSON data with keys in lower case: how Go's decoder finds the fields of a struct.

    Keys of maps, such as those of Meta, are data and stay as they are.
    """
    if isinstance(value, dict):
        return {
            key.lower(): one if key.lower() == "meta" else folded(one) for key, one in value.items()
        }
    return [folded(one) for one in value] if isinstance(value, list) else value


@dataclass
class StandIn:
    """The state of the stand-in, for tests to look at and to change."""

    services: dict[str, dict[str, Any]] = field(default_factory=dict)
    status: dict[str, str] = field(default_factory=dict)
    values: dict[str, bytes] = field(default_factory=dict)
    wanted: str = ""
    registered: list[str] = field(default_factory=list)
    deregistered: list[str] = field(default_factory=list)

    def app(self) -> Starlette:
        """Return the routes."""
        return Starlette(
            routes=[
                Route("/v1/agent/service/register", self.register, methods=["PUT"]),
                Route("/v1/agent/service/deregister/{id}", self.deregister, methods=["PUT"]),
                Route("/v1/agent/service/{id}", self.service),
                Route("/v1/agent/health/service/id/{id}", self.health),
                Route("/v1/kv/{key:path}", self.kv),
            ]
        )

    def refusal(self, request: Request) -> Response | None:
        """Return the answer to a request without the token."""
        if self.wanted and request.headers.get("X-Consul-Token") != self.wanted:
            said = "Permission denied: token with AccessorID '00000000' lacks permission"
            return PlainTextResponse(said, 403)
        return None

    async def register(self, request: Request) -> Response:
        """PUT /v1/agent/service/register: 200 with no body, 400 for what is no service."""
        if (refused := self.refusal(request)) is not None:
            return refused
        service = folded(await request.json())
        if not service.get("name"):
            return PlainTextResponse("Missing service name", 400)
        check = service.get("check") or {}
        if check and not check.get("interval"):
            return PlainTextResponse("Interval must be > 0 for Script, HTTP, or TCP checks", 400)
        name = service.get("id") or service["name"]
        self.services[name] = service
        # A check is critical until it has passed.
        self.status[name] = "critical"
        self.registered.append(name)
        return Response()

    async def deregister(self, request: Request) -> Response:
        """PUT /v1/agent/service/deregister/ID: 200, 404 for one that is not known."""
        if (refused := self.refusal(request)) is not None:
            return refused
        name = request.path_params["id"]
        if self.services.pop(name, None) is None:
            return PlainTextResponse(f'Unknown service ID "{name}"', 404)
        self.deregistered.append(name)
        return Response()

    async def service(self, request: Request) -> Response:
        """GET /v1/agent/service/ID: the service, 404 with a text for one that is not known."""
        if (refused := self.refusal(request)) is not None:
            return refused
        name = request.path_params["id"]
        known = self.services.get(name)
        if known is None:
            return PlainTextResponse(f"unknown service ID: {name}", 404)
        return JSONResponse(
            {
                "ID": name, "Service": known["name"], "Address": known.get("address", ""),
                "Port": known.get("port", 0), "Tags": known.get("tags", []),
                "Meta": known.get("meta", {}), "ContentHash": "0", "Weights": {},
            }
        )  # fmt: skip

    async def health(self, request: Request) -> Response:
        """GET /v1/agent/health/service/id/ID: 200 passing, 429 warning, 503 critical, 404."""
        if (refused := self.refusal(request)) is not None:
            return refused
        name = request.path_params["id"]
        status = self.status.get(name) if name in self.services else None
        codes = {"passing": 200, "warning": 429, "critical": 503, None: 404}
        return PlainTextResponse(status or "ServiceId not found", codes[status])

    async def kv(self, request: Request) -> Response:
        """GET /v1/kv/PREFIX?recurse: keys with values in base64, 404 without a body for none."""
        if (refused := self.refusal(request)) is not None:
            return refused
        prefix = request.path_params["key"]
        found = {k: v for k, v in sorted(self.values.items()) if k.startswith(prefix)}
        if not found:
            return Response(status_code=404)
        return JSONResponse(
            [
                {
                    "LockIndex": 0, "Key": key, "Flags": 0, "CreateIndex": 1, "ModifyIndex": 1,
                    "Value": base64.b64encode(value).decode() if value else None,
                }
                for key, value in found.items()
            ]
        )  # fmt: skip


@contextmanager
def standing_in(state: StandIn, port: int) -> Iterator[str]:
    """Run the stand-in; the value is its URL."""
    server = uvicorn.Server(uvicorn.Config(state.app(), port=port, log_level="critical"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        _wait(port)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join()


def _wait(port: int) -> None:
    end = time.monotonic() + 20
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=0.5).close()
        except OSError:
            assert time.monotonic() < end, f"nothing listens on port {port}"
            time.sleep(0.01)
        else:
            return
