"""From documents of rules to their compiled forms; imported only when rules are compiled."""

from __future__ import annotations

from typing import cast

from onexgen.config.base import Strict
from onexgen.config.reading import Choice, Extraction, Library, Scoring
from onexgen.diagnostics import closest
from onexgen.extraction.forms import (
    ChoiceForm,
    ExtractionForm,
    GuidanceForm,
    NamingForm,
    NotesForm,
    OtherwiseForm,
    PerformanceForm,
    SummaryForm,
    SurenessForm,
)
from onexgen.extraction.library import LibraryForm
from onexgen.extraction.prepare_entities import entities_form
from onexgen.extraction.prepare_quantities import quantities_form
from onexgen.extraction.prepare_relations import relations_form
from onexgen.extraction.prepare_rules import RuleCompiler, label_forms, language_form
from onexgen.extraction.prepare_sequences import clauses_form, sequence_form
from onexgen.json_types import Json
from onexgen.scoring import ScoringForm
from onexgen.source import Marks, Path
from onexgen.text import stemmer


def prepare_scoring(document: Scoring, marks: Marks) -> Json:
    """Compile a scoring document."""
    compiler = RuleCompiler(marks)
    names = {label.name for label in document.labels}
    factors = {factor.name: factor.weight for factor in document.factors}
    if factors and abs(sum(factors.values()) - 1) > 1e-6:
        said = f"the weights of the factors add up to {sum(factors.values()):g}, not to 1"
        remedy = "change the weights until they do"
        marks.error("weights-do-not-add-up", ("factors",), said, remedy, key=True)
    if document.default and document.default not in names:
        said = f"unknown label '{document.default}'"
        marks.error("unknown-label", ("default",), said, closest(document.default, names))
    compiler.add(document.rules, ("rules",), names, factors=factors)
    form: ScoringForm = {
        "title": document.title,
        "parts": document.parts,
        "labels": label_forms(document.labels, ("labels",), marks),
        "factors": factors,
        "scale": {
            "temperature": document.scale.temperature,
            "choose_below": document.scale.choose_below,
            "margin_below": document.scale.margin_below,
            "repeat": document.scale.repeat,
            "further": document.scale.further,
        },
        "default": document.default,
        "rules": compiler.form,
    }
    return cast("Json", form)


def prepare_library(document: Library, marks: Marks) -> Json:
    """Compile a library."""
    compiler = RuleCompiler(marks)
    names = {entry.name for entry in document.entries}
    for index, entry in enumerate(document.entries):
        compiler.is_new(entry.name, ("entries", index, "name"))
        _others(entry.requires, ("entries", index, "requires"), names, marks)
        _others(entry.conflicts, ("entries", index, "conflicts"), names, marks)
    compiler.add(document.rules, ("rules",), names, factors=document.categories)
    form: LibraryForm = {
        "parts": document.parts,
        "full_points": document.full_points,
        "threshold": document.threshold,
        "entries": [
            {
                "name": entry.name,
                "title": entry.title,
                "summary": entry.summary,
                "applies_to": entry.applies_to,
                "terms": entry.terms,
                "priority": entry.priority,
                "requires": entry.requires,
                "conflicts": entry.conflicts,
                "at": marks.at(("entries", index, "name")),
            }
            for index, entry in enumerate(document.entries)
        ],
        "rules": compiler.form,
    }
    return cast("Json", form)


def _others(others: list[str], path: Path, names: set[str], marks: Marks) -> None:
    for index, name in enumerate(others):
        if name not in names:
            said = f"unknown entry '{name}'"
            marks.error("unknown-label", (*path, index), said, closest(name, names))


def prepare(document: Extraction, marks: Marks) -> Json:
    """Compile an extraction document, or a part of one."""
    compiler = RuleCompiler(marks)
    choices = [
        _choice(choice, ("choices", index), compiler, marks)
        for index, choice in enumerate(document.choices)
    ]
    quantities = None
    if document.quantities is not None:
        quantities = quantities_form(document.quantities, document.quantity_rules, marks)
        meanings = [meaning.name for meaning in document.quantities.meanings]
        owner = document.quantities.name
        rules = [rule.model_copy(update={"negated": "also"}) for rule in document.quantity_rules]
        compiler.add(rules, ("quantity_rules",), meanings, owner)
    elif document.quantity_rules:
        said = "`quantity_rules` need `quantities` in the same file"
        marks.error("missing-key", ("quantity_rules",), said, key=True)
    language = document.language
    sequence = document.sequence
    form: ExtractionForm = {
        "parts": document.parts,
        "language": language_form(language, ("language",), marks) if language else None,
        "choices": choices,
        "rules": compiler.form,
        "quantities": quantities,
        "entities": entities_form(document.entities, marks) if document.entities else None,
        "sequence": sequence_form(sequence, ("sequence",), marks) if sequence else None,
        "relations": relations_form(document.relations, marks) if document.relations else None,
        "clauses": [
            clauses_form(clauses, ("clauses", index), marks)
            for index, clauses in enumerate(document.clauses)
        ],
        "naming": _naming(document),
        "summary": cast("SummaryForm | None", _plain(document.summary)),
        "performance": cast("PerformanceForm | None", _plain(document.performance)),
        "notes": cast("NotesForm | None", _plain(document.notes)),
        "sureness": cast("SurenessForm | None", _plain(document.sureness)),
        "guidance": cast("GuidanceForm | None", _plain(document.guidance)),
    }
    return cast("Json", form)


def _plain(part: Strict | None) -> object:
    """Return a part that needs no compiling as it is written."""
    return None if part is None else part.model_dump()


def _choice(choice: Choice, path: Path, compiler: RuleCompiler, marks: Marks) -> ChoiceForm:
    names = {label.name for label in choice.labels}
    if bool(choice.by) == bool(choice.labels and choice.rules):
        marks.error(
            "missing-key", path, f"choice '{choice.name}' needs `by`, or `labels` and `rules`",
        )  # fmt: skip
    if choice.default and choice.labels and choice.default not in names:
        said = f"unknown label '{choice.default}'"
        marks.error("unknown-label", (*path, "default"), said, closest(choice.default, names))
    compiler.add(choice.rules, (*path, "rules"), names, choice.name)
    otherwise: list[OtherwiseForm] = []
    for index, item in enumerate(choice.otherwise):
        place = (*path, "otherwise", index)
        compiler.is_new(item.id, (*place, "id"))
        if item.label not in names:
            said = f"unknown label '{item.label}'"
            marks.error("unknown-label", (*place, "label"), said, closest(item.label, names))
        at = marks.at((*place, "id"))
        otherwise.append({"id": item.id, "label": item.label, "when": item.when, "at": at})
    return {
        "name": choice.name,
        "by": choice.by,
        "many": choice.many and not choice.by,
        "labels": label_forms(choice.labels, (*path, "labels"), marks),
        "default": choice.default,
        "threshold": choice.threshold,
        "otherwise": otherwise,
    }


def _naming(document: Extraction) -> NamingForm | None:
    naming = document.naming
    if naming is None:
        return None
    stem = stemmer(naming.stemmer)
    return {
        "name": naming.name,
        "default": naming.default,
        "at_most": naming.at_most,
        "heads": naming.heads,
        "things": naming.things,
        "drop": naming.drop,
        "vague": naming.vague,
        "before": naming.before,
        "determiners": naming.determiners,
        "verbs": naming.verbs,
        "openers": naming.openers,
        "aside": naming.aside,
        "wanting": naming.wanting,
        "ends": naming.ends,
        "of": naming.of,
        "weights": naming.weights.model_dump(),
        "drop_choices": naming.drop_choices,
        "tools": naming.tools,
        "actions": naming.actions,
        "roles": [{"when": role.when, "word": role.word} for role in naming.roles],
        "acts": [
            {
                "when": act.when,
                "nouns": {stem([word])[0]: noun for word, noun in act.nouns.items()},
            }
            for act in naming.acts
        ],
        "replace": naming.replace,
    }
