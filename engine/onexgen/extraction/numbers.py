"""Numbers in a text with their units: `10-50`, `1m/5m/1h`, `100k`, `twice`, `p95`, `8 000/s`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, NamedTuple

from onexgen.text import COMMA, Text

if TYPE_CHECKING:  # Annotations alone name the forms.
    from onexgen.extraction.forms import QuantitiesForm

COUNT: Final = "count"
"""What a number without unit measures."""

_NUMBER: Final = re.compile(
    r"(?P<sign>[-+\u2212])?"
    r"(?P<digits>\d{1,3}(?:[ ,\u00a0\u202f']\d{3})+(?!\d)(?:\.\d+)?|\d+(?:[.,]\d+)?)"
    r"(?P<tail>[^\W\d_]*)"
)
_AFTER: Final = re.compile(r"[^\W\d_]+|[%\u00b0/\u20ac$\u00d7]")
_DASH: Final = re.compile(r"\s?(?:-|\u2013|\u2014|\.\.|\u2026)\s?")
_SCALES: Final = {"k": 1e3, "K": 1e3, "M": 1e6}
_CONTINUED: Final = re.compile(r"[.:]\d|-\d+-\d|_|\^|\*\d")
_BULLET: Final = re.compile(r"(?:^|\n)[ \t>*-]*$")
_UNIT_WORDS: Final = 3
# Longer rows of digits are keys, not amounts.
_MOST_DIGITS: Final = 18


class Figure(NamedTuple):
    """A number, or the two ends of a range, with its place in characters."""

    start: int
    end: int
    values: tuple[float, ...]
    unit: str = ""
    in_words: bool = False


def unit_key(text: str) -> str:
    """Return how a unit is looked up."""
    return " ".join(_AFTER.findall(text))


class Numbers:
    """Finds the numbers of a text."""

    def __init__(self, form: QuantitiesForm) -> None:
        """Use the units and number words of a document."""
        self._form = form
        self._names = frozenset(form["names"])
        self._each = frozenset(form["each"])
        self._reach = max((unit["reach"] for unit in form["units"].values()), default=0)
        self._longest: dict[str, int] = {}
        for key in form["words"]:
            first, *others = key.split(" ")
            self._longest[first] = max(self._longest.get(first, 0), 1 + len(others))
        letters = "|".join(sorted(map(re.escape, form["prefixes"]), key=len, reverse=True))
        self._prefixed = (
            re.compile(rf"(?<![\w\\%])({letters})(\d+(?:\.\d+)?)\b") if letters else None
        )

    def __call__(self, text: Text) -> list[Figure]:
        """Return the numbers in their order."""
        found = [*self._digits(text), *self._worded(text), *self._marked(text)]
        found.sort(key=lambda figure: (figure.start, -figure.end))
        return _apart(found)

    def _marked(self, text: Text) -> Iterator[Figure]:
        if self._prefixed is None:
            return
        for found in self._prefixed.finditer(text.raw):
            unit = self._form["prefixes"][found.group(1)]
            yield Figure(*found.span(), (float(found.group(2)),), unit)

    def _worded(self, text: Text) -> Iterator[Figure]:
        words, numbers = text.words, self._form["words"]
        for start, word in enumerate(words):
            for length in range(min(self._longest.get(word, 0), len(words) - start), 0, -1):
                form = numbers.get(" ".join(words[start : start + length]))
                if form is not None and not any(text.breaks[start + 1 : start + length]):
                    end = text.ends[start + length - 1]
                    figure = Figure(text.starts[start], end, (form["value"],), form["unit"], True)
                    yield figure if form["unit"] else self._with_unit(text.raw, figure)
                    break

    def _digits(self, text: Text) -> Iterator[Figure]:
        raw, position = text.raw, 0
        while True:
            found = _NUMBER.search(raw, position)
            if found is None:
                return
            position = found.end()
            figure = self._figure(raw, found)
            if figure is None or self._is_name(text, figure):
                continue
            ranged = self._range(text, figure)
            figure = ranged or figure
            position = max(position, figure.end)
            yield figure

    def _figure(self, raw: str, found: re.Match[str], *, follows: bool = False) -> Figure | None:
        """Return a number with its unit; `follows` when it is the second end of a range."""
        if len(found.group("digits")) > _MOST_DIGITS or (not follows and _is_part(raw, found)):
            return None
        start, end = found.start("digits"), found.end("digits")
        sign = "" if follows else found.group("sign")
        value = _value(found.group("digits"))
        tail = found.group("tail")
        if tail in _SCALES and tail not in self._form["exact"]:
            value *= _SCALES[tail]
            tail, end = "", found.end()
        if sign in {"-", "\u2212"}:
            value, start = -value, found.start()
        if not tail:
            return self._with_unit(raw, Figure(start, end, (value,)))
        unit = self._unit(tail, attached=True)
        if unit is None:
            figure = self._with_unit(raw, Figure(start, end, (value,)))
            return figure if figure.unit else None
        return Figure(start, found.end(), (value,), unit)

    def _is_name(self, text: Text, figure: Figure) -> bool:
        first, _ = text.words_at(figure.start, figure.end)
        if first == 0 or text.words[first - 1] not in self._names or text.breaks[first] == COMMA:
            return False
        return first == 1 or text.words[first - 2] not in self._each

    def _unit(self, key: str, *, attached: bool) -> str | None:
        form = self._form
        if attached and key in form["attached"]:
            return form["attached"][key]
        return form["exact"].get(key) or form["folded"].get(key.lower())

    def _with_unit(self, raw: str, figure: Figure) -> Figure:
        """Look for the unit behind a number, over at most a few words."""
        parts: list[re.Match[str]] = []
        position = figure.end
        while len(parts) < self._reach + _UNIT_WORDS:
            found = _AFTER.match(raw, position + _gap(raw, position))
            if found is None:
                break
            parts.append(found)
            position = found.end()
        for skipped in range(min(self._reach + 1, len(parts))):
            for length in range(min(_UNIT_WORDS, len(parts) - skipped), 0, -1):
                key = " ".join(part.group() for part in parts[skipped : skipped + length])
                unit = self._unit(key, attached=False)
                if unit is not None and self._form["units"][unit]["reach"] >= skipped:
                    end = parts[skipped + length - 1].end()
                    return figure._replace(unit=unit, end=end)
        return figure

    def _range(self, text: Text, figure: Figure) -> Figure | None:
        """Return the range that a number begins: `10-50`, `5 to 20`, `between 1 and 3`."""
        raw = text.raw
        position = self._range_sign(text, figure)
        found = _NUMBER.match(raw, position) if position else None
        if found is None:
            return None
        second = self._figure(raw, found, follows=True)
        if second is None:
            return None
        if figure.unit and second.unit and figure.unit != second.unit:
            return None
        values = (figure.values[0], second.values[0])
        return Figure(figure.start, second.end, values, second.unit or figure.unit)

    def _range_sign(self, text: Text, figure: Figure) -> int | None:
        dash = _DASH.match(text.raw, figure.end)
        if dash is not None:
            return dash.end()
        _, after = text.words_at(figure.start, figure.end)
        first, _ = text.words_at(figure.start, figure.end)
        if after + 1 >= len(text.words) or text.breaks[after]:
            return None
        for words in self._form["ranges"]:
            opened = len(words) == 1 or (first > 0 and text.words[first - 1] == words[0])
            if opened and text.words[after] == words[-1]:
                return text.starts[after + 1]
        return None


def _is_part(raw: str, found: re.Match[str]) -> bool:
    """Tell whether some digits belong to a name, a date, a time, a version or a bullet."""
    first, start, end = found.start(), found.start("digits"), found.end("digits")
    before = raw[first - 1 : first] if first else " "
    if before.isalnum() or before in (")]}_%" if found.group("sign") else "_.#\\:-^{"):
        return True
    if before == "/" and not raw[max(0, first - 2) : first - 1].isalnum():
        return True
    if _CONTINUED.match(raw, found.end()):
        return True
    bullet = _BULLET.search(raw[max(0, start - 20) : start])
    return bool(bullet) and raw[end : end + 2] in {". ", ") "}


def _gap(raw: str, position: int) -> int:
    gap = 0
    while position + gap < len(raw) and gap < 2 and raw[position + gap] in " -+\u00a0\u202f*`":
        gap += 1
    return gap


def _value(digits: str) -> float:
    """Read `600,000`, `8 000` and `4,99`: a comma before other than three digits is decimal."""
    grouped = re.fullmatch(r"\d{1,3}(?:[ ,\u00a0\u202f']\d{3})+(?:\.\d+)?", digits)
    if grouped:
        return float(re.sub(r"[ ,\u00a0\u202f']", "", digits))
    return float(digits.replace(",", "."))


def _apart(figures: list[Figure]) -> list[Figure]:
    """Drop numbers that lie within others."""
    kept: list[Figure] = []
    for figure in figures:
        if not kept or figure.start >= kept[-1].end:
            kept.append(figure)
    return kept
