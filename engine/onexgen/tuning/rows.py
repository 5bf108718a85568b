"""What the rules of one scoring document give on labelled lines, as a pipeline uses them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from onexgen.config.measures import Measure, Measures
from onexgen.diagnostics import UsageError, closest
from onexgen.plan import Plan, StepPlan
from onexgen.scoring import points_of, repeat_of
from onexgen.session import Session
from onexgen.tuning.comparing import counts_for, values_at
from onexgen.tuning.fitting import Row
from onexgen.tuning.knowledge import Knowledge
from onexgen.tuning.labelled import Answered

_SCORE: Final = "score"


def scored(plan: Plan, measures: Measures, wanted: str | None) -> tuple[Measure, StepPlan]:
    """Return a measure of one label, and the step that decides it."""
    found = {
        measure.name: (measure, step)
        for measure in measures.measures
        if measure.compare == "label" and (step := _step_of(plan, measure)) is not None
    }
    if wanted is not None and wanted not in found:
        said = f"no step of the pipeline scores what '{wanted}' measures"
        raise UsageError(said, help=closest(wanted, found))
    if not found:
        raise UsageError("no step of the pipeline scores what is measured")
    return found[wanted] if wanted is not None else next(iter(found.values()))


def _step_of(plan: Plan, measure: Measure) -> StepPlan | None:
    """Return the step whose label is the output that a measure looks at."""
    output = str(plan.outputs.get(measure.answer, ""))
    steps = (step for stage in plan.stages for step in stage.steps if step.uses == _SCORE)
    return next((step for step in steps if f"{step.key}.label" in output), None)


def rows_of(
    knowledge: Knowledge,
    session: Session,
    step: StepPlan,
    measure: Measure,
    answered: Sequence[Answered],
) -> list[Row]:
    """Return a row for every line whose right label is known."""
    file = str(step.options["rules"])
    form = knowledge.form(file)
    labels = {label["name"]: number for number, label in enumerate(form["labels"])}
    numbers = {written.rule.id: n for n, written in enumerate(knowledge.rules(file))}
    matcher = knowledge.matcher(file)
    rows = []
    for truth, subject, text in _questions(session, step, measure, answered):
        if truth in labels:
            given = [
                (
                    numbers[firing.rule.id],
                    labels[firing.rule.label],
                    points_of(firing, form["factors"], repeat_of(form["scale"]))
                    / firing.rule.weight,
                )
                for firing in matcher.firings(matcher.read(text, subject))
            ]
            rows.append(Row(labels[truth], tuple(given)))
    return rows


def _questions(
    session: Session, step: StepPlan, measure: Measure, answered: Sequence[Answered]
) -> Iterator[tuple[str, Mapping[str, Any], str]]:
    """Yield what is right, and what the step was asked."""
    for one in answered:
        if one.record and counts_for(measure, one.line.truth):
            truth = values_at(one.line.truth, measure.truth)
            context = {**one.record, "record": one.record}
            options: Any = session.expressions.fill_all(step.options, context)
            if truth:
                word = measure.same.get(str(truth[0]), str(truth[0]))
                yield word, options.get("subject", {}), options.get("text", "")
