"""Which rules fire on a text: terms in one hash index, then the conditions of each rule."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Final, TypedDict

from onexgen.firing import NOWHERE, Firing, Hit, Reading, Rule, fire
from onexgen.json_types import Json
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
    needs: list[str]


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
        self._index: dict[str, list[int]] = {}
        self._longest: dict[str, int] = {}
        self._regexes: list[int] = []
        self._fields: dict[str, dict[str, list[int]]] = {}
        self._patterns: dict[int, re.Pattern[str]] = {}
        self._reaches: dict[tuple[tuple[str, float], ...], dict[int, float]] = {}
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
                stems = stem(term["key"].split(" "))
                self._index.setdefault(" ".join(stems), []).append(number)
                if len(stems) > 1:
                    self._longest[stems[0]] = max(self._longest.get(stems[0], 1), len(stems))
        words = [word for term in self.terms for word in _words_of(term)] + language["words"]
        self._spelling = Spelling(words, language["correct"])

    @cached_property
    def _beginnings(self) -> frozenset[str]:
        """Stems with which a term begins."""
        return frozenset(key.partition(" ")[0] for key in self._index)

    @cached_property
    def _needs(self) -> dict[str, list[int]]:
        """Text -> regexes that can match only where it stands; those that need none need ""."""
        needs: dict[str, list[int]] = {}
        for term in self._regexes:
            for needed in self.terms[term]["needs"] or [""]:
                needs.setdefault(needed, []).append(term)
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

    def reach(self, factors: Mapping[str, float]) -> Mapping[int, float]:
        """Return for each term the weight of all rules that name it."""
        key = tuple(factors.items())
        if key not in self._reaches:
            self._reaches[key] = {
                term: sum(
                    abs(rule.weight) * factors.get(rule.factor, 1.0)
                    for rule in self.rules_with(term)
                )
                for term in self._mentions
            }
        return self._reaches[key]

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
        known, index, longest = self._words, self._index, self._longest
        for start, word in [pair for pair in enumerate(text.words) if pair[1] in known]:
            for term in known[word]:
                hits.setdefault(term, []).append(Hit(term, start, start + 1))
        for start, key in [pair for pair in enumerate(text.stems) if pair[1] in self._beginnings]:
            for term in index.get(key, ()):
                hits.setdefault(term, []).append(Hit(term, start, start + 1))
            if key in longest:
                self._find_phrases(text, start, longest[key], hits)

    def _find_phrases(
        self, text: Text, start: int, longest: int, hits: dict[int, list[Hit]]
    ) -> None:
        key = text.stems[start]
        for end in range(start + 1, min(len(text.stems), start + longest)):
            if text.breaks[end]:
                break
            key = f"{key} {text.stems[end]}"
            for term in self._index.get(key, ()):
                hits.setdefault(term, []).append(Hit(term, start, end + 1))

    def _find_regexes(self, text: Text, hits: dict[int, list[Hit]]) -> None:
        lowered = text.raw.lower() if self._regexes else ""
        same = len(lowered) == len(text.raw)
        there = [needed for needed in self._needs if needed in lowered]
        for term in sorted({term for needed in there for term in self._needs[needed]}):
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
