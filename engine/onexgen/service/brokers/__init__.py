"""Brokers behind one protocol, chosen by the URL."""

from __future__ import annotations

from typing import Final

from onexgen.diagnostics import UsageError, closest
from onexgen.service.brokers.base import Broker
from onexgen.service.brokers.memory import MemoryBroker
from onexgen.service.extra import needed
from onexgen.service.topics import Topics

_SCHEMES: Final = ("memory", "kafka", "kafka+ssl")


def open_broker(url: str, topics: Topics, *, client: str, kept: int | None = None) -> Broker:
    """Return the broker that a URL names, not started yet; `client` is how it calls us.

    One in memory keeps `kept` messages of each part of a topic, or all of them.
    """
    scheme = url.partition("://")[0]
    if scheme not in _SCHEMES or "://" not in url:
        near = closest(scheme, _SCHEMES)
        raise UsageError(
            f"'{url}' names no bus", help=f"{near}\nfor example kafka://localhost:9092 or memory://"
        )
    if scheme == "memory":
        return MemoryBroker(kept)
    needed("aiokafka")
    from onexgen.service.brokers.kafka import KafkaBroker
    from onexgen.service.brokers.servers import servers_of

    return KafkaBroker(servers_of(url), topics, client=client)
