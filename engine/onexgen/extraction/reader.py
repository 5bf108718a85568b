"""Reads a text with compiled extraction documents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from onexgen.extraction.clauses import clauses_of
from onexgen.extraction.composing import (
    Labels,
    guidance_of,
    notes_of,
    otherwise_of,
    summary_of,
    sureness_of,
    targets_of,
)
from onexgen.extraction.entities import Entities
from onexgen.extraction.naming import Named, Naming
from onexgen.extraction.quantities import Quantities, settings_of
from onexgen.extraction.relations import records_of
from onexgen.extraction.sequences import Sequences
from onexgen.firing import Firing, Reading
from onexgen.json_types import Json, JsonObject
from onexgen.matching import Matcher
from onexgen.scoring import NO_REPEAT, LabelForm, ScoringForm, matched_text, repeat_of, tally
from onexgen.text import LanguageForm

if TYPE_CHECKING:  # Annotations alone name the forms.
    from onexgen.extraction.forms import ChoiceForm, ExtractionForm, RelationsForm

PLAIN: LanguageForm = {
    "stemmer": "english",
    "correct": [],
    "words": [],
    "abbreviations": [],
    "openers": [],
    "exceptions": [],
    "closers": [],
    "joiners": [],
}
_ONE_WORD = "words"


class Reader:
    """All documents of one extraction, ready to read."""

    def __init__(
        self, documents: Sequence[ExtractionForm], scorings: Mapping[str, ScoringForm]
    ) -> None:
        """Join a document, its parts, and the scoring documents that decide choices."""
        language = next((d["language"] for d in documents if d["language"]), PLAIN)
        self._choices = [choice for document in documents for choice in document["choices"]]
        scored = [choice for choice in self._choices if choice["by"]]
        self._scorings = {choice["name"]: scorings[choice["by"]] for choice in scored}
        self.matcher = Matcher(
            [
                *((None, document["rules"]) for document in documents),
                *((name, scoring["rules"]) for name, scoring in self._scorings.items()),
            ],
            language,
        )
        self._labels: Labels = {
            choice["name"]: {label["name"]: label for label in self._labels_of(choice)}
            for choice in self._choices
        }
        self._defaults = {c["name"]: c["default"] for c in self._choices if c["default"]}

        numbers = next((d["quantities"] for d in documents if d["quantities"]), None)
        entities = next((d["entities"] for d in documents if d["entities"]), None)
        sequence = next((d["sequence"] for d in documents if d["sequence"]), None)
        relations = next((d["relations"] for d in documents if d["relations"]), None)
        naming = next((d["naming"] for d in documents if d["naming"]), None)
        self._quantities = Quantities(numbers) if numbers else None
        names = [choice["name"] for choice in self._choices]
        wanted = numbers["after"] if numbers else ""
        self._numbers_after = wanted if wanted in names else (names[-1] if names else "")
        self._entities = Entities(entities) if entities else None
        self._clauses = [clauses for document in documents for clauses in document["clauses"]]
        self._sequences = Sequences(sequence) if sequence else None
        self._relations = relations
        self._naming = Naming(naming) if naming else None
        self._summary = next((d["summary"] for d in documents if d["summary"]), None)
        self._targets = next((d["performance"] for d in documents if d["performance"]), None)
        self._notes = next((d["notes"] for d in documents if d["notes"]), None)
        self._sureness = next((d["sureness"] for d in documents if d["sureness"]), None)
        self._guidance = next((d["guidance"] for d in documents if d["guidance"]), None)

    def __call__(self, raw: str) -> JsonObject:
        """Return everything that a text asks for."""
        return self.read(raw)[0]

    def read(self, raw: str) -> tuple[JsonObject, list[Firing]]:
        """Return everything that a text asks for, and all rules that fired."""
        reading = self.matcher.read(raw)
        firings: list[Firing] = []
        found: JsonObject = {}
        evidence: list[Json] = []
        if self._naming is not None:
            found[self._naming.form["name"]] = self._naming.form["default"]
        for choice in self._choices:
            own = self.matcher.firings(reading, choice["name"])
            self._choose(choice, reading, own, found, evidence)
            self.matcher.tell(reading, choice["name"], found[choice["name"]])
            firings.extend(own)
            if self._quantities is not None and choice["name"] == self._numbers_after:
                firings.extend(self._read_numbers(self._quantities, reading, found, evidence))
        things, reasons = self._entities.find(raw, found) if self._entities else ([], [])
        evidence.extend(reasons)
        named = self._name(reading, firings, found, [thing.name for thing in things if thing.name])
        if self._entities is not None:
            found[self._entities.form["name"]] = self._entities.named(things, raw, named.subject)
        if self._sequences is not None:
            listed, reasons = self._sequences(raw)
            found |= listed
            evidence.extend(reasons)
        if self._relations is not None:
            self._relate(self._relations, raw, found, evidence)
        for clauses in self._clauses:
            found[clauses["name"]], reasons = clauses_of(clauses, raw)
            evidence.extend(reasons)
        self._compose(found, named.telling)
        found["evidence"] = evidence
        return found, firings

    def _labels_of(self, choice: ChoiceForm) -> list[LabelForm]:
        scoring = self._scorings.get(choice["name"])
        return scoring["labels"] if scoring else choice["labels"]

    def _name(
        self, reading: Reading, firings: list[Firing], found: JsonObject, things: list[str]
    ) -> Named:
        if self._naming is None:
            return Named("", [], [])
        named = self._naming(reading, firings, found, things)
        found[self._naming.form["name"]] = named.name
        return named

    def _choose(
        self,
        choice: ChoiceForm,
        reading: Reading,
        own: list[Firing],
        found: JsonObject,
        evidence: list[Json],
    ) -> None:
        scoring = self._scorings.get(choice["name"])
        names = [label["name"] for label in self._labels_of(choice)]
        factors = scoring["factors"] if scoring else {}
        scores = tally(own, names, factors, repeat_of(scoring["scale"]) if scoring else NO_REPEAT)
        reached = [k for k, points in scores.totals.items() if points >= choice["threshold"]]
        if not reached and (fallback := otherwise_of(choice, found)):
            reached = [fallback["label"]]
            scores.totals[fallback["label"]] = choice["threshold"]
            evidence.append(
                {
                    "field": choice["name"],
                    "value": fallback["label"],
                    "rule": fallback["id"],
                    "at": fallback["at"],
                    "text": "",
                }
            )
        if choice["many"]:
            chosen = self._with_followers(choice, reached)
            found[choice["name"]] = list[Json](chosen)
        else:
            chosen = [scores.winner] if reached or (scoring and not scores.is_empty) else []
            found[choice["name"]] = chosen[0] if chosen else choice["default"]
        evidence.extend(
            {
                "field": choice["name"],
                "value": firing.rule.label,
                "rule": firing.rule.id,
                "at": firing.rule.at,
                "text": matched_text(firing, reading),
            }
            for firing in own
            if firing.rule.label in chosen and firing.rule.weight > 0
        )

    def _with_followers(self, choice: ChoiceForm, reached: list[str]) -> list[str]:
        labels = self._labels[choice["name"]]
        wanted = {*reached, *(name for label in reached for name in labels[label]["after"])}
        return [name for name in labels if name in wanted]

    def _read_numbers(
        self, quantities: Quantities, reading: Reading, found: JsonObject, evidence: list[Json]
    ) -> list[Firing]:
        form = quantities.form
        own = self.matcher.firings(reading, form["name"])
        parameters, reasons = quantities(reading, own)
        settings = settings_of(parameters, form["meanings"])
        found[form["name"]] = list[Json](parameters)
        found[form["settings"]] = settings
        evidence.extend(reasons)
        self.matcher.tell(reading, form["settings"], list(settings))
        if self._targets is not None:
            found[self._targets["name"]] = targets_of(self._targets, settings)
        return own

    def _relate(
        self, relations: RelationsForm, raw: str, found: JsonObject, evidence: list[Json]
    ) -> None:
        for kind in relations["kinds"]:
            records, reasons = records_of(kind, raw)
            found[kind["name"]] = list[Json](records)
            evidence.extend(reasons)
        names = [kind["name"] for kind in relations["kinds"]]
        found[relations["name"]] = [name for name in names if found[name]]

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
