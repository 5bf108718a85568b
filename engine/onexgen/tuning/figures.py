"""Counts to figures: accuracy, F1, and whether confidence is deserved."""

from __future__ import annotations

from typing import Final

from onexgen.config.measures import Measure
from onexgen.json_types import Json, JsonObject
from onexgen.tuning.comparing import NOTHING, Counts

_BINS: Final = 10
_SHOWN: Final = 10
_DIGITS: Final = 4
_SEVERAL: Final = ("labels", "items")


def main_figure(measure: Measure) -> str:
    """Return the figure of a measure that counts."""
    return measure.figure or ("f1" if measure.compare in _SEVERAL else "accuracy")


def figures_of(measure: Measure, counts: Counts) -> dict[str, float]:
    """Return the figures of a measure, that which counts first."""
    found = _figures(measure, counts)
    main = main_figure(measure)
    values = {main: found[main], **found} if main in found else found
    return {name: round(value, _DIGITS) for name, value in values.items()}


def _figures(measure: Measure, counts: Counts) -> dict[str, float]:
    if measure.compare in _SEVERAL:
        found, wanted = counts.right + counts.noise, counts.right + counts.missed
        return {
            "f1": _share(2 * counts.right, found + wanted),
            "precision": _share(counts.right, found),
            "recall": _share(counts.right, wanted),
        }
    figures = {"accuracy": _share(counts.right, counts.right + counts.missed)}
    if measure.compare == "label":
        figures["macro_f1"] = macro_f1(counts)
    if counts.sure:
        figures["calibration_error"] = calibration_error(counts)
    if counts.ranked:
        figures["two_best"] = _share(sum(counts.ranked), len(counts.ranked))
    return figures


def macro_f1(counts: Counts) -> float:
    """Return the mean of F1 over the labels that are right for some line, or were answered."""
    labels = sorted({label for pair in counts.pairs for label in pair} - {NOTHING})
    scores = []
    for label in labels:
        given = sum(n for (_, answer), n in counts.pairs.items() if answer == label)
        wanted = sum(n for (truth, _), n in counts.pairs.items() if truth == label)
        scores.append(_share(2 * counts.pairs[label, label], given + wanted))
    return sum(scores) / max(1, len(scores))


def calibration_error(counts: Counts) -> float:
    """Return how far confidence is from the share that is right, over ten bins by confidence."""
    bins: list[list[tuple[float, bool]]] = [[] for _ in range(_BINS)]
    for trust, is_right in counts.sure:
        bins[min(int(trust * _BINS), _BINS - 1)].append((trust, is_right))
    gaps = (
        abs(sum(trust for trust, _ in one) - sum(is_right for _, is_right in one))
        for one in bins
        if one
    )
    return sum(gaps) / len(counts.sure)


def details_of(measure: Measure, counts: Counts) -> JsonObject:
    """Return the figures with what lies behind them: confusions, or what was missed and made up."""
    found: JsonObject = {"figure": main_figure(measure), "lines": counts.lines}
    found |= dict[str, Json](figures_of(measure, counts))
    if measure.compare == "label":
        found["confusion"] = confusion(counts)
    if counts.missing:
        found["missed"] = dict[str, Json](counts.missing.most_common(_SHOWN))
    if counts.noisy:
        found["made_up"] = dict[str, Json](counts.noisy.most_common(_SHOWN))
    return found


def confusion(counts: Counts) -> JsonObject:
    """Return truth -> answer -> how often."""
    table: dict[str, dict[str, Json]] = {}
    for (truth, answer), number in sorted(counts.pairs.items()):
        table.setdefault(truth, {})[answer] = number
    return dict[str, Json](table)


def _share(part: float, whole: float) -> float:
    return part / whole if whole else 0.0
