"""Clauses: parts of a text with several values each, such as a condition and what follows."""

from __future__ import annotations

from typing import TypedDict

from onexgen.extraction.matches import matches
from onexgen.json_types import Json, JsonObject
from onexgen.needs import Needs


class ClauseRuleForm(TypedDict):
    """A form of clause."""

    id: str
    regex: str
    needs: Needs
    numbers: list[str]
    set: dict[str, str]
    at: str


class ClausesForm(TypedDict):
    """Clauses under one key."""

    name: str
    at_most: int
    rules: list[ClauseRuleForm]


def _number(text: str) -> Json:
    """Return a number as such; what is none stays a text."""
    try:
        number = float(text.replace(",", ""))
    except ValueError:
        return text
    return int(number) if number.is_integer() else number


def clauses_of(form: ClausesForm, raw: str) -> tuple[list[Json], list[Json]]:
    """Return the clauses of a text, and why; where two forms overlap, the first one holds."""
    found: list[tuple[int, JsonObject, JsonObject]] = []
    taken: list[range] = []
    for rule in form["rules"]:
        for match in matches(rule["regex"], rule["needs"], raw):
            place = range(*match.span())
            if any(place.start < other.stop and other.start < place.stop for other in taken):
                continue
            taken.append(place)
            values: JsonObject = {
                name: _number(value) if name in rule["numbers"] else value.strip()
                for name, value in match.groupdict().items()
                if value
            }
            values |= rule["set"]
            said = ", ".join(f"{name} {value}" for name, value in values.items())
            reason: JsonObject = {"field": form["name"], "value": said, "rule": rule["id"]}
            reason |= {"at": rule["at"], "text": " ".join(match.group().split())}
            found.append((place.start, values, reason))
    found.sort(key=lambda item: item[0])
    kept = found[: form["at_most"]]
    return [values for _, values, _ in kept], [reason for _, _, reason in kept]
