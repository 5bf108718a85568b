"""Weights that fit labelled lines better, kept near those that a person set.

Points become confidence by a softmax, so that the logarithmic loss is convex in the weights: one
weight after the other is moved by Newton's method until nothing moves.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

# How strongly weights are held where they are; cross-validation chooses.
_HOLDS: Final = (0.3, 1.0, 3.0, 10.0, 30.0)
_FOLDS: Final = 5
_SWEEPS: Final = 12
_STILL: Final = 1e-3
# A weight keeps its sign and its order of magnitude: it is a person's judgement.
_LEAST: Final = 0.2
_MOST: Final = 5.0
_DIGITS: Final = 3
_WORTH: Final = 0.02


@dataclass(frozen=True, slots=True)
class Row:
    """One labelled line: which label is right, and what each rule gives to which label.

    `given` are rule, label and how many points the rule gives for a weight of one.
    """

    truth: int
    given: tuple[tuple[int, int, float], ...]


@dataclass(frozen=True, slots=True)
class Fit:
    """Weights that were fitted, and what they are worth on lines that were not used."""

    weights: tuple[float, ...]
    hold: float
    rows: int
    loss: tuple[float, float]
    accuracy: tuple[float, float]
    is_better: bool


def fit(rows: Sequence[Row], weights: Sequence[float], labels: int, temperature: float) -> Fit:
    """Return the best weights for some rows (one at least), and what cross-validation says."""
    model = _Model(labels, temperature)
    before = [model.loss(row, weights) for row in rows]
    hits = sum(model.is_right(row, weights) for row in rows)
    tried = [(hold, *_validated(model, rows, weights, hold)) for hold in _HOLDS]
    # Surer of what is right, but right less often, is no gain.
    good = [one for one in tried if one[2] >= hits]
    hold, after, right = min(good or tried, key=lambda one: sum(one[1]))
    count = len(rows)
    return Fit(
        weights=tuple(_rounded(model.fitted(rows, weights, hold), weights)),
        hold=hold,
        rows=count,
        loss=(sum(before) / count, sum(after) / count),
        accuracy=(hits / count, right / count),
        is_better=bool(good) and _is_better(before, after),
    )


def _validated(
    model: _Model, rows: Sequence[Row], weights: Sequence[float], hold: float
) -> tuple[list[float], int]:
    """Return the loss of every row, and how many are right, by weights that never saw it."""
    losses = [0.0] * len(rows)
    right = 0
    for fold in range(_FOLDS):
        seen = [row for n, row in enumerate(rows) if n % _FOLDS != fold]
        fitted = model.fitted(seen, weights, hold)
        for n in range(fold, len(rows), _FOLDS):
            losses[n] = model.loss(rows[n], fitted)
            right += model.is_right(rows[n], fitted)
    return losses, right


def _is_better(before: Sequence[float], after: Sequence[float]) -> bool:
    """Tell whether the gain is more than chance: more than the spread of its mean."""
    gains = [old - new for old, new in zip(before, after, strict=True)]
    mean = sum(gains) / len(gains)
    spread = math.sqrt(sum((gain - mean) ** 2 for gain in gains)) / len(gains)
    return mean > spread


def _rounded(fitted: Sequence[float], weights: Sequence[float]) -> list[float]:
    """Return weights as a person would write them; what hardly moved stays."""
    return [
        old if abs(new - old) < _WORTH * abs(old) else float(f"{new:.{_DIGITS}g}")
        for new, old in zip(fitted, weights, strict=True)
    ]


class _Model:
    """Points to confidence, as `score` does it."""

    def __init__(self, labels: int, temperature: float) -> None:
        self._labels = labels
        self._temperature = temperature

    def totals(self, row: Row, weights: Sequence[float]) -> list[float]:
        """Return the points of every label."""
        totals = [0.0] * self._labels
        for rule, label, share in row.given:
            totals[label] += weights[rule] * share
        return totals

    def trust(self, totals: Sequence[float]) -> list[float]:
        """Return the confidence in every label."""
        highest = max(totals)
        raised = [math.exp((points - highest) / self._temperature) for points in totals]
        whole = sum(raised)
        return [value / whole for value in raised]

    def loss(self, row: Row, weights: Sequence[float]) -> float:
        """Return the logarithmic loss of a row."""
        return -math.log(max(self.trust(self.totals(row, weights))[row.truth], 1e-12))

    def is_right(self, row: Row, weights: Sequence[float]) -> bool:
        """Tell whether the right label wins; of equals the first does."""
        totals = self.totals(row, weights)
        return totals.index(max(totals)) == row.truth

    def fitted(self, rows: Sequence[Row], start: Sequence[float], hold: float) -> list[float]:
        """Return weights that fit some rows, held at where they start."""
        weights = list(start)
        totals = [self.totals(row, weights) for row in rows]
        users: dict[int, list[tuple[int, int, float]]] = {}
        for n, row in enumerate(rows):
            for rule, label, share in row.given:
                users.setdefault(rule, []).append((n, label, share))
        for _ in range(_SWEEPS):
            moved = 0.0
            for rule, uses in users.items():
                step = self._step(rows, totals, uses, weights[rule], start[rule], hold)
                moved = max(moved, abs(step) / abs(start[rule]))
                weights[rule] += step
                for n, label, share in uses:
                    totals[n][label] += step * share
            if moved < _STILL:
                break
        return weights

    def _step(
        self,
        rows: Sequence[Row],
        totals: Sequence[list[float]],
        uses: Sequence[tuple[int, int, float]],
        weight: float,
        start: float,
        hold: float,
    ) -> float:
        """Return how far to move one weight."""
        slope = 2 * hold * (weight - start) / start**2
        bend = 2 * hold / start**2
        for n, label, share in uses:
            trust = self.trust(totals[n])[label]
            size = share / self._temperature
            slope += size * (trust - (rows[n].truth == label))
            bend += size**2 * trust * (1 - trust)
        low, high = sorted((start * _LEAST, start * _MOST))
        return min(max(weight - slope / bend, low), high) - weight


def moved(fit: Fit, weights: Sequence[float]) -> Mapping[int, float]:
    """Return the weights that are proposed, by the number of their rule."""
    pairs = enumerate(zip(fit.weights, weights, strict=True))
    return {n: new for n, (new, old) in pairs if new != old}
