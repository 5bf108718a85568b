"""Figures as people and programs read them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from onexgen.json_types import JsonObject
from onexgen.service.metrics.measured import (
    FAILED_STAGES,
    FAILURES,
    QUALITY,
    RUNS,
    SECONDS,
    STAGE_SECONDS,
)
from onexgen.service.metrics.windows import Tally, Windows

_FAILED: Final = "failed"


def told(state: Windows, now: float) -> JsonObject:
    """Return the figures of all windows that end now."""
    windows: JsonObject = {
        name: {"seconds": state.shape.windows[name], **_tally(tally)}
        for name, tally in state.tallies(now).items()
    }
    return {
        "schema_version": 1,
        "as_of": datetime.fromtimestamp(now, UTC).isoformat(timespec="seconds"),
        "accuracy": state.shape.accuracy,
        "windows": windows,
    }


def _tally(tally: Tally) -> dict[str, Any]:
    runs: Counter[str] = Counter()
    modes: dict[str, Counter[str]] = defaultdict(Counter)
    for (figure, labels), count in tally.counts.items():
        if figure == RUNS:
            mode, status, _ = labels
            runs[status] += count
            modes[mode][status] += count
    total = runs.total()
    return {
        "runs": total,
        "failed": runs[_FAILED],
        "failure_rate": round(runs[_FAILED] / total, 6) if total else None,
        "modes": {mode: dict(sorted(modes[mode].items())) for mode in sorted(modes)},
        "durations": _sketches(tally, SECONDS),
        "stages": _sketches(tally, STAGE_SECONDS),
        "quality": _sketches(tally, QUALITY),
        "failures": _counts(tally, FAILURES),
        "failed_stages": _counts(tally, FAILED_STAGES),
    }


def _sketches(tally: Tally, wanted: str) -> Mapping[str, JsonObject]:
    return {
        labels[0]: sketch.told()
        for (figure, labels), sketch in sorted(tally.values.items())
        if figure == wanted
    }


def _counts(tally: Tally, wanted: str) -> dict[str, int]:
    return {
        labels[0]: count
        for (figure, labels), count in sorted(tally.counts.items())
        if figure == wanted
    }
