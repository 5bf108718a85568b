"""The figures of one process for Prometheus, in a registry of their own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from onexgen.service.metrics.measured import (
    FAILURES,
    QUALITY,
    RUNS,
    SECONDS,
    STAGE_SECONDS,
    Measured,
)

CONTENT_TYPE: Final = CONTENT_TYPE_LATEST


class Figures:
    """Counters and gauges; counters begin at 0 with the process, as Prometheus expects."""

    def __init__(
        self, seconds: Sequence[float], quality: Sequence[float], *, of_bus: bool = True
    ) -> None:
        """Make all figures, those of the bus only if wanted; all else are bounds of histograms."""
        self.registry = registry = CollectorRegistry()
        self._counters: Mapping[str, Counter] = {
            RUNS: Counter(
                "onexgen_runs", "Runs that ended.", ("mode", "status", "kind"), registry=registry
            ),
            FAILURES: Counter(
                "onexgen_failures", "Runs that failed, by what failed.", ("category",),
                registry=registry,
            ),
        }  # fmt: skip
        self._histograms: Mapping[str, Histogram] = {
            SECONDS: Histogram(
                "onexgen_run_seconds", "How long runs took.", ("mode",), buckets=seconds,
                registry=registry,
            ),
            STAGE_SECONDS: Histogram(
                "onexgen_stage_seconds", "How long stages took.", ("stage",), buckets=seconds,
                registry=registry,
            ),
            QUALITY: Histogram(
                "onexgen_quality", "Quality of what was made.", ("kind",), buckets=quality,
                registry=registry,
            ),
        }  # fmt: skip
        # Who does not look at the bus does not say that nothing waits there.
        of = registry if of_bus else None
        self._waiting = Gauge(
            "onexgen_waiting_requests", "Requests that wait or are being worked on.", ("topic",),
            registry=of,
        )  # fmt: skip
        self._dead = Gauge(
            "onexgen_dead_letters", "Dead letters that nobody settled.", ("topic",), registry=of
        )
        self._is_following = Gauge(
            "onexgen_bus_up", "Whether the bus answered when it was last asked.", registry=of
        )

    def add(self, one: Measured) -> None:
        """Count an event."""
        for figure, labels in one.counts:
            if figure in self._counters:
                self._counters[figure].labels(*labels).inc()
        for figure, labels, value in one.values:
            if figure in self._histograms:
                self._histograms[figure].labels(*labels).observe(value)

    def set_waiting(self, waiting: Mapping[str, int]) -> None:
        """Note how many requests each topic holds that nobody has finished."""
        for topic, count in waiting.items():
            self._waiting.labels(topic).set(count)

    def set_dead(self, dead: Mapping[str, int]) -> None:
        """Note how many dead letters wait in each topic."""
        for topic, count in dead.items():
            self._dead.labels(topic).set(count)

    def set_bus(self, *, is_up: bool) -> None:
        """Note whether the bus answers."""
        self._is_following.set(is_up)

    def text(self) -> bytes:
        """Return all figures in the form of Prometheus."""
        return generate_latest(self.registry)
