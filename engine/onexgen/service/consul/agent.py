"""What an agent of Consul is asked, in the words of its HTTP API (version 1)."""

from __future__ import annotations

import base64
import binascii
import os
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import quote, urlsplit

import httpx

from onexgen.diagnostics import OutsideError, UsageError
from onexgen.json_types import JsonObject

_HEADER: Final = "X-Consul-Token"
_MISSING: Final = 404
_CRITICAL: Final = 503
_REFUSED: Final = frozenset({401, 403})
_SHOWN: Final = 200


class AgentAway(OutsideError):
    """The agent does not answer: it may come back."""


class Agent:
    """One agent; every method raises AgentAway when it does not answer, OutsideError else."""

    def __init__(self, url: str, *, token_variable: str, timeout: float) -> None:
        """Read the URL; nothing is asked yet. `timeout` is in seconds."""
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise UsageError(f"'{url}' names no agent", help="for example http://127.0.0.1:8500")
        self.name = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
        self._variable = token_variable
        token = os.environ.get(token_variable, "")
        self._http = httpx.AsyncClient(
            base_url=url, timeout=timeout, headers={_HEADER: token} if token else {},
            # The agent stands beside the service: what proxies are for lies elsewhere.
            trust_env=False,
        )  # fmt: skip

    async def __aenter__(self) -> Self:
        """Use the agent until the block ends."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:  # fmt: skip
        """Close all connections."""
        await self._http.aclose()

    async def register(self, service: JsonObject) -> None:
        """Tell the agent of a service; one of the same ID is replaced."""
        await self._asked("PUT", "/v1/agent/service/register", service)

    async def deregister(self, service_id: str) -> None:
        """Let the agent forget a service; it is no mistake when it has."""
        path = f"/v1/agent/service/deregister/{quote(service_id, safe='')}"
        await self._asked("PUT", path, missing_is_fine=True)

    async def service(self, service_id: str) -> Mapping[str, Any] | None:
        """Return what the agent knows of a service, None for nothing."""
        answer = await self._asked(
            "GET", f"/v1/agent/service/{quote(service_id, safe='')}", missing_is_fine=True
        )
        if answer.status_code == _MISSING:
            return None
        data = _json(answer, self.name)
        if not isinstance(data, dict):
            raise OutsideError(f"the agent {self.name} answers what is no service")
        # Keys are compared as Go's decoder does: whatever stands in for an agent may write others.
        return {str(key).lower(): value for key, value in data.items()}

    async def is_failing(self, service_id: str) -> bool:
        """Tell whether the agent finds a service critical, or does not know it."""
        path = f"/v1/agent/health/service/id/{quote(service_id, safe='')}?format=text"
        answer = await self._asked("GET", path, missing_is_fine=True, critical_is_fine=True)
        return answer.status_code in (_MISSING, _CRITICAL)

    async def values(self, folder: str) -> dict[str, str]:
        """Return path below a folder of the key-value store -> text of every key."""
        prefix = f"{folder}/"
        answer = await self._asked(
            "GET", f"/v1/kv/{quote(prefix)}?recurse=true", missing_is_fine=True
        )
        if answer.status_code == _MISSING:
            return {}
        found: dict[str, str] = {}
        for one in _json(answer, self.name):
            key, value = str(one["Key"]), one.get("Value")
            # Folders are keys that end with a slash and have no value.
            if key.startswith(prefix) and not key.endswith("/") and value is not None:
                found[key.removeprefix(prefix)] = _text(key, value)
        return found

    async def _asked(
        self, method: str, path: str, body: JsonObject | None = None, *,
        missing_is_fine: bool = False, critical_is_fine: bool = False,
    ) -> httpx.Response:  # fmt: skip
        try:
            answer = await self._http.request(method, path, json=body)
        except httpx.TransportError as error:
            said = str(error) or type(error).__name__
            raise AgentAway(
                f"the agent {self.name} does not answer: {said}",
                help="is it running, and is this its HTTP port?",
            ) from error
        status = answer.status_code
        if answer.is_success or (missing_is_fine and status == _MISSING):
            return answer
        if critical_is_fine and status in (_CRITICAL, 429):
            return answer
        if status in _REFUSED:
            raise OutsideError(
                f"the agent {self.name} refuses {method} {path.partition('?')[0]}",
                help=f"give a token that may do that in {self._variable}",
            )
        said = " ".join(answer.text.split())[:_SHOWN]
        raise AgentAway(f"the agent {self.name} answers {status}: {said}")


def _json(answer: httpx.Response, name: str) -> Any:
    try:
        return answer.json()
    except ValueError as error:
        raise OutsideError(f"the agent {name} answers no JSON", help="is it Consul?") from error


def _text(key: str, value: str) -> str:
    try:
        return base64.b64decode(value, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError) as error:
        raise OutsideError(f"the value of the key {key} is no text") from error
