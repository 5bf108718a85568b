"""Questions to a person at a terminal."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping

import click

from onexgen.json_types import Json
from onexgen.plan import InputPlan
from onexgen.report import explained
from onexgen.runs import Progress, Run, same_shape

# The action whose output is a question.
_QUESTION = "ask"
_SHOWN_LINES = 40


def ask_for(plan: InputPlan) -> str:
    """Ask for one missing input."""
    kind = click.Choice(plan.choices) if plan.choices else None
    answer: str = click.prompt(plan.help.rstrip(".") or plan.name, type=kind, err=True)
    return answer


def question_after(progress: Progress) -> Mapping[str, Json] | None:
    """Return the question that a stage left for a person, if there is one."""
    if not progress.runs or progress.runs[0].error is not None:
        return None
    keys = [step.key for step in progress.stage.steps if step.uses == _QUESTION]
    values = (progress.runs[0].record.get(key) for key in keys)
    return next((value for value in values if value and isinstance(value, dict)), None)


def answer_to(question: Mapping[str, Json]) -> dict[str, Json]:
    """Ask a person to choose; returns the input that the answer is."""
    rows = question["choices"]
    choices = [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    width = max((len(str(row["label"])) for row in choices), default=0)
    click.echo(f"\n{question['question']}", err=True)
    for number, row in enumerate(choices, start=1):
        trust = row.get("confidence")
        said = f"  {trust:.2f}" if isinstance(trust, int | float) else ""
        click.echo(f"  {number}. {row['label']!s:<{width}}{said}", err=True)
    chosen: int = click.prompt("Number", type=click.IntRange(1, len(choices)), default=1, err=True)
    return {str(question["answers"]): choices[chosen - 1]["label"]}


def edit_after_stage(run: Run) -> Mapping[str, Json] | None:
    """Show what the last stage made and ask: continue, edit a value, or abort."""
    if run.error is not None or not run.stages:
        return None
    stage = run.stages[-1]
    changed: dict[str, Json] = {}
    while True:
        _show(stage.title, {**stage.values, **changed})
        answer = click.prompt(
            "[c]ontinue, [e]dit, [a]bort", type=click.Choice(["c", "e", "a"]), default="c",
            show_choices=False, err=True,
        )  # fmt: skip
        if answer == "a":
            raise KeyboardInterrupt
        if answer == "c":
            return changed or None
        changed.update(_edited({**stage.values, **changed}))


def _show(title: str, values: Mapping[str, Json]) -> None:
    lines = explained(dict(values))
    more = f"  ... {len(lines) - _SHOWN_LINES} more lines" if len(lines) > _SHOWN_LINES else ""
    click.echo(f"\n{title} made:", err=True)
    for line in [*lines[:_SHOWN_LINES], more]:
        if line:
            click.echo(f"  {line}", err=True)


def _edited(values: Mapping[str, Json]) -> dict[str, Json]:
    """Let a person change one value as JSON, in an editor."""
    names = list(values)
    name = names[0]
    if len(names) > 1:
        name = click.prompt("Which value", type=click.Choice(names), default=name, err=True)
    text = json.dumps(values[name], indent=2, ensure_ascii=False)
    try:
        edited = click.edit(text, extension=".json")
    except click.ClickException as error:
        said = f"{error.format_message()}; set EDITOR to an editor that you have"
        sys.stderr.write(f"nothing was changed: {said}\n")
        return {}
    if edited is None:
        return {}
    try:
        new: Json = json.loads(edited)
    except ValueError as error:
        sys.stderr.write(f"not JSON, nothing was changed: {error}\n")
        return {}
    if not same_shape(values[name], new):
        sys.stderr.write(f"'{name}' must keep its type and keys, nothing was changed\n")
        return {}
    return {name: new}
