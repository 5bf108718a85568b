"""Percentiles of any number of values in little memory, the same in whichever order they come.

Values are counted in steps that grow by a fixed factor (as in DDSketch, VLDB 2019): every
percentile is right up to a share of itself, the accuracy, and two sketches add up exactly.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Final, Self

from onexgen.json_types import Json, JsonObject

# Sums are kept in whole millionths: those of floats depend on the order.
_UNIT: Final = 1_000_000
_SMALLEST: Final = 1e-6
PERCENTILES: Final = (50, 95, 99)


@dataclass(slots=True)
class Sketch:
    """Values from 0 up, to within `accuracy` of themselves; those below a millionth are 0."""

    accuracy: float
    steps: Counter[int] = field(default_factory=Counter)
    zeros: int = 0
    total: int = 0
    least: float = math.inf
    most: float = 0.0

    def add(self, value: float) -> None:
        """Count one value."""
        self.total += round(value * _UNIT)
        self.least, self.most = min(self.least, value), max(self.most, value)
        if value < _SMALLEST:
            self.zeros += 1
        else:
            self.steps[math.ceil(math.log(value) / self._growth)] += 1

    def merge(self, other: Sketch) -> None:
        """Count all values of another sketch of the same accuracy."""
        self.steps.update(other.steps)
        self.zeros += other.zeros
        self.total += other.total
        self.least, self.most = min(self.least, other.least), max(self.most, other.most)

    @property
    def count(self) -> int:
        """Return how many values were counted."""
        return self.zeros + self.steps.total()

    @property
    def mean(self) -> float | None:
        """Return the mean of all values, None of none."""
        return self.total / _UNIT / self.count if self.count else None

    def percentile(self, part: float) -> float | None:
        """Return the smallest value that so many per cent do not exceed, None of none."""
        rank = max(math.ceil(self.count * part / 100), 1)
        if not self.count:
            return None
        if rank <= self.zeros:
            return 0.0
        rank -= self.zeros
        for step in sorted(self.steps):
            rank -= self.steps[step]
            if rank <= 0:
                # The middle of a step, in the sense of shares, but nothing that was never there.
                middle = 2 * math.exp(step * self._growth) / (1 + math.exp(self._growth))
                return min(max(middle, self.least), self.most)
        return None

    def told(self) -> JsonObject:
        """Return what people want to know."""
        values = {"mean": self.mean, **{f"p{part}": self.percentile(part) for part in PERCENTILES}}
        return {"count": self.count, **{k: None if v is None else _round(v) for k, v in
                                        values.items()}}  # fmt: skip

    def to_json(self) -> JsonObject:
        """Return this as JSON data."""
        steps: list[Json] = [[step, count] for step, count in sorted(self.steps.items())]
        return {
            "steps": steps, "zeros": self.zeros, "total": self.total,
            "least": self.least if self.count else 0.0, "most": self.most,
        }  # fmt: skip

    @classmethod
    def from_json(cls, data: Any, accuracy: float) -> Self:
        """Return what `to_json` wrote."""
        steps = Counter({int(step): int(count) for step, count in data["steps"]})
        least, most = float(data["least"]), float(data["most"])
        return cls(accuracy, steps, int(data["zeros"]), int(data["total"]), least, most)

    @property
    def _growth(self) -> float:
        return math.log((1 + self.accuracy) / (1 - self.accuracy))


def _round(value: float) -> float:
    return float(f"{value:.6g}")
