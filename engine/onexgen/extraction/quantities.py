"""What the numbers of a text mean: rules whose words stand near them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from onexgen.extraction.cells import Cells
from onexgen.extraction.mentions import Mentions
from onexgen.extraction.nearness import Group, distance_to, distances_of, is_on, next_to
from onexgen.extraction.numbers import COUNT, Figure, Numbers
from onexgen.extraction.tallies import Tallies
from onexgen.firing import NOWHERE, Firing, Hit, Reading
from onexgen.json_types import Json, JsonObject
from onexgen.text import Text

if TYPE_CHECKING:  # Annotations alone name the forms.
    from onexgen.extraction.forms import MeaningForm, QuantitiesForm

_WORDS_IN_TEXT: Final = 3.0
_DIGITS: Final = 4
# The noun right behind a number says more than any word before it: `every stage 3 retries`.
_OWN_NOUN: Final = 1.4


# A noun of its own: `every 4 hours, 10s timeout` is no list.
_ITS_OWN: Final = re.compile(r" [a-z]{4,}")


class Meant(NamedTuple):
    """What a group means, and the rule that says so."""

    meaning: str
    points: float
    firing: Firing | None
    hit: Hit | None


class Quantities:
    """Turns numbers into parameters."""

    def __init__(self, form: QuantitiesForm) -> None:
        """Prepare the units, words and meanings of a document."""
        self.form = form
        self._numbers = Numbers(form)
        self._mentions = Mentions(form)
        self._unnamed = frozenset(form["unnamed"])
        self._tallies = Tallies(form["tallies"])
        joins = "|".join(map(re.escape, form["joins"])) or "(?!)"
        self._join = re.compile(rf"\s*(?:[,/;+]|\s(?:{joins})\s|,\s+(?:{joins})\s)\s*")

    def __call__(
        self, reading: Reading, firings: Sequence[Firing]
    ) -> tuple[list[JsonObject], list[JsonObject]]:
        """Return the parameters in their order, and the evidence for each."""
        mentioned = list(self._mentions(reading.text.raw))
        found = [(span.start, parameter, reason) for span, parameter, reason in mentioned]
        taken = [span for span, _, _ in mentioned]
        groups = self._groups(reading.text, taken)
        distances = distances_of(reading.text, groups)
        cells = Cells(reading.text.raw)
        for group in groups:
            cell = cells.at(group.figures[0].start)
            heading = range(*reading.text.words_at(*cell.heading)) if cell else range(0)
            if cell and cell.column == 0 and not heading:
                continue
            meant = self._meant(group, firings, distances, heading)
            found.extend(self._parameters(group, meant, reading))
        found.extend(self._tallied(reading.text.raw, {str(item[1]["meaning"]) for item in found}))
        found.sort(key=lambda item: item[0])
        return [item[1] for item in found], [item[2] for item in found if item[2]]

    def _tallied(self, raw: str, given: set[str]) -> Iterator[tuple[int, JsonObject, JsonObject]]:
        """Yield the lengths of lists that mean something nobody wrote as a number."""
        for place, parameter, tally in self._tallies(raw):
            if tally["meaning"] not in given:
                given.add(tally["meaning"])
                said = f"{parameter['meaning']} = {parameter['value']}"
                reason: JsonObject = {"field": self.form["name"], "value": said, "text": ""}
                yield place, parameter, {**reason, "rule": tally["id"], "at": tally["at"]}

    def _groups(self, text: Text, taken: Sequence[range]) -> list[Group]:
        groups: list[list[Figure]] = []
        for figure in self._numbers(text):
            if any(figure.start in span and figure.end <= span.stop for span in taken):
                continue
            previous = groups[-1][-1] if groups else None
            if previous and self._belong(text.raw, previous, figure):
                groups[-1].append(figure)
            else:
                groups.append([figure])
        return [self._group(text, figures) for figures in groups]

    def _belong(self, raw: str, one: Figure, other: Figure) -> bool:
        """Tell whether two numbers form a list; `1, 5 and 15 minutes` share the last unit."""
        if self._join.fullmatch(raw, one.end, other.start) is None:
            return False
        if self._dimension(one.unit) == self._dimension(other.unit):
            plain = bool(one.unit) and raw[one.end : other.start].strip() == ","
            return not (plain and _ITS_OWN.match(raw, other.end))
        return not one.unit and raw[one.end : other.start].strip() != ","

    def _dimension(self, unit: str) -> str:
        return self.form["units"][unit]["dimension"] if unit else COUNT

    def _group(self, text: Text, figures: list[Figure]) -> Group:
        unit = figures[-1].unit
        shared = tuple(figure if figure.unit else figure._replace(unit=unit) for figure in figures)
        first, last = text.words_at(figures[0].start, figures[-1].end)
        return Group(shared, first, last, self._dimension(unit))

    def _meant(
        self, group: Group, firings: Sequence[Firing], distances: list[float], heading: range
    ) -> Meant:
        best = Meant(self.form["other"], 0.0, None, None)
        points: dict[str, Meant] = {}
        for name, meaning in self.form["meanings"].items():
            if meaning["points"] and group.dimension in meaning["dimensions"]:
                points[name] = Meant(name, meaning["points"], None, None)
        for firing in firings:
            label = firing.rule.label
            if group.dimension not in self.form["meanings"][label]["dimensions"]:
                continue
            share, near = self._share(group, firing, distances, heading)
            if near is not None and share > 0:
                given = firing.rule.weight * share
                so_far = points.get(label, Meant(label, 0.0, None, None))
                kept = firing if so_far.firing is None or given > 0 else so_far.firing
                points[label] = Meant(label, so_far.points + given, kept, near)
        for meant in points.values():
            if meant.points > best.points and meant.points >= self.form["threshold"]:
                best = meant
        return best

    def _share(
        self, group: Group, firing: Firing, distances: list[float], heading: range
    ) -> tuple[float, Hit | None]:
        """Return how much of its points a rule gives to a number: all to its neighbour."""
        reach = self.form["reach"][firing.rule.id]
        unit = group.figures[-1].unit or COUNT
        if reach["units"] and unit not in reach["units"]:
            return 0.0, None
        if heading:
            above = next((hit for hit in firing.hits if hit.start in heading), None)
            if above is not None:
                return 1.0, above
        hits = [hit for hit in next_to(group, firing) if is_on(reach["side"], group, hit)]
        if not hits:
            return 0.0, None
        near = min(hits, key=lambda hit: distance_to(group, hit, distances))
        distance = distance_to(group, near, distances)
        is_own = near.start == group.last and distance <= 0
        return (1 - distance / reach["near"]) * (_OWN_NOUN if is_own else 1.0), near

    def _parameters(
        self, group: Group, meant: Meant, reading: Reading
    ) -> Iterator[tuple[int, JsonObject, JsonObject]]:
        other = self.form["other"]
        meaning = self.form["meanings"].get(meant.meaning)
        for figure in group.figures:
            if meant.meaning == other and self._says_nothing(figure):
                continue
            start, end = _shown(figure, meant, reading.text)
            text = " ".join(reading.text.raw[start:end].split())
            names = [meant.meaning] * len(figure.values)
            if meaning and meaning["low"] and len(figure.values) > 1:
                names[0] = meaning["low"]
            name = self._name_of(figure, reading.text) if meant.meaning == other else ""
            for label, value in zip(names, figure.values, strict=True):
                parameter = self._parameter(label, value, figure.unit, text)
                if name:
                    parameter["name"] = name
                yield figure.start, parameter, self._evidence(parameter, meant)

    def _name_of(self, figure: Figure, text: Text) -> str:
        """Name an unexplained number by the words behind it, or else before it."""
        first, last = text.words_at(figure.start, figure.end)
        after = list(_near(text, range(last, min(last + 2, len(text.words)))))
        before = list(_near(text, range(first - 1, max(-1, first - 3), -1), behind=True))[::-1]
        return self._named(after) or self._named(before)

    def _named(self, words: list[str]) -> str:
        """Join words without those at either end that name nothing."""
        telling = [place for place, word in enumerate(words) if word not in self._unnamed]
        return "_".join(words[telling[0] : telling[-1] + 1]) if telling else ""

    def _says_nothing(self, figure: Figure) -> bool:
        """Tell whether a number without meaning is most likely none to keep."""
        alone = len(figure.values) == 1 and not figure.unit
        return figure.in_words or (alone and figure.values[0] in self.form["trivial"])

    def _parameter(self, label: str, value: float, unit: str, text: str) -> JsonObject:
        meaning = self.form["meanings"].get(label)
        known = self.form["units"].get(unit)
        shown, factor = "" if known is None or known["bare"] else unit, 1.0
        if meaning is not None and meaning["unit"]:
            shown = meaning["unit"]
            factor = known["factor"] / meaning["scale"] if known else 1.0
        elif known is not None and not known["keep"] and not known["bare"]:
            shown, factor = self._base(known["dimension"]), known["factor"]
        return {
            "meaning": label,
            "value": tidy(value * factor),
            "unit": shown or None,
            "text": text,
        }

    def _base(self, dimension: str) -> str:
        units = self.form["units"]
        names = [name for name, unit in units.items() if unit["dimension"] == dimension]
        return next((name for name in names if units[name]["factor"] == 1.0), names[0])

    def _evidence(self, parameter: JsonObject, meant: Meant) -> JsonObject:
        said = f"{parameter['meaning']} = {parameter['value']}"
        found: JsonObject = {"field": self.form["name"], "value": said}
        if meant.firing is not None:
            found |= {"rule": meant.firing.rule.id, "at": meant.firing.rule.at}
        elif meant.meaning in self.form["meanings"]:
            at = self.form["meanings"][meant.meaning]["at"]
            found |= {"rule": meant.meaning.replace("_", "-"), "at": at}
        else:
            return {}
        return found | {"text": parameter["text"]}


def settings_of(
    parameters: Iterable[JsonObject], meanings: dict[str, MeaningForm]
) -> dict[str, Json]:
    """Return meaning -> value (the first that was given), or all values where many are meant."""
    settings: dict[str, Json] = {}
    for parameter in parameters:
        name, value = str(parameter["meaning"]), parameter["value"]
        if name not in meanings:
            continue
        if not meanings[name]["many"]:
            settings.setdefault(name, value)
            continue
        values = settings.setdefault(name, [])
        if isinstance(values, list) and value not in values:
            values.append(value)
    return settings


def tidy(value: float) -> int | float:
    """Return whole numbers as such, others without the noise of division."""
    rounded = round(value, _DIGITS)
    return int(rounded) if rounded == int(rounded) else rounded


def _shown(figure: Figure, meant: Meant, text: Text) -> tuple[int, int]:
    """Return the characters to show: the number, with the word that explains it when close."""
    start, end = figure.start, figure.end
    if meant.hit is not None and meant.hit.start != NOWHERE:
        first, last = text.starts[meant.hit.start], text.ends[meant.hit.end - 1]
        between = text.raw[min(end, last) : max(start, first)]
        if between.count(" ") <= _WORDS_IN_TEXT and "\n" not in between:
            return min(start, first), max(end, last)
    return start, end


def _near(text: Text, places: Iterable[int], *, behind: bool = False) -> Iterator[str]:
    for place in places:
        if text.breaks[place + 1 if behind else place] or not text.words[place].isascii():
            return
        if text.words[place].isalpha():
            yield text.words[place]
