"""How we use aiokafka: whom it connects to, how long it waits, how hard it compresses."""

from __future__ import annotations

import logging
import sys
from typing import Any, Final

from aiokafka.codec import gzip_encode
from aiokafka.record.default_records import DefaultRecordBatchBuilder

from onexgen.service.brokers.servers import Servers
from onexgen.service.topics import Topics

REQUEST_MS: Final = 10_000
# Above the size that we allow ourselves: headers, framing, and batches of several messages.
ROOM: Final = 1 << 16
# The library has no setting for it and takes 9: five times as long for a fifth less (an answer of
# 207 KB: 10.6 ms for 50 KB, 1.9 ms for 61 KB), while nothing else is sent or received.
_GZIP_LEVEL: Final = 1

# It reports on every connection that it tries; what matters reaches us as errors.
logging.getLogger("aiokafka").setLevel(logging.CRITICAL)


def connecting(servers: Servers, client: str) -> dict[str, Any]:
    """Return the options of every connection."""
    protocol = "SASL_" if servers.user else ""
    settings: dict[str, Any] = {
        "bootstrap_servers": servers.names,
        "client_id": client,
        "security_protocol": protocol + ("SSL" if servers.is_encrypted else "PLAINTEXT"),
        "ssl_context": servers.context(),
        "request_timeout_ms": REQUEST_MS,
    }
    if servers.user:
        settings |= {
            "sasl_mechanism": servers.mechanism,
            "sasl_plain_username": servers.user,
            "sasl_plain_password": servers.password,
        }
    return settings


def sending(topics: Topics) -> dict[str, Any]:
    """Return the options of what sends."""
    return {
        "acks": "all",
        "compression_type": topics.compression,
        "max_request_size": topics.delivery.largest + ROOM,
    }


def fetching(topics: Topics) -> dict[str, Any]:
    """Return the options of what reads."""
    return {
        "max_partition_fetch_bytes": topics.delivery.largest + ROOM,
        "fetch_max_wait_ms": int(topics.delivery.hold * 1000),
    }


def compress_quickly() -> None:
    """Compress messages quickly; a library that does it in another way by now is left alone."""
    # The compiled part of the library, or what stands for it where that could not be built.
    where: Any = sys.modules[DefaultRecordBatchBuilder.__module__]
    if getattr(where, "gzip_encode", None) is gzip_encode:
        where.gzip_encode = _gzip


def _gzip(payload: Any) -> Any:
    return gzip_encode(payload, _GZIP_LEVEL)
