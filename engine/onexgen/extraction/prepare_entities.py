"""From the grammar of things with fields to its compiled form."""

from __future__ import annotations

import re
from typing import Final

from onexgen.config.things import Entities, FieldsRule
from onexgen.extraction.forms import EntitiesForm, FieldsRuleForm
from onexgen.extraction.patterns import is_safe, needs_of
from onexgen.source import Marks, Path
from onexgen.spelling import slips
from onexgen.text import words_of

_SHORTEST_WORD: Final = 5
_FIELDS: Final = "fields"


def entities_form(entities: Entities, marks: Marks) -> EntitiesForm:
    """Check and compile how things with fields are read."""
    return {
        "name": entities.name,
        "types": {w: kind.name for kind in entities.types for w in [*kind.words, *kind.soft]},
        "soft": [word for kind in entities.types for word in kind.soft],
        "many": [kind.name for kind in entities.types if kind.many],
        "joins": entities.joins,
        "places": entities.places,
        "turns": entities.turns,
        "of": entities.of,
        "endings": {word: kind.name for kind in entities.types for word in kind.endings},
        "forms": {kind.form: kind.name for kind in entities.types if kind.form},
        "choice": entities.choice,
        "opens": [words_of(phrase) for phrase in entities.opens],
        "strong": [words_of(phrase) for phrase in entities.strong],
        "labels": [words_of(phrase) for phrase in entities.labels],
        "results": [words_of(phrase) for phrase in entities.results],
        "result": entities.result,
        "symbols": entities.symbols,
        "spans": entities.spans,
        "columns": entities.columns,
        "type_columns": entities.type_columns,
        "stop": entities.stop,
        "breaks": entities.breaks,
        "slips": _slips(entities.words),
        "cuts": entities.cuts,
        "tellers": entities.tellers,
        "closes": [words_of(phrase) for phrase in entities.closes],
        "plain": entities.plain,
        "pairs": entities.pairs,
        "loose": entities.loose,
        "articles": entities.articles,
        "short": entities.short,
        "each": entities.each,
        "keys": entities.keys,
        "key_type": entities.key_type,
        "default": entities.default,
        "rules": [
            _rule(rule, ("entities", "rules", index), marks)
            for index, rule in enumerate(entities.rules)
        ],
    }


def _rule(rule: FieldsRule, path: Path, marks: Marks) -> FieldsRuleForm:
    place = (*path, "regex")
    if is_safe(rule.regex, place, marks) and _FIELDS not in re.compile(rule.regex).groupindex:
        said = f"the expression has no group '{_FIELDS}'"
        marks.error("invalid-term", place, said, f"write (?P<{_FIELDS}>...) around the list")
    return {
        "id": rule.id,
        "regex": rule.regex,
        "needs": needs_of(rule.regex),
        "when": rule.when,
        "thing": rule.thing,
        "at": marks.at((*path, "id")),
    }


def _slips(words: list[str]) -> dict[str, str]:
    """Return misspelt word -> word; what two words could become is left alone."""
    meant: dict[str, set[str]] = {}
    for word in words:
        for slip in slips(word, _SHORTEST_WORD):
            meant.setdefault(slip, set()).add(word)
    return {
        slip: min(found)
        for slip, found in sorted(meant.items())
        if len(found) == 1 and slip not in words
    }
