"""Examples on which two labels have the same points."""

from __future__ import annotations

from collections.abc import Iterator

from onexgen.json_types import JsonObject
from onexgen.positions import Path
from onexgen.scoring import repeat_of, tally
from onexgen.tuning.knowledge import Knowledge

_NEAR = 1e-9


def ties(knowledge: Knowledge, file: str) -> Iterator[tuple[Path, str, str]]:
    """Yield place and labels of the examples that the rules of a scoring document cannot decide.

    Labels within different wider ones never meet.
    """
    form = knowledge.form(file)
    matcher = knowledge.matcher(file)
    groups: dict[str, list[str]] = {}
    for label in form["labels"]:
        groups.setdefault(label["within"], []).append(label["name"])
    for written in knowledge.rules(file):
        for index, text in enumerate(map(str, written.rule.fires)):
            known: JsonObject = {}
            for reader in knowledge.roots.values():
                known |= reader.read(text)[0]
            firings = matcher.firings(matcher.read(text, known))
            for names in groups.values():
                scores = tally(firings, names, form["factors"], repeat_of(form["scale"]))
                (most, first), (next_, second) = _two_best(scores.totals)
                if most > 0 and most - next_ < _NEAR:
                    yield (*written.path, "fires", index), first, second


def _two_best(totals: dict[str, float]) -> list[tuple[float, str]]:
    ranked = sorted(totals.items(), key=lambda item: -item[1])
    return [*((points, name) for name, points in ranked), (0.0, ""), (0.0, "")][:2]
