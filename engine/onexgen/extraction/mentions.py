"""Settings that are no numbers: names, paths, algorithms."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

from onexgen.json_types import Json, JsonObject
from onexgen.matching import ESCAPE
from onexgen.needs import may_match

if TYPE_CHECKING:  # Annotations alone name the forms.
    from onexgen.extraction.forms import MentionForm, QuantitiesForm


@cache
def _compiled(regex: str) -> re.Pattern[str]:
    """Small letters are looked for in a small text: several times as fast."""
    small = not any(char.isupper() for char in ESCAPE.sub("", regex))
    return re.compile(regex, re.NOFLAG if small else re.IGNORECASE)


def _overlap(one: range, other: range) -> bool:
    return one.start < other.stop and other.start < one.stop


class Mentions:
    """Finds settings by their regular expressions."""

    def __init__(self, form: QuantitiesForm) -> None:
        """Use the expressions of a document; each is compiled when a text may need it."""
        self._form = form

    def __call__(self, raw: str) -> Iterator[tuple[range, JsonObject, JsonObject]]:
        """Yield characters, parameter and evidence of each setting, once a value."""
        lowered = raw.lower()
        small = lowered if len(lowered) == len(raw) else raw
        seen: set[tuple[str, str]] = set()
        taken: list[range] = []
        for mention in self._form["mentions"]:
            if not may_match(mention["needs"], lowered):
                continue
            pattern = _compiled(mention["regex"])
            for found in pattern.finditer(raw if pattern.flags & re.IGNORECASE else small):
                value = self._value(mention, found, raw)
                key, place = (mention["meaning"], str(value)), range(*found.span())
                if key not in seen and not any(_overlap(place, other) for other in taken):
                    seen.add(key)
                    taken.append(place)
                    yield self._setting(mention, raw, place, value)

    def _value(self, mention: MentionForm, found: re.Match[str], raw: str) -> Json:
        group = "value" if found.groupdict().get("value") else 0
        value = mention["value"] or raw[found.start(group) : found.end(group)]
        number = self._form["words"].get(value.lower())
        if number is not None and not mention["value"]:
            return int(number["value"])
        return int(value) if value.isdigit() else value

    def _setting(
        self, mention: MentionForm, raw: str, place: range, value: Json
    ) -> tuple[range, JsonObject, JsonObject]:
        text = " ".join(raw[place.start : place.stop].split())
        meaning = self._form["meanings"].get(mention["meaning"])
        parameter: JsonObject = {
            "meaning": mention["meaning"],
            "value": value,
            "unit": (meaning["unit"] or None) if meaning and isinstance(value, int) else None,
            "text": text,
        }
        if mention["name"]:
            parameter["name"] = mention["name"]
        evidence: JsonObject = {
            "field": self._form["name"],
            "value": f"{mention['meaning']} = {value}",
            "rule": mention["id"],
            "at": mention["at"],
            "text": text,
        }
        return place, parameter, evidence
