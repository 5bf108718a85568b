"""Which rules fire on a text: terms in one hash index, then the conditions of each rule."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Final, TypedDict

from onexgen.firing import NOWHERE, Firing, Hit, Reading, Rule, fire
from onexgen.json_types import Json
from onexgen.needs import Needs, may_match
from onexgen.spelling import Spelling
from onexgen.text import LanguageForm, Negation, Text, read_text, stemmer

ESCAPE: Final = re.compile(r"\\.|\(\?P<\w+>")
"""What is no letter of an expression, though it may be a capital."""


class TermForm(TypedDict):
    """One term: what kind, its key in the index, and what a reader sees of it."""

    kind: str
    key: str
    shown: str
    value: str
    needs: Needs


class RuleForm(TypedDict):
    """One rule: what it needs (places in the list of terms) and what it gives."""

    id: str
    owner: str
    label: str
    factor: str
    weight: float
    any: list[int]
    all: list[int]
    beside: list[int]
    unless: list[int]
    whole_text: bool
    negated: str
    at: str


class RulesForm(TypedDict):
    """Rules with the terms that they share."""

    terms: list[TermForm]
    rules: list[RuleForm]


class Branch:
    """Terms that share their first stems: those that end here, and those that go on."""

    __slots__ = ("after", "terms")

    def __init__(self) -> None:
        """Begin without any."""
        self.after: dict[str, Branch] = {}
        self.terms: list[int] = []

    def grow(self, stems: Iterable[str], term: int) -> None:
        """Add the stems of a term."""
        branch = self
        for stem in stems:
            branch = branch.after.setdefault(stem, Branch())
        branch.terms.append(term)


class Matcher:
    """All rules of some documents with one index over their terms."""

    def __init__(
        self, parts: Iterable[tuple[str | None, RulesForm]], language: LanguageForm
    ) -> None:
        """Join documents: their terms get one numbering, their rules perhaps another owner."""
        self.terms: list[TermForm] = []
        self.rules: list[Rule] = []
        self._language = language
        self._abbreviations = frozenset(language["abbreviations"])
        self._negation = Negation(language)
        for owner, part in parts:
            first = len(self.terms)
            self.terms.extend(part["terms"])
            self.rules.extend(_placed(rule, first, owner) for rule in part["rules"])
        self._words: dict[str, list[int]] = {}
        self._index = Branch()
        self._regexes: list[int] = []
        self._fields: dict[str, dict[str, list[int]]] = {}
        self._patterns: dict[int, re.Pattern[str]] = {}
        self._held_back: dict[tuple[tuple[str, float], ...], dict[int, float]] = {}
        stem = stemmer(language["stemmer"])
        for number, term in enumerate(self.terms):
            if term["kind"] == "regex":
                self._regexes.append(number)
            elif term["kind"] == "field":
                values = self._fields.setdefault(term["key"], {})
                values.setdefault(term["value"], []).append(number)
            elif term["kind"] == "word":
                self._words.setdefault(term["key"], []).append(number)
            else:
                self._index.grow(stem(term["key"].split(" ")), number)
        words = [word for term in self.terms for word in _words_of(term)] + language["words"]
        self._spelling = Spelling(words, language["correct"])

    @cached_property
    def _needs(self) -> dict[str, list[int]]:
        """Run of letters -> regexes of whose rarest choice it is one; "" of those without any."""
        needs: dict[str, list[int]] = {}
        for term in self._regexes:
            for run in (self.terms[term]["needs"] or [[""]])[0]:
                needs.setdefault(run, []).append(term)
        return needs

    @cached_property
    def _users(self) -> dict[str, dict[int, list[int]]]:
        """Owner -> term -> rules that it may make fire."""
        users: dict[str, dict[int, list[int]]] = {}
        for number, rule in enumerate(self.rules):
            own = users.setdefault(rule.owner, {})
            for term in rule.any or rule.all[:1]:
                own.setdefault(term, []).append(number)
        return users

    @cached_property
    def _mentions(self) -> dict[int, list[int]]:
        """Term -> all rules that name it, those that it takes back too."""
        mentions: dict[int, list[int]] = {}
        for number, rule in enumerate(self.rules):
            for term in {*rule.any, *rule.all, *rule.beside, *rule.unless}:
                mentions.setdefault(term, []).append(number)
        return mentions

    def held_back(self, factors: Mapping[str, float]) -> Mapping[int, float]:
        """Return for each term that takes rules back the weight of all that it takes back."""
        key = tuple(factors.items())
        if key not in self._held_back:
            held: dict[int, float] = {}
            for rule in self.rules:
                weight = abs(rule.weight) * factors.get(rule.factor, 1.0)
                for term in rule.unless:
                    held[term] = held.get(term, 0.0) + weight
            self._held_back[key] = held
        return self._held_back[key]

    def rules_with(self, term: int) -> list[Rule]:
        """Return all rules that name a term."""
        return [self.rules[number] for number in self._mentions.get(term, ())]

    def read(self, raw: str, subject: Mapping[str, Json] | None = None) -> Reading:
        """Return a text with all terms that stand in it and in the fields of its subject."""
        text = read_text(raw, self._language["stemmer"], self._abbreviations, self._spelling)
        reading = Reading(text, self._negation(text))
        self._find_words(text, reading.hits)
        self._find_regexes(text, reading.hits)
        for field in self._fields:
            self.tell(reading, field, (subject or {}).get(field))
        return reading

    def tell(self, reading: Reading, field: str, value: Json) -> None:
        """Add what is known about a field, for the rules that ask for it."""
        values = self._fields.get(field, {})
        for item in _values(value):
            for term in values.get(item, ()):
                reading.hits[term] = [Hit(term, NOWHERE, NOWHERE)]
                reading.known[term] = self.terms[term]["shown"]

    def _find_words(self, text: Text, hits: dict[int, list[Hit]]) -> None:
        # Most words of a text are no terms: they are passed over before anything else is done.
        known, index, stems = self._words, self._index.after, text.stems
        for start, word in [pair for pair in enumerate(text.words) if pair[1] in known]:
            for term in known[word]:
                hits.setdefault(term, []).append(Hit(term, start, start + 1))
        last = len(stems)
        for start, key in [pair for pair in enumerate(stems) if pair[1] in index]:
            branch: Branch | None = index[key]
            end = start + 1
            while branch is not None:
                for term in branch.terms:
                    hits.setdefault(term, []).append(Hit(term, start, end))
                if not branch.after or end == last or text.breaks[end]:
                    break
                branch = branch.after.get(stems[end])
                end += 1

    def _find_regexes(self, text: Text, hits: dict[int, list[Hit]]) -> None:
        lowered = text.raw.lower() if self._regexes else ""
        same = len(lowered) == len(text.raw)
        there = [run for run in self._needs if run in lowered]
        for term in sorted({term for run in there for term in self._needs[run]}):
            if not may_match(self.terms[term]["needs"][1:], lowered):
                continue
            pattern = self._pattern(term)
            # Small letters in a small text: several times as fast as ignoring the case.
            small = same and not pattern.flags & re.IGNORECASE
            raw = lowered if small else text.raw
            if not (small or pattern.flags & re.IGNORECASE):
                pattern = re.compile(pattern.pattern, re.IGNORECASE)
            for found in pattern.finditer(raw):
                start, end = text.words_at(*found.span())
                if start < end:
                    hits.setdefault(term, []).append(Hit(term, start, end))

    def _pattern(self, term: int) -> re.Pattern[str]:
        if term not in self._patterns:
            key = self.terms[term]["key"]
            small = not any(char.isupper() for char in ESCAPE.sub("", key))
            self._patterns[term] = re.compile(key, re.NOFLAG if small else re.IGNORECASE)
        return self._patterns[term]

    def firings(self, reading: Reading, owner: str | None = None) -> list[Firing]:
        """Return the rules that fire, in their order; only those of one owner if asked."""
        candidates: set[int] = set()
        for name, users in self._users.items():
            if owner is None or name == owner:
                for term in users.keys() & reading.hits.keys():
                    candidates.update(users[term])
        fired = []
        for number in sorted(candidates):
            hits = fire(self.rules[number], reading)
            if hits:
                fired.append(Firing(self.rules[number], hits))
        return fired


def _placed(rule: RuleForm, first: int, owner: str | None) -> Rule:
    """Return a rule whose terms begin at another number."""
    return Rule(
        id=rule["id"],
        owner=rule["owner"] if owner is None else owner,
        label=rule["label"],
        factor=rule["factor"],
        weight=rule["weight"],
        any=frozenset(term + first for term in rule["any"]),
        all=tuple(term + first for term in rule["all"]),
        beside=frozenset(term + first for term in rule["beside"]),
        unless=frozenset(term + first for term in rule["unless"]),
        whole_text=rule["whole_text"],
        negated=rule["negated"],
        at=rule["at"],
    )


def _words_of(term: TermForm) -> list[str]:
    return term["key"].split(" ") if term["kind"] in {"stem", "word"} else []


def _values(value: Json) -> list[str]:
    items = value if isinstance(value, list) else [value]
    return [str(item) for item in items if item is not None and not isinstance(item, dict | list)]
