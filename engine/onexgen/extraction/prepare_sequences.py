"""From sequences as they are written to their compiled form."""

from __future__ import annotations

import re
from typing import Final

from onexgen.config.sequences import Clauses, CounterpartRule, Sequence, SequenceRule
from onexgen.extraction.clauses import ClausesForm
from onexgen.extraction.patterns import is_safe, needs_of
from onexgen.extraction.sequences import SequenceForm
from onexgen.source import Marks, Path

_FORMS: Final = ("columns", "heads", "marks", "regex")


def sequence_form(sequence: Sequence, path: Path, marks: Marks) -> SequenceForm:
    """Check and compile a sequence."""
    for index, rule in enumerate(sequence.rules):
        place = (*path, "rules", index)
        _check(rule, place, marks, ["items"])
        is_safe(rule.splits, (*place, "splits"), marks)
    counterparts = sequence.counterparts
    for index, other in enumerate(counterparts.rules if counterparts else ()):
        _check(other, (*path, "counterparts", "rules", index), marks, ["item", "items"])
    return {
        "name": sequence.name,
        "at_most": sequence.at_most,
        "items": {
            "stemmer": sequence.stemmer,
            "longest": sequence.longest,
            "intros": sequence.intros,
            "drops": sequence.drops,
            "cuts": sequence.cuts,
            "ends": sequence.ends,
            "stop": sequence.stop,
        },
        "rules": [
            {
                "id": rule.id,
                "columns": rule.columns,
                "heads": rule.heads,
                "numbered": rule.numbered,
                "marks": rule.marks,
                "regex": rule.regex,
                "needs": needs_of(rule.regex),
                "splits": rule.splits,
                "at_least": rule.at_least,
                "sure": rule.sure,
                "at": marks.at((*path, "rules", index, "id")),
            }
            for index, rule in enumerate(sequence.rules)
        ],
        "counterparts": {
            "name": counterparts.name,
            "nothing": counterparts.nothing,
            "rules": [
                {
                    "id": rule.id,
                    "columns": rule.columns,
                    "regex": rule.regex,
                    "needs": needs_of(rule.regex),
                    "before": rule.before,
                    "at": marks.at((*path, "counterparts", "rules", index, "id")),
                }
                for index, rule in enumerate(counterparts.rules)
            ],
        }
        if counterparts
        else None,
    }


def clauses_form(clauses: Clauses, path: Path, marks: Marks) -> ClausesForm:
    """Check and compile clauses."""
    for index, rule in enumerate(clauses.rules):
        is_safe(rule.regex, (*path, "rules", index, "regex"), marks)
    return {
        "name": clauses.name,
        "at_most": clauses.at_most,
        "rules": [
            {
                "id": rule.id,
                "regex": rule.regex,
                "needs": needs_of(rule.regex),
                "numbers": rule.numbers,
                "set": rule.set,
                "at": marks.at((*path, "rules", index, "id")),
            }
            for index, rule in enumerate(clauses.rules)
        ],
    }


def _check(
    rule: SequenceRule | CounterpartRule, path: Path, marks: Marks, groups: list[str]
) -> None:
    """Report a rule of no form, of two, or whose expression lacks a group."""
    given = [form for form in _FORMS if getattr(rule, form, None)]
    if len(given) != 1:
        known = [form for form in _FORMS if hasattr(rule, form)]
        said = f"rule '{rule.id}' needs exactly one of {', '.join(known)}"
        marks.error("missing-key", path, said)
    elif rule.regex and is_safe(rule.regex, (*path, "regex"), marks):
        known = list(re.compile(rule.regex).groupindex)
        for group in groups:
            if group not in known:
                said = f"the expression has no group '{group}'"
                remedy = f"write (?P<{group}>...) around what is meant"
                marks.error("invalid-term", (*path, "regex"), said, remedy)
