"""Runs as values: what is asked for, how it stands, how each stage went."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from onexgen.diagnostics import OnexgenError
from onexgen.json_types import Json, JsonObject
from onexgen.plan import StagePlan


class Request(NamedTuple):
    """One run to make: the values of its inputs and the id that follows it everywhere."""

    inputs: JsonObject
    correlation_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StageReport:
    """How one stage went for one run; `values` are the keys that it made or changed."""

    id: str
    title: str
    number: int
    status: str
    seconds: float
    rounds: int = 1
    message: str = ""
    values: JsonObject = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run as it stands: immutable, each step makes the next.

    `done` holds what each action returned, so that it can be taken back.
    """

    request: Request
    record: JsonObject
    stages: tuple[StageReport, ...] = ()
    error: OnexgenError | None = None
    failed_stage: str | None = None
    done: tuple[tuple[str, Json], ...] = ()


class Progress(NamedTuple):
    """What the runner yields: a stage began (no runs yet) or ended."""

    stage: StagePlan
    number: int
    total: int
    runs: tuple[Run, ...] = ()


def same_shape(old: Json, new: Json) -> bool:
    """Tell whether a value may stand in for another: the same type and, for objects, keys."""
    if isinstance(old, dict) and isinstance(new, dict):
        return all(
            key in new and (item is None or new[key] is None or same_shape(item, new[key]))
            for key, item in old.items()
        )
    if isinstance(old, bool) or isinstance(new, bool):
        return isinstance(old, bool) and isinstance(new, bool)
    if isinstance(old, (int, float)) and isinstance(new, (int, float)):
        return True
    return type(old) is type(new)
