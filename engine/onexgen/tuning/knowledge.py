"""The rules of a pack as they are written and as they run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, cast

from onexgen.compiler import Compilation
from onexgen.compiler.of_kind import raise_if_wrong
from onexgen.config.base import Document
from onexgen.config.failures import FailurePattern, Failures
from onexgen.config.figures import Mention
from onexgen.config.quality import Check, Checks
from onexgen.config.reading import Extraction, Library, Rule, Scoring
from onexgen.config.relations import Link
from onexgen.config.sequences import ClauseRule, CounterpartRule, SequenceRule
from onexgen.extraction.forms import ExtractionForm
from onexgen.extraction.reader import PLAIN, Reader
from onexgen.json_types import JsonObject
from onexgen.matching import Matcher
from onexgen.resources import Pack
from onexgen.source import Marks, Path
from onexgen.text import LanguageForm

if TYPE_CHECKING:  # Annotations alone name the forms.
    from onexgen.extraction.forms import ExtractionForm

_KINDS: Final = ("checks", "extraction", "failures", "library", "scoring")


@dataclass(frozen=True, slots=True)
class Written:
    """A rule where it stands; `group` is what shares its labels."""

    file: str
    path: Path
    group: str
    rule: (
        Rule | Mention | Link | SequenceRule | CounterpartRule | ClauseRule | Check | FailurePattern
    )


class Knowledge:
    """All documents of a pack that read texts; everything that is wrong is raised at once."""

    def __init__(self, pack: Pack, environment: str | None = None) -> None:
        """Load and compile them."""
        compilation = Compilation(pack, environment)
        self._documents = compilation.documents
        self.loaded: dict[str, tuple[Document, Marks]] = {}
        for name, kind in list(self._documents.all_kinds()):
            if kind in _KINDS:
                found = self._documents.load(name, kind)
                if found is not None:
                    self.loaded[name] = found
        self.texts = self._documents.texts
        raise_if_wrong(compilation)

    def marks(self, file: str) -> Marks:
        """Return the places of a document."""
        return self.loaded[file][1]

    def form(self, file: str) -> Any:
        """Return the compiled form of a document."""
        return self._documents.prepared[file]

    def rules(self, file: str) -> Iterator[Written]:
        """Yield the rules of a document."""
        document = self.loaded[file][0]
        if isinstance(document, Scoring | Library):
            yield from self._listed(file, document.rules, ("rules",), "")
        if isinstance(document, Checks):
            yield from self._listed(file, document.checks, ("checks",), "")
        if isinstance(document, Failures):
            yield from self._listed(file, document.patterns, ("patterns",), "")
        if isinstance(document, Extraction):
            for path, rules, group in _rules_of(document):
                yield from self._listed(file, rules, path, group)

    @cached_property
    def vocabulary(self) -> list[str]:
        """Return all texts in which words of this pack stand: examples, and terms of rules."""
        rules = [w.rule for file in self.loaded for w in self.rules(file)]
        terms = [t for r in rules if isinstance(r, Rule) for t in (*r.any, *r.all, *r.unless)]
        examples = [
            text for rule in rules if isinstance(rule, Rule | Mention | Link)
            for text in (*rule.fires, *rule.silent)
        ]  # fmt: skip
        return [*examples, *(word for t in terms for word in (t.phrase, t.word, t.stem) if word)]

    def _listed(self, file: str, rules: Sequence[Any], path: Path, group: str) -> Iterator[Written]:
        for index, rule in enumerate(rules):
            yield Written(file, (*path, index), group, rule)

    @cached_property
    def roots(self) -> dict[str, Reader]:
        """Return the readers of the extraction documents that are no part of another."""
        documents = {n: d for n, (d, _) in self.loaded.items() if isinstance(d, Extraction)}
        parts = {part for document in documents.values() for part in document.parts}
        parts |= {
            part for d, _ in self.loaded.values() if isinstance(d, Scoring | Library)
            for part in d.parts
        }  # fmt: skip
        return {name: self._reader(name) for name in documents if name not in parts}

    def _reader(self, name: str) -> Reader:
        forms: list[ExtractionForm] = [self.form(n) for n in (name, *self.form(name)["parts"])]
        scored = {choice["by"] for form in forms for choice in form["choices"]} - {""}
        return Reader(forms, {path: self.form(path) for path in sorted(scored)})

    def readers_of(self, file: str) -> list[Reader]:
        """Return the readers that use an extraction document."""
        return [
            reader for name, reader in self.roots.items()
            if file == name or file in self.form(name)["parts"]
        ]  # fmt: skip

    def matcher(self, file: str) -> Matcher:
        """Return the rules of a document of scores or of a library, with their language."""
        form = self.form(file)
        return Matcher([(None, form["rules"])], self.language(file))

    def language(self, file: str) -> LanguageForm:
        """Return how the texts of a document are read."""
        own = self.form(file)
        users = [n for n, (d, _) in self.loaded.items() if file in getattr(d, "parts", ())]
        names = [file, *own["parts"], *(p for n in users for p in (n, *self.form(n)["parts"]))]
        found = (cast("JsonObject", self.form(name)).get("language") for name in names)
        return cast("LanguageForm", next(filter(None, found), PLAIN))


def _rules_of(document: Extraction) -> Iterator[tuple[Path, Sequence[Any], str]]:
    """Yield place, rules and group of every list of rules that reads texts."""
    for number, choice in enumerate(document.choices):
        yield ("choices", number, "rules"), choice.rules, choice.name
    quantities = document.quantities
    if quantities is not None:
        yield ("quantity_rules",), document.quantity_rules, quantities.name
        yield ("quantities", "mentions"), quantities.mentions, quantities.name
    for number, clauses in enumerate(document.clauses):
        yield ("clauses", number, "rules"), clauses.rules, clauses.name
    if document.entities is not None:
        yield ("entities", "rules"), document.entities.rules, document.entities.name
    sequence = document.sequence
    if sequence is not None:
        yield ("sequence", "rules"), sequence.rules, sequence.name
        others = sequence.counterparts
        if others is not None:
            yield ("sequence", "counterparts", "rules"), others.rules, others.name
    for number, kind in enumerate(document.relations.kinds if document.relations else ()):
        yield ("relations", "kinds", number, "links"), kind.links, kind.name
