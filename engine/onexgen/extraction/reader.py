"""Reads a text with compiled extraction documents."""

from __future__ import annotations

from collections.abc import Sequence

from onexgen.extraction.composing import (
    Labels,
    guidance_of,
    notes_of,
    summary_of,
    sureness_of,
    targets_of,
)
from onexgen.extraction.entities import Entities
from onexgen.extraction.forms import ChoiceForm, ExtractionForm
from onexgen.extraction.naming import Naming
from onexgen.extraction.quantities import Quantities, settings_of
from onexgen.filters import singular
from onexgen.json_types import Json, JsonObject
from onexgen.matching import Firing, Matcher, Reading
from onexgen.scoring import matched_text, tally
from onexgen.text import LanguageForm

PLAIN: LanguageForm = {
    "stemmer": "english",
    "abbreviations": [],
    "openers": [],
    "exceptions": [],
    "closers": [],
    "joiners": [],
}
_ONE_WORD = "words"


class Reader:
    """All documents of one extraction, ready to read."""

    def __init__(self, documents: Sequence[ExtractionForm]) -> None:
        """Join a document and its parts."""
        language = next((d["language"] for d in documents if d["language"]), PLAIN)
        self.matcher = Matcher([document["rules"] for document in documents], language)
        self._choices = [choice for document in documents for choice in document["choices"]]
        self._labels: Labels = {
            choice["name"]: {label["name"]: label for label in choice["labels"]}
            for choice in self._choices
        }
        self._defaults = {c["name"]: c["default"] for c in self._choices if c["default"]}

        numbers = next((d["quantities"] for d in documents if d["quantities"]), None)
        entities = next((d["entities"] for d in documents if d["entities"]), None)
        naming = next((d["naming"] for d in documents if d["naming"]), None)
        self._quantities = Quantities(numbers) if numbers else None
        self._entities = Entities(entities) if entities else None
        self._naming = Naming(naming) if naming else None
        self._summary = next((d["summary"] for d in documents if d["summary"]), None)
        self._targets = next((d["performance"] for d in documents if d["performance"]), None)
        self._notes = next((d["notes"] for d in documents if d["notes"]), None)
        self._sureness = next((d["sureness"] for d in documents if d["sureness"]), None)
        self._guidance = next((d["guidance"] for d in documents if d["guidance"]), None)

    def __call__(self, raw: str) -> JsonObject:
        """Return everything that a text asks for."""
        reading = self.matcher.read(raw)
        firings = self.matcher.firings(reading)
        found: JsonObject = {}
        evidence: list[Json] = []
        if self._naming is not None:
            found[self._naming.form["name"]] = self._naming.form["default"]
        for choice in self._choices:
            self._choose(choice, reading, firings, found, evidence)
        telling = self._name(reading, firings, found)
        self._read_things(raw, found)
        self._read_numbers(reading, firings, found, evidence)
        self._compose(found, telling)
        found["evidence"] = evidence
        return found

    def _name(self, reading: Reading, firings: list[Firing], found: JsonObject) -> list[str]:
        if self._naming is None:
            return []
        name, telling = self._naming(reading, firings, found)
        found[self._naming.form["name"]] = name
        return telling

    def _choose(
        self,
        choice: ChoiceForm,
        reading: Reading,
        firings: list[Firing],
        found: JsonObject,
        evidence: list[Json],
    ) -> None:
        own = [firing for firing in firings if firing.rule["owner"] == choice["name"]]
        scores = tally(own, [label["name"] for label in choice["labels"]])
        reached = [k for k, points in scores.totals.items() if points >= choice["threshold"]]
        if choice["many"]:
            chosen = self._with_followers(choice, reached)
            found[choice["name"]] = list[Json](chosen)
        else:
            chosen = [scores.winner] if reached else []
            found[choice["name"]] = chosen[0] if chosen else choice["default"]
        for firing in own:
            if firing.rule["label"] in chosen and firing.rule["weight"] > 0:
                evidence.append(
                    {
                        "field": choice["name"],
                        "value": firing.rule["label"],
                        "rule": firing.rule["id"],
                        "at": firing.rule["at"],
                        "text": matched_text(firing, reading),
                    }
                )

    def _with_followers(self, choice: ChoiceForm, reached: list[str]) -> list[str]:
        labels = self._labels[choice["name"]]
        wanted = {*reached, *(name for label in reached for name in labels[label]["after"])}
        return [name for name in labels if name in wanted]

    def _read_things(self, raw: str, found: JsonObject) -> None:
        if self._entities is not None:
            name = str(found[self._naming.form["name"]]) if self._naming else ""
            subject = name.split("_")[-2:][0]
            found[self._entities.form["name"]] = self._entities(raw, singular(subject))

    def _read_numbers(
        self, reading: Reading, firings: list[Firing], found: JsonObject, evidence: list[Json]
    ) -> None:
        if self._quantities is None:
            return
        form = self._quantities.form
        own = [firing for firing in firings if firing.rule["owner"] == form["name"]]
        parameters, reasons = self._quantities(reading, own)
        found[form["name"]] = list[Json](parameters)
        found[form["settings"]] = settings_of(parameters, form["meanings"])
        evidence.extend(reasons)
        if self._targets is not None:
            settings = settings_of(parameters, form["meanings"])
            found[self._targets["name"]] = targets_of(self._targets, settings)

    def _compose(self, found: JsonObject, telling: list[str]) -> None:
        if self._notes is not None:
            found[self._notes["name"]] = notes_of(self._notes, found, self._labels)
        if self._summary is not None:
            found[self._summary["name"]] = summary_of(self._summary, found, self._labels)
        if self._sureness is not None:
            found[self._sureness["name"]] = sureness_of(self._sureness, found, self._defaults)
        if self._guidance is not None:
            known: JsonObject = {**found, _ONE_WORD: list[Json](telling)}
            too_little, missing, advice = guidance_of(self._guidance, known, self._defaults)
            found |= {"too_little": too_little, "missing": missing, "advice": advice}
