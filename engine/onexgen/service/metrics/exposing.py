"""Figures of a worker on a port of their own, for Prometheus."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from prometheus_client import start_http_server

from onexgen.diagnostics import OutsideError, UsageError
from onexgen.resources import Pack
from onexgen.service.documents import sole_document
from onexgen.service.metrics.observing import Observing
from onexgen.service.metrics.prometheus import Figures
from onexgen.service.metrics.rules import metrics_rules
from onexgen.service.remembering import Memory
from onexgen.service.topics import Topics

_HERE = "127.0.0.1"


@contextmanager
def exposed(
    place: str, pack: Pack, environment: str | None, topics: Topics
) -> Iterator[Callable[[Memory], Memory]]:
    """Answer at [HOST:]PORT as long as the block runs; the value makes a memory that counts.

    Errors: UsageError for what is no port, OutsideError for one that is taken.
    """
    host, port = _read(place)
    _, data = sole_document(pack, "service", environment)
    if data["telemetry"] is None:
        raise UsageError(
            "nothing says what to count", help="`telemetry` in rules/service.yaml does"
        )
    rules = metrics_rules(data["telemetry"], topics)
    figures = Figures(rules.bounds_seconds, rules.bounds_quality, of_bus=False)
    try:
        server, thread = start_http_server(port, addr=host, registry=figures.registry)
    except OSError as error:
        raise OutsideError(
            f"cannot listen on {host}:{port} for figures: {error.strerror}",
            help="is another worker there? --metrics PORT takes another one",
        ) from error
    try:
        yield lambda memory: Observing(memory, rules.reading, figures)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _read(place: str) -> tuple[str, int]:
    host, sign, number = place.rpartition(":")
    port = int(number) if number.isascii() and number.isdigit() else -1
    if not 1 <= port <= 65_535 or (sign and not host):
        raise UsageError(f"'{place}' is not of the form [HOST:]PORT", help="for example 9464")
    return host.strip("[]") or _HERE, port
