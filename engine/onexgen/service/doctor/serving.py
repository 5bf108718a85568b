"""The service: whether each of its parts says that it is healthy, and what time it has."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from email.utils import parsedate_to_datetime
from http.client import HTTPException
from typing import Any, Final
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from onexgen.diagnostics import UsageError
from onexgen.service.brokers.servers import problem_of
from onexgen.service.doctor.advice import Advice, Found
from onexgen.service.doctor.clocks import of_clock
from onexgen.service.doctor.places import refused

SERVICE: Final = "service"
_PORTS: Final = {"http": 80, "https": 443}
_LONGEST: Final = 1 << 20


async def of_service(url: str, advice: Advice) -> AsyncIterator[Found]:
    """Yield how a service is; of an address without a port, how each of its parts is."""
    parts = urlsplit(url)
    if parts.scheme not in _PORTS or not parts.hostname:
        raise UsageError(f"'{url}' is no address of a service", help="for example http://host:8060")
    ports = [parts.port] if parts.port else list(advice.ports.values()) or [_PORTS[parts.scheme]]
    for port in ports:
        host = parts.hostname
        problem = await problem_of(host, port, None)
        if problem is not None:
            yield refused(SERVICE, problem, host, port)
            continue
        asked = f"{parts.scheme}://{parts.netloc.rpartition('@')[2].split(':')[0]}:{port}/health"
        for found in await asyncio.to_thread(_asked, asked, host, port, advice):
            yield found


def _asked(url: str, host: str, port: int, advice: Advice) -> list[Found]:
    values = {"host": host, "port": port}
    status, body, date = 0, b"", None
    try:
        # The scheme was looked at; redirects are followed by this opener only within http(s).
        with urlopen(Request(url), timeout=advice.limits.patience) as answer:  # noqa: S310
            status, body, date = answer.status, answer.read(_LONGEST), answer.headers["Date"]
    except HTTPError as error:
        status, body, date = error.code, error.read(_LONGEST), error.headers["Date"]
    except (OSError, HTTPException) as error:
        return [Found(SERVICE, "service-strange", f"{url}: {error}", values)]
    said = _status(body)
    if said is None:
        return [Found(SERVICE, "service-strange", f"{url}: {status}, no status in it", values)]
    name = next((part for part, own in advice.ports.items() if own == port), "")
    text = f"{url}: {said}" + (f" ({name})" if name else "")
    found = [Found(SERVICE, "answers" if said == "healthy" else "service-ill", text, values)]
    if date is not None:
        ahead = parsedate_to_datetime(date).timestamp() - time.time()
        found += of_clock(SERVICE, f"the clock of {host}", ahead, advice.limits)
    return found


def _status(body: bytes) -> str | None:
    try:
        data: Any = json.loads(body)
    except ValueError:
        return None
    status = data.get("status") if isinstance(data, dict) else None
    return status if isinstance(status, str) else None
