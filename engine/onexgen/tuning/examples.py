"""The examples beside the rules: what should fire and did not, what fired and should not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from onexgen.config.reading import Extraction, Library, Scoring
from onexgen.json_types import JsonObject
from onexgen.tuning.files import fires_on, shown_example
from onexgen.tuning.knowledge import Knowledge

# Examples of other readings of the same text are near each other.
_KEPT: Final = 4096


@dataclass(frozen=True, slots=True)
class Example:
    """A text beside a rule that does not do what it stands for."""

    rule: str
    at: str
    text: str


@dataclass(frozen=True, slots=True)
class Examples:
    """How all examples went: Missing should have fired, Noisy should not."""

    rules: int
    texts: int
    missing: tuple[Example, ...]
    noisy: tuple[Example, ...]


class Firings:
    """Which rules of which document fire on a text."""

    def __init__(self, knowledge: Knowledge) -> None:
        """Prepare the readers and matchers of a pack."""
        self._knowledge = knowledge
        self._matchers: dict[str, Any] = {}
        self._read: dict[str, tuple[JsonObject, frozenset[str]]] = {}

    def __call__(self, file: str, text: str) -> frozenset[str]:
        """Return the ids of the rules of a document that fire on a text."""
        document = self._knowledge.loaded[file][0]
        understood, fired = self._understood(text)
        if isinstance(document, Extraction):
            return fired
        if file not in self._matchers:
            self._matchers[file] = self._knowledge.matcher(file)
        matcher = self._matchers[file]
        return frozenset(f.rule.id for f in matcher.firings(matcher.read(text, understood)))

    def _understood(self, text: str) -> tuple[JsonObject, frozenset[str]]:
        """Return what all extraction documents read, and the ids of the rules that fired."""
        if text not in self._read:
            if len(self._read) >= _KEPT:
                self._read.clear()
            known: JsonObject = {}
            ids: set[str] = set()
            for reader in self._knowledge.roots.values():
                found, firings = reader.read(text)
                known |= found
                reasons: Any = found["evidence"]
                ids.update(firing.rule.id for firing in firings)
                ids.update(reason["rule"] for reason in reasons)
            self._read[text] = known, frozenset(ids)
        return self._read[text]


def run_examples(knowledge: Knowledge, files: list[str]) -> Examples:
    """Run the examples of some documents; those that need a program or other data are left out."""
    firings = Firings(knowledge)
    missing: list[Example] = []
    noisy: list[Example] = []
    rules = texts = 0
    for file in files:
        marks = knowledge.marks(file)
        form = knowledge.form(file)
        for written in knowledge.rules(file):
            rules += 1
            for wanted, key, found in ((True, "fires", missing), (False, "silent", noisy)):
                for index, example in enumerate(getattr(written.rule, key)):
                    fires = fires_on(form, written, example)
                    if fires is None:
                        fires = written.rule.id in firings(file, str(example))
                    texts += 1
                    if fires is not wanted:
                        at = marks.at((*written.path, key, index))
                        found.append(Example(written.rule.id, at, shown_example(example)))
    return Examples(rules, texts, tuple(missing), tuple(noisy))


def reading_files(knowledge: Knowledge) -> list[str]:
    """Return the documents whose rules read texts."""
    kinds = (Extraction, Library, Scoring)
    return [name for name, (document, _) in knowledge.loaded.items() if isinstance(document, kinds)]
