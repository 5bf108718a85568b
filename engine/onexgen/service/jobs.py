"""One run in a process of its own: what it is told, and what it tells, as JSON."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields
from typing import Any, Final, Self

from onexgen.diagnostics import (
    ConfigError,
    DriftError,
    GateError,
    OnexgenError,
    OutsideError,
    TimeoutExceeded,
    UnsafeError,
    UsageError,
)
from onexgen.json_types import JsonObject
from onexgen.runs import Run
from onexgen.service.plans import digest_of
from onexgen.session import Session

# Exit code -> error, to say elsewhere what was said where it happened.
_ERRORS: Final[dict[int, type[OnexgenError]]] = {
    one.exit_code: one
    for one in (
        OnexgenError,
        UsageError,
        GateError,
        UnsafeError,
        ConfigError,
        OutsideError,
        TimeoutExceeded,
        DriftError,
    )
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A run to make; `timeout` in seconds."""

    pipeline: str
    inputs: JsonObject
    correlation_id: str
    timeout: float
    cwd: str = ""
    markers: JsonObject = field(default_factory=dict)

    def to_json(self) -> JsonObject:
        """Return the job as JSON data."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Any) -> Self:
        """Return the job that `to_json` wrote."""
        return cls(**data)


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """How a run ended; a successful one has its whole record."""

    stages: list[JsonObject] = field(default_factory=list)
    outputs: JsonObject = field(default_factory=dict)
    record: JsonObject | None = None
    error: str = ""
    help: str = ""
    exit_code: int = 0
    failed_stage: str | None = None
    seconds: float = 0.0
    rules: str = ""

    @property
    def success(self) -> bool:
        """Tell whether the run succeeded."""
        return self.exit_code == 0

    def to_json(self) -> JsonObject:
        """Return this as JSON data; the record, which is large, is not copied."""
        return {one.name: getattr(self, one.name) for one in fields(self)}

    @classmethod
    def from_json(cls, data: Any) -> Self:
        """Return what `to_json` wrote."""
        return cls(**data)

    @classmethod
    def failed(cls, error: OnexgenError) -> Self:
        """Return a run that did not even begin."""
        return cls(error=error.message, help=error.help, exit_code=error.exit_code)


def done_of(session: Session, run: Run, seconds: float) -> Done:
    """Return how a run ended that took so many seconds."""
    stages: list[JsonObject] = [
        {
            "id": one.id,
            "title": one.title,
            "number": one.number,
            "status": one.status,
            "seconds": round(one.seconds, 6),
            "rounds": one.rounds,
            "message": one.message,
            "made": list(one.values),
        }
        for one in run.stages
    ]
    plan = session.plan
    if run.error is not None:
        return Done(
            stages=stages, error=run.error.message, help=run.error.help,
            exit_code=run.error.exit_code, failed_stage=run.failed_stage, seconds=seconds,
            rules=digest_of(plan),
        )  # fmt: skip
    return Done(
        stages=stages, outputs=session.outputs(run), seconds=seconds, rules=digest_of(plan),
        record=run.record,
    )  # fmt: skip


def error_of(message: str, help_text: str, exit_code: int) -> OnexgenError:
    """Return an error that ends with an exit code."""
    kind = _ERRORS.get(exit_code)
    if kind is None:
        # A bug, or what a later version knows: the code is what matters.
        kind = type(OnexgenError.__name__, (OnexgenError,), {"exit_code": exit_code})
    return kind(message, help=help_text)
