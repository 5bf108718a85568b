"""Rules that do nothing, or not what they seem to: warnings, each at its place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from onexgen.config.reading import Extraction, Label, Library, Rule, Scoring
from onexgen.diagnostics import Diagnostic
from onexgen.positions import Path
from onexgen.text import stemmer
from onexgen.tuning import reach, terms
from onexgen.tuning.examples import Firings, reading_files
from onexgen.tuning.knowledge import Knowledge, Written
from onexgen.tuning.ties import ties

_MANY: Final = 1e-9


def lint(
    knowledge: Knowledge, files: Sequence[str] | None = None, texts: Sequence[str] = ()
) -> list[Diagnostic]:
    """Return everything that is weak in some rule files; `texts` are further ones to fire on."""
    firings = Firings(knowledge)
    found: list[Diagnostic] = []
    for file in files if files is not None else reading_files(knowledge):
        found += _Lint(knowledge, file).all(firings, texts)
    return sorted(set(found), key=Diagnostic.order)


class _Lint:
    """The rules of one document, looked at one by one and in pairs."""

    def __init__(self, knowledge: Knowledge, file: str) -> None:
        self._knowledge = knowledge
        self._file = file
        self._document = knowledge.loaded[file][0]
        self._stem = stemmer(knowledge.language(file)["stemmer"])
        self._whole = terms.whole_words(knowledge.vocabulary, self._stem)
        self._rules = [(w, w.rule) for w in knowledge.rules(file) if isinstance(w.rule, Rule)]

    def all(self, firings: Firings, texts: Sequence[str]) -> Iterator[Diagnostic]:
        """Yield everything."""
        for written, rule in self._rules:
            yield from self._terms(written, rule)
            yield from self._unreachable(written, rule)
        for number, (written, rule) in enumerate(self._rules):
            for other, second in self._rules[number + 1 :]:
                if written.group == other.group:
                    yield from self._pair(written, rule, other, second)
        yield from self._dead(firings, texts)
        yield from self._labels()
        yield from self._ties()

    def _terms(self, written: Written, rule: Rule) -> Iterator[Diagnostic]:
        for part in terms.PARTS:
            seen: dict[terms.Key, terms.Placed] = {}
            for one in terms.placed(rule, part, self._stem):
                path = (*written.path, *one.path)
                if one.key in seen:
                    first = self._at((*written.path, *seen[one.key].path))
                    said = f"'{one.shown}' says the same as '{seen[one.key].shown}'"
                    yield self._warning("duplicate-term", path, said, "remove it", first)
                seen.setdefault(one.key, one)
                for word, whole in terms.cut_words(one.term, self._whole, self._stem):
                    said = f"'{word}' is a stem already; cut again, it is that of no word"
                    yield self._warning("unknown-stem", path, said, f"write the word: '{whole}'")

    def _unreachable(self, written: Written, rule: Rule) -> Iterator[Diagnostic]:
        lost = list(reach.lost_terms(rule, self._stem))
        lost += reach.unknown_fields(rule, self._fields, self._stem)
        for one, why in lost:
            said = f"'{one.shown}' can never count: {why}"
            path = (*written.path, *one.path)
            yield self._warning("unreachable-term", path, said, "remove it, or what is in its way")
        gone = {one.path for one, _ in lost}
        places = [one.path for one in terms.placed(rule, "any", self._stem)]
        is_stuck = any(path[0] == "all" for path in gone)
        if is_stuck or (places and gone.issuperset(places)):
            said = f"rule '{rule.id}' can never fire"
            yield self._warning("unreachable-rule", (*written.path, "id"), said, "remove it")

    @property
    def _fields(self) -> Mapping[str, Sequence[str] | None]:
        return reach.fields_of(self._knowledge)

    def _pair(
        self, written: Written, rule: Rule, other: Written, second: Rule
    ) -> Iterator[Diagnostic]:
        if rule.label == second.label:
            for low, high in ((other, written), (written, other)):
                if self._shadows(high, low):
                    first, later = high.rule, low.rule
                    said = f"whenever rule '{later.id}' fires, '{first.id}' has fired as well"
                    remedy = "remove it, or make it look for something else"
                    path = (*low.path, "id")
                    yield self._warning("shadowed-rule", path, said, remedy, self._at(high.path))
                    return
        elif self._compete(written, rule, second) and self._same_points(rule, second):
            yield from self._contradiction(written, rule, other, second)

    def _shadows(self, high: Written, low: Written) -> bool:
        one, two = high.rule, low.rule
        if not (isinstance(one, Rule) and isinstance(two, Rule)) or not (one.any and two.any):
            return False
        if one.negated != two.negated or (one.scope != two.scope and one.unless):
            return False
        if (one.weight < 0) != (two.weight < 0) or reach.reaches(one) != reach.reaches(two):
            return False

        def inside(part: str, small: Rule, large: Rule) -> bool:
            return terms.keys(small, part, self._stem) <= terms.keys(large, part, self._stem)

        is_beside = not one.beside or terms.keys(one, "beside", self._stem) == terms.keys(
            two, "beside", self._stem
        )
        return (
            inside("any", two, one) and inside("all", one, two)
            and inside("unless", one, two) and is_beside
        )  # fmt: skip

    def _contradiction(
        self, written: Written, rule: Rule, other: Written, second: Rule
    ) -> Iterator[Diagnostic]:
        if any(getattr(one, part) for one in (rule, second) for part in ("all", "beside")):
            return
        taken = terms.keys(rule, "unless", self._stem) | terms.keys(second, "unless", self._stem)
        first = {one.key: one for one in terms.placed(rule, "any", self._stem)}
        for one in terms.placed(second, "any", self._stem):
            if one.key in first and one.key not in taken and rule.negated == second.negated:
                said = (
                    f"'{one.shown}' speaks for '{rule.label}' and for '{second.label}' "
                    "with the same weight"
                )
                note = self._at((*written.path, *first[one.key].path))
                remedy = "give them different weights, or keep it in one rule"
                path = (*other.path, *one.path)
                yield self._warning("contradictory-rules", path, said, remedy, note)

    def _same_points(self, rule: Rule, second: Rule) -> bool:
        """Tell whether two rules give as much; what speaks against two labels decides nothing."""
        shares: dict[str, float] = {}
        if isinstance(self._document, Scoring):
            shares = {factor.name: factor.weight for factor in self._document.factors}
        points = [one.weight * shares.get(one.factor, 1.0) for one in (rule, second)]
        return points[0] > 0 and abs(points[0] - points[1]) < _MANY

    def _compete(self, written: Written, rule: Rule, second: Rule) -> bool:
        """Tell whether the labels of two rules exclude each other."""
        document = self._document
        if isinstance(document, Scoring):
            within = {label.name: label.within for label in document.labels}
            return within[rule.label] == within[second.label]
        choices = document.choices if isinstance(document, Extraction) else []
        return any(choice.name == written.group and not choice.many for choice in choices)

    def _dead(self, firings: Firings, texts: Sequence[str]) -> Iterator[Diagnostic]:
        fired = {rule for text in texts for rule in firings(self._file, text)}
        for written in self._knowledge.rules(self._file):
            rule = written.rule
            if not any(rule.id in firings(self._file, str(text)) for text in rule.fires):
                said = f"rule '{rule.id}' fires on none of its own examples"
                yield self._warning("dead-rule", (*written.path, "id"), said, "change its terms")
            elif texts and rule.id not in fired:
                said = f"rule '{rule.id}' fires on none of {len(texts)} labelled lines"
                remedy = "remove it, unless you know requests that need it"
                yield self._warning("dead-rule", (*written.path, "id"), said, remedy)

    def _labels(self) -> Iterator[Diagnostic]:
        """Yield labels that no rule can make win."""
        document = self._document
        if isinstance(document, Scoring):
            yield from self._unused((), document.labels, "", {document.default})
        if isinstance(document, Extraction):
            for number, choice in enumerate(document.choices):
                place: Path = ("choices", number)
                yield from self._unused(place, choice.labels, choice.name, {choice.default})
        if isinstance(document, Library):
            given = {rule.label for _, rule in self._rules}
            for index, entry in enumerate(document.entries):
                if entry.name not in given:
                    said = f"no rule finds '{entry.name}'"
                    path = ("entries", index, "name")
                    yield self._warning("unreachable-label", path, said, "write a rule for it")

    def _unused(
        self, place: Path, labels: Sequence[Label], group: str, known: set[str]
    ) -> Iterator[Diagnostic]:
        given = known | {name for label in labels for name in label.after}
        given |= {r.label for w, r in self._rules if w.group == group and r.weight > 0}
        for index, label in enumerate(labels):
            if label.name not in given:
                said = f"no rule speaks for '{label.name}'"
                path = (*place, "labels", index, "name")
                yield self._warning("unreachable-label", path, said, "write a rule for it")

    def _ties(self) -> Iterator[Diagnostic]:
        if isinstance(self._document, Scoring):
            for path, first, second in ties(self._knowledge, self._file):
                said = f"'{first}' and '{second}' have the same points here: the first label wins"
                yield self._warning("tied-rules", path, said, "change a weight, or add a rule")

    def _at(self, path: Path) -> str:
        return f"the other stands at {self._knowledge.marks(self._file).at(path)}"

    def _warning(
        self, code: str, path: Path, message: str, help: str, note: str = ""
    ) -> Diagnostic:
        file, span = self._knowledge.marks(self._file).place(path)
        return Diagnostic(code, message, file, span, help=help, note=note, severity="warning")
