"""Rules of documents, checked and compiled."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

from onexgen.config.reading import Label, Language, Rule, Term
from onexgen.diagnostics import closest
from onexgen.extraction.literals import literals_of
from onexgen.extraction.patterns import is_safe
from onexgen.matching import RuleForm, RulesForm, TermForm
from onexgen.scoring import LabelForm
from onexgen.source import Marks, Path
from onexgen.text import LanguageForm, OpenerForm, languages, words_of

_MOST_WORDS: Final = 4
_KINDS: Final = ("stem", "phrase", "word", "regex", "field")


class RuleCompiler:
    """Compiles the rules of one document; equal terms become one."""

    def __init__(self, marks: Marks) -> None:
        """Begin without terms and rules."""
        self._marks = marks
        self._terms: dict[tuple[str, str, str], int] = {}
        self._forms: list[TermForm] = []
        self._rules: list[RuleForm] = []
        self._ids: dict[str, str] = {}

    @property
    def form(self) -> RulesForm:
        """Return everything compiled so far."""
        return {"terms": self._forms, "rules": self._rules}

    def add(
        self,
        rules: Sequence[Rule],
        path: Path,
        labels: Collection[str],
        owner: str = "",
        factors: Collection[str] = (),
    ) -> None:
        """Compile some rules that all belong to one owner."""
        for index, rule in enumerate(rules):
            self._add(rule, (*path, index), labels, owner, factors)

    def _add(
        self, rule: Rule, path: Path, labels: Collection[str], owner: str, factors: Collection[str]
    ) -> None:
        self.is_new(rule.id, (*path, "id"))
        if rule.label not in labels:
            self._unknown("label", rule.label, (*path, "label"), labels)
        if factors and rule.factor not in factors:
            place = (*path, "factor") if rule.factor else path
            self._unknown("factor", rule.factor, place, factors)
        if not rule.any and not rule.all:
            self._marks.error(
                "missing-key", path, f"rule '{rule.id}' names nothing to look for",
                help="give it `any` or `all`",
            )  # fmt: skip
        if not rule.weight:
            said = "a weight of 0 changes nothing"
            remedy = "remove the rule, or give it a weight"
            self._marks.error("out-of-range", (*path, "weight"), said, remedy)
        self._rules.append(
            {
                "id": rule.id,
                "owner": owner,
                "label": rule.label,
                "factor": rule.factor,
                "weight": rule.weight,
                "any": self._places(rule.any, (*path, "any")),
                "all": self._places(rule.all, (*path, "all")),
                "beside": self._places(rule.beside, (*path, "beside")),
                "unless": self._places(rule.unless, (*path, "unless")),
                "whole_text": rule.scope == "text",
                "negated": rule.negated,
                "at": self._marks.at((*path, "id")),
            }
        )

    def is_new(self, name: str, path: Path) -> None:
        """Report an id that was used before."""
        if name in self._ids:
            note = f"first defined at {self._ids[name]}"
            said, remedy = f"'{name}' is defined twice", "give one of them another id"
            self._marks.error("duplicate-id", path, said, remedy, note)
        self._ids.setdefault(name, self._marks.at(path))

    def _unknown(self, what: str, name: str, path: Path, known: Collection[str]) -> None:
        said = f"unknown {what} '{name}'" if name else f"missing key '{what}'"
        self._marks.error(f"unknown-{what}", path, said, help=closest(name, known))

    def _places(self, terms: Sequence[Term], path: Path) -> list[int]:
        return [
            self._place(form)
            for i, term in enumerate(terms)
            if (form := self._term(term, (*path, i)))
        ]

    def _place(self, form: TermForm) -> int:
        key = (form["kind"], form["key"], form["value"])
        if key not in self._terms:
            self._terms[key] = len(self._forms)
            self._forms.append(form)
        return self._terms[key]

    def _term(self, term: Term, path: Path) -> TermForm | None:
        given = [kind for kind in _KINDS if getattr(term, kind) is not None]
        if len(given) != 1 or (term.field is None) != (term.is_ is None):
            self._marks.error(
                "invalid-term", path,
                "a term is one of stem, phrase, word, regex, or field with `is`",
            )  # fmt: skip
            return None
        if term.field is not None:
            shown = f"{term.field} is {term.is_}"
            return {
                "kind": "field",
                "key": term.field,
                "value": term.is_ or "",
                "needs": [],
                "shown": shown,
            }
        if term.regex is not None:
            return self._regex(term.regex, (*path, "regex"))
        kind = given[0]
        shown = str(getattr(term, kind))
        words = words_of(shown)
        expected = range(2, _MOST_WORDS + 1) if kind == "phrase" else range(1, 2)
        if len(words) not in expected:
            count = f"two to {_MOST_WORDS} words" if kind == "phrase" else "one word"
            said = f"a {kind} is {count}, got {len(words)}"
            self._marks.error("invalid-term", (*path, kind), said)
            return None
        kind = "word" if kind == "word" else "stem"
        return {"kind": kind, "key": " ".join(words), "value": "", "needs": [], "shown": shown}

    def _regex(self, pattern: str, path: Path) -> TermForm | None:
        if not is_safe(pattern, path, self._marks):
            return None
        return {
            "kind": "regex",
            "key": pattern,
            "value": "",
            "needs": literals_of(pattern),
            "shown": pattern,
        }


def label_forms(labels: Sequence[Label], path: Path, marks: Marks) -> list[LabelForm]:
    """Compile labels; two of one name are an error, so is an unknown follower."""
    names = [label.name for label in labels]
    for index, label in enumerate(labels):
        if label.name in names[:index]:
            place = (*path, index, "name")
            marks.error("duplicate-id", place, f"label '{label.name}' is defined twice")
        for number, name in enumerate(label.after):
            if name not in names:
                place = (*path, index, "after", number)
                marks.error("unknown-label", place, f"unknown label '{name}'", closest(name, names))
    return [
        {
            "name": label.name,
            "title": label.title,
            "within": label.within,
            "note": label.note,
            "after": label.after,
        }
        for label in labels
    ]


def language_form(language: Language, path: Path, marks: Marks) -> LanguageForm:
    """Compile how a text is read."""
    if language.stemmer not in languages():
        marks.error(
            "unknown-language", (*path, "stemmer"), f"no stemmer for '{language.stemmer}'",
            help=closest(language.stemmer, languages()),
        )  # fmt: skip
    openers: list[OpenerForm] = [
        {
            "words": words_of(words),
            "line": opener.reach == "line",
            "behind": opener.reach == "behind",
            "at_most": opener.at_most,
        }
        for opener in language.negation.openers
        for words in opener.words
    ]
    return {
        "stemmer": language.stemmer,
        "correct": language.correct,
        "words": language.words,
        "abbreviations": language.abbreviations,
        "openers": openers,
        "exceptions": [words_of(words) for words in language.negation.exceptions],
        "closers": language.negation.closers,
        "joiners": language.negation.joiners,
    }
