"""`explain --batch FILE --json-lines`: one answer a line, in the order of the requests."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from onexgen.cli.execute import collect
from onexgen.cli.options import Options
from onexgen.cli.running import session_of
from onexgen.diagnostics import OnexgenError, UsageError
from onexgen.inputs import resolve_inputs
from onexgen.json_types import Json, JsonObject
from onexgen.session import Session, drain

_ID, _FURTHER = "id", "inputs"


@dataclass(frozen=True, slots=True)
class Line:
    """A request as it stands in a file: its id, and its inputs or what is wrong with it."""

    id: Json
    inputs: JsonObject | UsageError


def answer_lines(ctx: click.Context, path: Path, options: Options) -> int:
    """Print one JSON object for every request; returns 1 when any has an error, else 0."""
    session = session_of(ctx)
    common = collect(ctx, options)
    count = failed = 0
    for line in _requests(session, path, common):
        answer = _answer(session, line, options.timeout)
        count += 1
        failed += "error" in answer
        click.echo(json.dumps(answer, ensure_ascii=False))
    if not count:
        raise UsageError(f"{path} holds no request")
    if failed and not options.quiet:
        click.echo(f"{count - failed} answered, {failed} with an error", err=True)
    return 1 if failed else 0


def _answer(session: Session, line: Line, timeout: float | None) -> JsonObject:
    """Return the outputs of the pipeline, or what is wrong.

    Each line is a run of its own, so that a slow one takes no time from the others.
    """
    if isinstance(line.inputs, UsageError):
        return {_ID: line.id, **_failure(line.inputs)}
    (run,) = drain(session.run([line.inputs], timeout=timeout))
    if run.error is not None:
        return {_ID: line.id, **_failure(run.error)}
    try:
        return {_ID: line.id, **session.outputs(run)}
    except OnexgenError as error:
        return {_ID: line.id, **_failure(error)}


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
        return Line(name, said)
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
