"""`onexgen rules test`: the examples beside the rules, and figures from labelled lines."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import click
import typer

from onexgen.cli.rules_pack import (
    AsJson,
    Data,
    Env,
    MeasuresFile,
    answered_by,
    measures_of,
    named_files,
    rules_here,
)
from onexgen.diagnostics import OnexgenError, UsageError, closest

if TYPE_CHECKING:  # The tools behind this command bring pydantic and a YAML parser.
    from onexgen.config.measures import Measure, Measures
    from onexgen.tuning.comparing import Counts
    from onexgen.tuning.examples import Examples
    from onexgen.tuning.labelled import Answered


def run_examples_and_data(
    files: Annotated[
        list[str] | None, typer.Argument(help="Rule files whose examples are run; all if none.")
    ] = None,
    data: Data = None,
    measures_file: MeasuresFile = None,
    fail_under: Annotated[
        list[str] | None,
        typer.Option(
            "--fail-under", metavar="FIELD=VALUE",
            help="Fail when a figure is lower: `NAME=0.9`, or another one by `NAME.FIGURE=0.9`.",
        ),
    ] = None,
    fail_over: Annotated[
        list[str] | None,
        typer.Option(
            "--fail-over", metavar="FIELD=VALUE",
            help="Fail when a figure is higher, such as NAME.calibration_error=0.1.",
        ),
    ] = None,
    env: Env = None,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Run the examples beside the rules and, with --data, measure answers to labelled lines."""
    from onexgen.tuning.examples import run_examples

    knowledge, pack, environment = rules_here(env)
    bounds = [*_bounds(fail_under or [], "under"), *_bounds(fail_over or [], "over")]
    if bounds and not data:
        raise UsageError("there are no figures without --data FILE")
    examples = run_examples(knowledge, named_files(list(knowledge.loaded), files))
    measured: list[tuple[Measure, Counts]] = []
    answered: list[Answered] = []
    if data:
        measures = measures_of(pack, environment, measures_file)
        answered = answered_by(measures, data, pack, environment)
        measured = _measured(measures, answered)
    broken = list(_broken(measured, bounds))
    if as_json:
        _print_json(examples, measured, answered, broken)
        is_wrong = examples.missing or examples.noisy or broken
        raise click.exceptions.Exit(OnexgenError.exit_code if is_wrong else 0)
    _print_text(examples, measured, answered)
    _fail(examples, broken)


def _measured(measures: Measures, answered: list[Answered]) -> list[tuple[Measure, Counts]]:
    from onexgen.tuning.comparing import compare

    keys = {key for one in answered for key in one.answer}
    for measure in measures.measures:
        asked = measure.answer.partition(".")[0]
        if keys and asked not in keys:
            said = f"measure '{measure.name}' asks for '{asked}', which {measures.pipeline}"
            raise UsageError(f"{said} does not give", help=closest(asked, keys))
    return [(measure, compare(measure, answered)) for measure in measures.measures]


def _bounds(texts: list[str], side: str) -> Iterator[tuple[str, str, float, str]]:
    """Yield measure, figure, bound and side of what must not be passed."""
    for text in texts:
        field, _, value = text.partition("=")
        name, _, figure = field.partition(".")
        try:
            yield name, figure, float(value), side
        except ValueError as error:
            said = f"--fail-{side} '{text}' is not of the form FIELD=VALUE"
            raise UsageError(said, help="FIELD is a measure, or MEASURE.FIGURE") from error


def _broken(
    measured: list[tuple[Measure, Counts]], bounds: list[tuple[str, str, float, str]]
) -> Iterator[str]:
    """Yield every bound that is not kept."""
    from onexgen.tuning.figures import figures_of, main_figure

    known = {measure.name: (measure, counts) for measure, counts in measured}
    for name, wanted, bound, side in bounds:
        if name not in known:
            raise UsageError(f"there is no measure '{name}'", help=closest(name, known))
        measure, counts = known[name]
        if not counts.lines:
            raise UsageError(f"no labelled line says anything about '{name}'")
        figures = figures_of(measure, counts)
        figure = wanted or main_figure(measure)
        if figure not in figures:
            said = f"measure '{name}' has no figure '{figure}'"
            raise UsageError(said, help=closest(figure, figures))
        value = figures[figure]
        if value < bound if side == "under" else value > bound:
            limit = "at least" if side == "under" else "at most"
            yield f"{name}: {figure} is {value:.3f}, {limit} {bound:g} is wanted"


def _print_text(
    examples: Examples, measured: list[tuple[Measure, Counts]], answered: list[Answered]
) -> None:
    from onexgen.tuning import telling

    lines = list(telling.told_examples(examples))
    if answered:
        failures = {one.line.at: one.error for one in answered if one.error}
        lines += ["", f"{len(answered)} labelled lines, {len(failures)} without an answer."]
        lines += [*telling.told_failures(failures), "", *telling.told_figures(measured), ""]
        for measure, counts in measured:
            lines += [*telling.told_confusion(measure, counts)]
            lines += [*telling.told_mistakes(measure, counts)]
    click.echo("\n".join(lines))


def _print_json(
    examples: Examples,
    measured: list[tuple[Measure, Counts]],
    answered: list[Answered],
    broken: list[str],
) -> None:
    from dataclasses import asdict

    from onexgen.tuning.figures import details_of

    is_fine = not (examples.missing or examples.noisy or broken)
    result: dict[str, Any] = {"schema_version": 1, "success": is_fine}
    result["examples"] = asdict(examples)
    if answered:
        result["lines"] = len(answered)
        result["failures"] = {one.line.at: one.error for one in answered if one.error}
        result["measures"] = {m.name: details_of(m, counts) for m, counts in measured}
    result["broken"] = broken
    click.echo(json.dumps(result, indent=2, ensure_ascii=False))


def _fail(examples: Examples, broken: list[str]) -> None:
    """Raise when an example or a bound does not hold."""
    wrong = len(examples.missing) + len(examples.noisy)
    if wrong:
        said = f"{wrong} examples do not" if wrong > 1 else "an example does not"
        raise OnexgenError(f"{said} hold", help="change the rule, or the example beside it")
    if broken:
        raise OnexgenError("\n".join(broken))
