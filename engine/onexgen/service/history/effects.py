"""All that a request leaves behind, as rows and messages; needs no database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from onexgen.json_types import JsonObject
from onexgen.service.brokers.base import Outgoing
from onexgen.service.jobs import Done
from onexgen.service.topics import Counted


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """All that a request leaves behind; `run` and the others are rows, without the run's id."""

    request_id: str
    run: dict[str, Any] | None
    stages: Sequence[dict[str, Any]] = ()
    events: Sequence[dict[str, Any]] = ()
    uses: Sequence[dict[str, Any]] = ()
    messages: Sequence[Outgoing] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What there is to say of a run besides how it ended; `events` are those of its last attempt.

    `stored`: its whole record is kept, too.
    """

    correlation_id: str
    topic: str
    mode: str
    pipeline: str
    inputs: JsonObject
    attempts: int
    worker: str
    received: datetime
    events: Sequence[Mapping[str, Any]]
    stored: bool = False


def effect_of(
    request_id: str, told: Told, done: Done, history: Counted, messages: Sequence[Outgoing] = ()
) -> Effect:
    """Return all that a run leaves behind that ends now."""
    return Effect(
        request_id=request_id,
        run={
            "correlation_id": told.correlation_id,
            "topic": told.topic,
            "mode": told.mode,
            "pipeline": told.pipeline,
            "status": "completed" if done.success else "failed",
            "error": done.error,
            "exit_code": done.exit_code,
            "failed_stage": done.failed_stage,
            "attempts": told.attempts,
            "seconds": done.seconds,
            "score": _number(done.outputs.get(history.score)),
            "worker": told.worker,
            "rules": done.rules,
            "received_at": told.received,
            "finished_at": datetime.now(UTC),
            "inputs": told.inputs,
            "outputs": done.outputs,
            "record": done.record if told.stored else None,
        },
        stages=[_stage(stage) for stage in done.stages],
        events=[{key: event[key] for key in ("sequence", "kind", "data")} for event in told.events],
        uses=counted(done.outputs, history.uses),
        messages=messages,
    )


def counted(outputs: JsonObject, uses: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return a row for everything that a run used, by the outputs that name it."""
    rows = []
    for kind, key in uses.items():
        value = outputs.get(key)
        names = value if isinstance(value, list) else [value]
        used = dict.fromkeys(name for name in names if isinstance(name, str) and name)
        rows += [{"kind": kind, "name": name} for name in used]
    return rows


def _stage(stage: JsonObject) -> dict[str, Any]:
    kept = {k: stage[k] for k in ("number", "title", "status", "seconds", "rounds", "message")}
    return {**kept, "name": stage["id"]}


def _number(value: Any) -> float | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number else None
