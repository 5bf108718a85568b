"""`onexgen rules diff OLD NEW --data FILE`: which answers change, and why."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import click
import typer

from onexgen.cli.rules_pack import AsJson, Data, Env, MeasuresFile, measures_of
from onexgen.diagnostics import UsageError
from onexgen.wording import counted

if TYPE_CHECKING:  # The tools behind this command bring pydantic and a YAML parser.
    from onexgen.config.measures import Measures
    from onexgen.resources import Pack
    from onexgen.tuning.difference import Change, Reason
    from onexgen.tuning.labelled import Answered, Labelled

_STATE = "a folder with a pack, a rule file, or a git revision"


def run_diff(
    old: Annotated[str, typer.Argument(metavar="OLD", help=f"Before: {_STATE}.")],
    new: Annotated[str, typer.Argument(metavar="[NEW]", help="After; this folder if left out.")] = (
        "."
    ),
    data: Data = None,
    measures_file: MeasuresFile = None,
    env: Env = None,
    as_json: AsJson = False,
) -> None:
    """Ask two states of the rules the same, and show which answers differ and why."""
    from onexgen.settings import load_settings
    from onexgen.tuning.difference import changes
    from onexgen.tuning.labelled import read_labelled
    from onexgen.tuning.states import state

    if not data:
        raise UsageError("nothing to ask", help="name labelled lines with --data FILE")
    settings = load_settings(Path.cwd())
    environment = settings.environment(env)
    with state(old, settings) as before, state(new, settings) as after:
        measures = measures_of(after, environment, measures_file)
        lines = read_labelled(data, measures)
        first = _ask(before, environment, lines, measures)
        second = _ask(after, environment, lines, measures)
    found = list(changes(first, second, measures))
    figures = dict(_figures(measures, first, second))
    if as_json:
        click.echo(json.dumps(_object(found, figures, len(lines)), indent=2, ensure_ascii=False))
    else:
        click.echo("\n".join(_text(found, figures, len(lines))))


def _ask(
    pack: Pack, environment: str | None, lines: list[Labelled], measures: Measures
) -> list[Answered]:
    from onexgen.session import Session
    from onexgen.tuning.labelled import answer_all

    session = Session(measures.pipeline, environment=environment, pack=pack, passing=True)
    return answer_all(session, lines, measures)


def _figures(
    measures: Measures, old: list[Answered], new: list[Answered]
) -> Iterator[tuple[str, tuple[float, float]]]:
    """Yield the figures that differ, before and after."""
    from onexgen.tuning.comparing import compare
    from onexgen.tuning.figures import figures_of

    for measure in measures.measures:
        before = figures_of(measure, compare(measure, old))
        after = figures_of(measure, compare(measure, new))
        for name in before.keys() & after.keys():
            if before[name] != after[name]:
                yield f"{measure.name}.{name}", (before[name], after[name])


def _text(
    found: list[Change], figures: dict[str, tuple[float, float]], count: int
) -> Iterator[str]:
    last = ""
    for change in found:
        if change.at != last:
            yield from (
                ["", f"{change.id}  ({change.at})"] if last else [f"{change.id}  ({change.at})"]
            )
            last = change.at
        worth = f"  {change.worth}" if change.worth else ""
        yield f"  {change.field}: {_both(change.old, change.new)}{worth}"
        yield from (f"    {_reason(reason)}" for reason in change.reasons)
    if found:
        yield ""
    for name, (before, after) in sorted(figures.items()):
        yield f"{name}: {before:.4f} -> {after:.4f}"
    lines = len({change.at for change in found})
    worths = Counter(change.worth for change in found if change.worth)
    said = ", ".join(f"{number} {worth}" for worth, number in sorted(worths.items()))
    fields = f" in {counted(len(found), 'field')}" if found else ""
    verb = "differs" if lines == 1 else "differ"
    yield f"{lines} of {counted(count, 'answer')} {verb}{fields}{f': {said}' if said else ''}."


def _both(old: Any, new: Any) -> str:
    """Return two values; of two lists only what one of them does not have."""
    if not (isinstance(old, list) and isinstance(new, list)):
        return f"{_shown(old)} -> {_shown(new)}"
    gone = [f"- {_shown(item)}" for item in old if item not in new]
    come = [f"+ {_shown(item)}" for item in new if item not in old]
    return "  ".join([*gone, *come]) or "in another order"


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        pairs = (f"{key}={_shown(item)}" for key, item in value.items() if item is not None)
        return f"({', '.join(pairs)})"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _reason(reason: Reason) -> str:
    if reason.old is None:
        sign, points = "+", f"{reason.new:+g}"
    elif reason.new is None:
        sign, points = "-", f"{reason.old:+g}"
    else:
        sign, points = "~", f"{reason.old:+g} -> {reason.new:+g}"
    return f'{sign} {reason.label} {points}  {reason.rule}  {reason.at}  "{reason.text[:60]}"'


def _object(
    found: list[Change], figures: dict[str, tuple[float, float]], count: int
) -> dict[str, Any]:
    from dataclasses import asdict

    return {
        "schema_version": 1,
        "lines": count,
        "figures": {n: {"old": old, "new": new} for n, (old, new) in sorted(figures.items())},
        "changes": [asdict(change) for change in found],
    }
