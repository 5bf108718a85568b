"""Settings that are no numbers: names, paths, algorithms."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from onexgen.extraction.forms import MentionForm, QuantitiesForm
from onexgen.json_types import Json, JsonObject

_ANYTHING: Final = ("",)


def _overlap(one: range, other: range) -> bool:
    return one.start < other.stop and other.start < one.stop


class Mentions:
    """Finds settings by their regular expressions."""

    def __init__(self, form: QuantitiesForm) -> None:
        """Prepare the expressions of a document."""
        self._form = form
        self._patterns = [(re.compile(m["regex"], re.IGNORECASE), m) for m in form["mentions"]]

    def __call__(self, raw: str) -> Iterator[tuple[range, JsonObject, JsonObject]]:
        """Yield characters, parameter and evidence of each setting, once a value."""
        lowered = raw.lower()
        seen: set[tuple[str, str]] = set()
        taken: list[range] = []
        for pattern, mention in self._patterns:
            if not any(needed in lowered for needed in mention["needs"] or _ANYTHING):
                continue
            for found in pattern.finditer(raw):
                value = self._value(mention, found)
                key, place = (mention["meaning"], str(value)), range(*found.span())
                if key not in seen and not any(_overlap(place, other) for other in taken):
                    seen.add(key)
                    taken.append(place)
                    yield self._setting(mention, found, value)

    def _value(self, mention: MentionForm, found: re.Match[str]) -> Json:
        value = mention["value"] or found.groupdict().get("value") or found.group()
        number = self._form["words"].get(value.lower())
        if number is not None and not mention["value"]:
            return int(number["value"])
        return int(value) if value.isdigit() else value

    def _setting(
        self, mention: MentionForm, found: re.Match[str], value: Json
    ) -> tuple[range, JsonObject, JsonObject]:
        text = " ".join(found.group().split())
        parameter: JsonObject = {
            "meaning": mention["meaning"],
            "value": value,
            "unit": None,
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
        return range(*found.span()), parameter, evidence
