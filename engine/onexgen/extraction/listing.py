"""Things with fields in ways of listing them that only some kinds of text have."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from onexgen.extraction.composing import holds
from onexgen.extraction.fields import FieldFound, Fields
from onexgen.extraction.matches import matches
from onexgen.extraction.nouns import Nouns
from onexgen.extraction.sentences import LEAST, is_short
from onexgen.json_types import JsonObject

if TYPE_CHECKING:  # Annotations alone name the forms.
    from onexgen.extraction.forms import EntitiesForm


class Listed(NamedTuple):
    """A thing that a rule found, with the reason."""

    place: int
    name: str
    fields: list[FieldFound]
    reason: JsonObject


class Listing:
    """Reads a text by the rules of a document."""

    def __init__(self, form: EntitiesForm, fields: Fields, nouns: Nouns) -> None:
        """Keep the rules, and what reads lists and names."""
        self._key = form["name"]
        self._rules = form["rules"]
        self._fields = fields
        self._nouns = nouns
        self._prose = frozenset(form["stop"]) - {form["of"], *form["spans"]}

    def __call__(self, raw: str, found: JsonObject) -> Iterator[Listed]:
        """Yield what the rules for this kind of text find; what is no list of names is none."""
        for rule in self._rules:
            if not holds(found, rule["when"]):
                continue
            for match in matches(rule["regex"], rule["needs"], raw):
                fields = self._fields.listed(match["fields"])
                if len(fields) <= LEAST or not is_short(fields) or any(map(self._is_prose, fields)):
                    continue
                thing = match.groupdict().get("thing") or ""
                name = rule["thing"] or self._nouns.last(thing)
                said = ", ".join(field.name for field in fields)
                reason: JsonObject = {"field": self._key, "value": said, "rule": rule["id"]}
                reason |= {"at": rule["at"], "text": " ".join(match.group().split())}
                yield Listed(match.start(), name, fields, reason)

    def _is_prose(self, field: FieldFound) -> bool:
        """Tell whether a name has words of a sentence in it: `breach_with_rule`."""
        return not self._prose.isdisjoint(field.name.split("_")[1:])
