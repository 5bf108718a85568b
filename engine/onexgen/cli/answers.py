"""`explain --batch FILE --json-lines`: one answer a line, in the order of the requests."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Final

import click

from onexgen.cli.execute import collect
from onexgen.cli.options import Options
from onexgen.cli.running import session_of
from onexgen.diagnostics import OnexgenError, UsageError
from onexgen.inputs import resolve_inputs
from onexgen.json_types import Json, JsonObject
from onexgen.runs import Run
from onexgen.session import Session, drain

# Answers come while later requests wait, and no time limit of a stage is shared by many.
_TOGETHER: Final = 32
_ID, _FURTHER = "id", "inputs"


@dataclass(frozen=True, slots=True)
class Line:
    """A request as it stands in a file: its id, and its inputs or what is wrong with it."""

    id: Json
    inputs: JsonObject | None
    error: UsageError | None = None


def answer_lines(ctx: click.Context, path: Path, options: Options) -> int:
    """Print one JSON object for every request; returns 1 when any has an error, else 0."""
    session = session_of(ctx)
    common = collect(ctx, options)
    lines = _requests(session, path, common)
    count = failed = 0
    while some := list(islice(lines, _TOGETHER)):
        for answer in answers(session, some, options.timeout):
            count += 1
            failed += "error" in answer
            click.echo(json.dumps(answer, ensure_ascii=False))
    if not count:
        raise UsageError(f"{path} holds no request")
    if failed and not options.quiet:
        click.echo(f"{count - failed} answered, {failed} with an error", err=True)
    return 1 if failed else 0


def answers(
    session: Session, lines: Sequence[Line], timeout: float | None = None
) -> Iterator[JsonObject]:
    """Yield the outputs of the pipeline for every line, or what is wrong with it."""
    inputs = [line.inputs for line in lines if line.inputs is not None]
    runs = iter(drain(session.run(inputs, timeout=timeout)) if inputs else [])
    for line in lines:
        if line.error is not None:
            yield {_ID: line.id, **_failure(line.error)}
        else:
            yield {_ID: line.id, **_outcome(session, next(runs))}


def _outcome(session: Session, run: Run) -> JsonObject:
    if run.error is not None:
        return _failure(run.error)
    try:
        return session.outputs(run)
    except OnexgenError as error:
        return _failure(error)


def _failure(error: OnexgenError) -> JsonObject:
    return {"error": error.message, "help": error.help, "exit_code": error.exit_code}


def _requests(session: Session, path: Path, common: dict[str, Any]) -> Iterator[Line]:
    main = next((item.name for item in session.plan.inputs if item.positional), None)
    if main is None:
        raise UsageError("this pipeline has no input that a line could be")
    for number, raw in enumerate(_bytes(path).split(b"\n"), start=1):
        if raw.strip():
            yield _line(session, number, raw.rstrip(b"\r"), main, common)


def _line(session: Session, number: int, raw: bytes, main: str, common: dict[str, Any]) -> Line:
    name: Json = number
    try:
        given = _given(raw, main)
        name = given.pop(_ID, number)
        default = session.settings.default
        inputs = resolve_inputs(session.plan.inputs, {**common, **given}, default=default)
    except UsageError as error:
        said = UsageError(f"line {number}: {error.message}", help=error.help)
        return Line(name, None, said)
    return Line(name, inputs)


def _given(raw: bytes, main: str) -> dict[str, Any]:
    """Return the id and the inputs of a line: a JSON object, or text for the main input.

    Other keys are no inputs, so that a labelled file can be asked as it is: what it says about
    the right answer must not be given away.
    """
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise UsageError(f"not UTF-8: byte {error.start + 1}") from error
    if not text.lstrip().startswith("{"):
        return {main: text}
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        said = getattr(error, "msg", "too deep")
        raise UsageError(
            f"not JSON: {said}", help="a prompt is plain text or a JSON object"
        ) from error
    further = value.get(_FURTHER, {})
    if not isinstance(further, dict):
        raise UsageError(f"'{_FURTHER}' must be a mapping", help="further inputs by their names")
    return {**further, **{key: value[key] for key in (_ID, main) if key in value}}


def _bytes(path: Path) -> bytes:
    if str(path) == "-":
        return sys.stdin.buffer.read()
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"cannot read '{path}': {error.strerror}") from error
