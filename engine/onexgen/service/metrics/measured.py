"""What one event on the bus, or one row of the history, adds to the figures."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from onexgen.service.envelope import OnexEnvelopeV1
from onexgen.service.events import Payload, Response

RUNS: Final = "runs"
FAILURES: Final = "failures"
FAILED_STAGES: Final = "failed_stages"
SECONDS: Final = "seconds"
STAGE_SECONDS: Final = "stage_seconds"
QUALITY: Final = "quality"
_SKIPPED: Final = "skipped"
_LONGEST: Final = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One event: an id, when it happened (seconds since 1970), and what it adds.

    `counts` are (figure, labels), `values` are (figure, labels, value).
    """

    id: str
    at: float
    counts: tuple[tuple[str, tuple[str, ...]], ...] = ()
    values: tuple[tuple[str, tuple[str, ...], float], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How events are read: which outputs mean what, and what the exit codes are called."""

    kind: str
    score: str
    categories: Mapping[int, str]
    otherwise: str

    def event(self, envelope: OnexEnvelopeV1, payload: Payload) -> Measured | None:
        """Return what an event of the bus adds, None for nothing: answers say it all."""
        if not isinstance(payload, Response):
            return None
        return self._run(
            envelope.id, envelope.time.timestamp(), mode=payload.mode, outputs=payload.outputs,
            exit_code=0 if payload.success else payload.exit_code or 1,
            failed_stage=payload.failed_stage, seconds=payload.duration_seconds,
            score=payload.outputs.get(self.score),
            stages=[(one.id, one.status, one.seconds) for one in payload.stages],
        )  # fmt: skip

    def row(
        self, row: Mapping[str, Any], stages: Iterable[Mapping[str, Any]], answer_id: str
    ) -> Measured:
        """Return what a run of the history adds, with its stages: the same as its answer did."""
        finished: datetime = row["finished_at"]
        return self._run(
            answer_id, finished.timestamp(), mode=row["mode"], outputs=row["outputs"] or {},
            exit_code=row["exit_code"], failed_stage=row["failed_stage"], seconds=row["seconds"],
            score=row["score"],
            stages=[(one["name"], one["status"], one["seconds"]) for one in stages],
        )  # fmt: skip

    def _run(
        self, name: str, at: float, *, mode: str, outputs: Mapping[str, Any], exit_code: int,
        failed_stage: str | None, seconds: float, score: Any,
        stages: Iterable[tuple[str, str, float]],
    ) -> Measured:  # fmt: skip
        mode = _short(mode)
        found = outputs.get(self.kind)
        kind = _short(found) if isinstance(found, str) else ""
        status = "failed" if exit_code else "completed"
        counts: list[tuple[str, tuple[str, ...]]] = [(RUNS, (mode, status, kind))]
        if exit_code:
            counts.append((FAILURES, (self.categories.get(exit_code, self.otherwise),)))
            counts.append((FAILED_STAGES, (_short(failed_stage or ""),)))
        values = [(SECONDS, (mode,), seconds), (QUALITY, (kind,), score)]
        values += [
            (STAGE_SECONDS, (_short(stage),), took)
            for stage, how, took in stages
            if how != _SKIPPED
        ]
        usable = [(figure, to, float(one)) for figure, to, one in values if _is_measure(one)]
        return Measured(id=name, at=at, counts=tuple(counts), values=tuple(usable))


def _short(text: str) -> str:
    """Return a label that keeps figures small, whoever sent it."""
    return text[:_LONGEST]


def _is_measure(value: Any) -> bool:
    """Tell whether a value is a number that can be counted: JSON can say infinity."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return is_number and math.isfinite(value) and value >= 0
