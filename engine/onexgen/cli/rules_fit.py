"""`onexgen rules fit --data FILE`: proposes weights, and writes them only when told to."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import click
import typer

from onexgen.cli.rules_pack import AsJson, Data, Env, MeasuresFile, measures_of, rules_here
from onexgen.diagnostics import UnsafeError, UsageError

if TYPE_CHECKING:  # The tools behind this command bring pydantic and a YAML parser.
    from onexgen.resources import Pack
    from onexgen.tuning.fitting import Fit
    from onexgen.tuning.knowledge import Written


def run_fit(
    data: Data = None,
    measure: Annotated[
        str | None, typer.Option("--measure", metavar="NAME", help="What to fit; else the first.")
    ] = None,
    measures_file: MeasuresFile = None,
    write: Annotated[
        bool, typer.Option("--write", help="Write the weights into the rule files.")
    ] = False,
    env: Env = None,
    as_json: AsJson = False,
) -> None:
    """Propose weights that fit labelled lines better, as far as lines kept apart confirm it."""
    from onexgen.session import Session
    from onexgen.tuning.fitting import fit, moved
    from onexgen.tuning.labelled import answer_all, read_labelled
    from onexgen.tuning.rewriting import rewritten
    from onexgen.tuning.rows import rows_of, scored

    if not data:
        raise UsageError("nothing to fit to", help="name labelled lines with --data FILE")
    knowledge, pack, environment = rules_here(env)
    measures = measures_of(pack, environment, measures_file)
    session = Session(measures.pipeline, environment=environment, pack=pack)
    chosen, step = scored(session.plan, measures, measure)
    lines = read_labelled(data, measures)
    answered = answer_all(session, lines, measures)
    rows = rows_of(knowledge, session, step, chosen, answered)
    if not rows:
        raise UsageError(f"no labelled line says anything about '{chosen.name}'")
    file = str(step.options["rules"])
    form = knowledge.form(file)
    rules = list(knowledge.rules(file))
    weights = [rule["weight"] for rule in form["rules"]["rules"]]
    result = fit(rows, weights, len(form["labels"]), form["scale"]["temperature"])
    proposed = moved(result, weights) if result.is_better else {}
    uses = [
        sum(any(n == rule for rule, _, _ in row.given) for row in rows) for n in range(len(rules))
    ]
    texts = rewritten(knowledge, [(rules[n], new) for n, new in proposed.items()])
    if as_json:
        click.echo(json.dumps(_object(result, rules, weights, proposed), indent=2))
    else:
        click.echo("\n".join(_told(chosen.name, result, rules, weights, proposed, uses)))
        click.echo("".join(_diff(texts)), nl=False)
    if write:
        _write(pack, texts)
    elif proposed and not as_json:
        click.echo("Nothing was written; --write does it.", err=True)


def _told(
    name: str,
    result: Fit,
    rules: list[Written],
    weights: list[float],
    proposed: Mapping[int, float],
    uses: list[int],
) -> Iterator[str]:
    """Yield what the weights are worth on lines that were not used, and each that moves."""
    (old_loss, loss), (old_share, share) = result.loss, result.accuracy
    yield f"{name}: {result.rows} lines, cross-validated; held by {result.hold:g}."
    yield f"  log-loss {old_loss:.4f} -> {loss:.4f}, accuracy {old_share:.3f} -> {share:.3f}"
    if not proposed:
        yield "Nothing better: lines that were not used to fit gain no more than by chance."
        return
    width = max(len(rules[n].rule.id) for n in proposed)
    for n, new in proposed.items():
        lines = f"{uses[n]} {'line' if uses[n] == 1 else 'lines'}"
        yield f"  {rules[n].rule.id:<{width}}  {weights[n]:g} -> {new:g}  ({lines})"
    yield ""


def _diff(texts: Mapping[str, tuple[str, str]]) -> Iterator[str]:
    for file, (old, new) in texts.items():
        yield from difflib.unified_diff(
            old.splitlines(keepends=True), new.splitlines(keepends=True),
            f"a/{file}", f"b/{file}", n=1,
        )  # fmt: skip


def _write(pack: Pack, texts: Mapping[str, tuple[str, str]]) -> None:
    """Write files of the user's own; those that came with the program stay."""
    own = pack.roots[0]
    for file in texts:
        if not pack.files[file].is_relative_to(own):
            raise UnsafeError(
                f"{file} belongs to the installed pack, nothing was written",
                help=f"copy it to {own / file}, or change single weights by an overlay",
            )
    for file, (_, new) in texts.items():
        Path(pack.files[file]).write_bytes(new.encode())
        click.echo(f"Wrote {file}.", err=True)


def _object(
    result: Fit, rules: list[Written], weights: list[float], proposed: Mapping[int, float]
) -> dict[str, object]:
    from dataclasses import asdict

    values = {key: value for key, value in asdict(result).items() if key != "weights"}
    moves = {rules[n].rule.id: {"old": weights[n], "new": new} for n, new in proposed.items()}
    return {"schema_version": 1, **values, "weights": moves}
