"""Cross-checks of figures, and times of the registry, when they are compiled."""

from __future__ import annotations

from typing import Final, cast

from onexgen.config.pipeline import seconds
from onexgen.config.registry import Registry
from onexgen.config.telemetry import Telemetry
from onexgen.json_types import Json
from onexgen.source import Marks, Path

_UNITS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def prepare_telemetry(telemetry: Telemetry, marks: Marks, place: Path) -> Json:
    """Return what is counted: span -> seconds, exit code -> category, times in seconds."""
    codes: dict[int, str] = {}
    for name, own in telemetry.categories.items():
        for number, code in enumerate(own):
            if code in codes:
                where = (*place, "categories", name, number)
                marks.error("duplicate-id", where, f"{code} is of '{codes[code]}' already")
            codes.setdefault(code, name)
    for name in ("seconds", "quality"):
        bounds = getattr(telemetry.bounds, name)
        if bounds != sorted(set(bounds)):
            marks.error("out-of-range", (*place, "bounds", name), "bounds have to grow")
    return cast(
        "Json",
        {
            **telemetry.model_dump(mode="json"),
            "spans": {one: int(one[:-1]) * _UNITS[one[-1]] for one in telemetry.spans},
            "categories": {str(code): name for code, name in sorted(codes.items())},
            "look_every": seconds(telemetry.look_every),
            "keep_every": seconds(telemetry.keep_every),
        },
    )


def prepare_registry(registry: Registry) -> Json:
    """Return how the registry is talked to, times in seconds."""
    times = ("timeout", "look_every", "check_every", "check_timeout", "forget_after")
    data = registry.model_dump(mode="json")
    return cast("Json", {**data, **{name: seconds(getattr(registry, name)) for name in times}})
