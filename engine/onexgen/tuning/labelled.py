"""Labelled lines, and what a pipeline answers to them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from onexgen.config.measures import Measures
from onexgen.diagnostics import OnexgenError, UsageError
from onexgen.inputs import resolve_inputs
from onexgen.json_types import Json, JsonObject
from onexgen.session import Session, drain


@dataclass(frozen=True, slots=True)
class Labelled:
    """One labelled line and where it stands."""

    id: str
    at: str
    truth: JsonObject


@dataclass(frozen=True, slots=True)
class Answered:
    """A labelled line with its answer and the record of the run; both empty when it failed."""

    line: Labelled
    answer: JsonObject
    record: JsonObject
    error: str = ""


def read_labelled(paths: Sequence[Path], measures: Measures) -> list[Labelled]:
    """Return the lines of some files; every one has to hold the inputs."""
    lines: list[Labelled] = []
    for path in paths:
        for number, text in enumerate(_text(path).split("\n"), start=1):
            if text.strip():
                lines.append(_line(text, f"{path}:{number}", measures))
    if not lines:
        raise UsageError(f"{', '.join(map(str, paths))} holds no labelled line")
    return lines


def answer_all(session: Session, lines: Sequence[Labelled], measures: Measures) -> list[Answered]:
    """Return the answer to every line, in order."""
    return [_answered(session, line, measures) for line in lines]


def _answered(session: Session, line: Labelled, measures: Measures) -> Answered:
    """Run the pipeline for one line: a slow one takes no time from the others."""
    given = {name: line.truth[key] for name, key in measures.inputs.items()}
    try:
        (run,) = drain(session.run([resolve_inputs(session.plan.inputs, given)]))
        if run.error is not None:
            return Answered(line, {}, {}, run.error.message)
        return Answered(line, session.outputs(run), run.record)
    except OnexgenError as error:
        return Answered(line, {}, {}, error.message)


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8")
    except OSError as error:
        raise UsageError(f"cannot read '{path}': {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} is not UTF-8: byte {error.start + 1}") from error


def _line(text: str, at: str, measures: Measures) -> Labelled:
    try:
        value: Json = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{at}: not JSON", help="every line is one JSON object") from error
    if not isinstance(value, dict):
        raise UsageError(f"{at}: not a JSON object", help="every line is one JSON object")
    for key in measures.inputs.values():
        if key not in value:
            raise UsageError(f"{at}: missing key '{key}'", help=f"see `inputs` of {measures.title}")
    return Labelled(str(value.get(measures.id, at)), at, value)
