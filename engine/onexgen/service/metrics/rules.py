"""What is measured, and how: the rules as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from onexgen.service.metrics.measured import Reading
from onexgen.service.metrics.windows import Shape
from onexgen.service.topics import Topics


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricsRules:
    """Windows, names and bounds; times in seconds."""

    shape: Shape
    reading: Reading
    bounds_seconds: tuple[float, ...]
    bounds_quality: tuple[float, ...]
    look_every: float
    keep_every: float


def metrics_rules(data: Mapping[str, Any], topics: Topics) -> MetricsRules:
    """Return the compiled rules as values; which output is the score stands with the topics."""
    return MetricsRules(
        shape=Shape(windows=data["spans"], slots=data["slots"], accuracy=data["accuracy"]),
        reading=Reading(
            kind=data["kind"], score=topics.counted.score,
            categories={int(code): name for code, name in data["categories"].items()},
            otherwise=data["otherwise"],
        ),
        bounds_seconds=tuple(data["bounds"]["seconds"]),
        bounds_quality=tuple(data["bounds"]["quality"]),
        look_every=data["look_every"],
        keep_every=data["keep_every"],
    )  # fmt: skip
