"""How runs are reported: one object for programs, lines for people."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from onexgen import __version__
from onexgen.diagnostics import Diagnostic, OnexgenError
from onexgen.json_types import Json, JsonObject

if TYPE_CHECKING:  # A failure is also reported where there is no session, and no Jinja2.
    from onexgen.runs import Run
    from onexgen.session import Session

_HEAD: Final[JsonObject] = {"schema_version": 1, "version": __version__}


def result_object(session: Session, run: Run, seconds: float) -> JsonObject:
    """Return everything that a program may want to know of a run."""
    stages: list[Json] = [
        {
            "id": stage.id,
            "title": stage.title,
            "status": stage.status,
            "seconds": round(stage.seconds, 6),
            **({"message": stage.message} if stage.message else {}),
        }
        for stage in run.stages
    ]
    result: JsonObject = {
        **_HEAD,
        "pipeline": session.plan.name,
        "correlation_id": run.request.correlation_id,
        "duration_seconds": round(seconds, 6),
        "stages": stages,
    }
    if run.error is None:
        return {**result, "success": True, **session.outputs(run)}
    return {**result, **failure_object(run.error), "failed_stage": run.failed_stage}


def failure_object(error: OnexgenError) -> JsonObject:
    """Return everything that a program may want to know of a failure."""
    return {
        **_HEAD,
        "success": False,
        "error": str(error),
        "help": error.help,
        "exit_code": error.exit_code,
        "diagnostics": diagnostic_objects(error.diagnostics),
    }


def diagnostic_objects(diagnostics: Iterable[Diagnostic]) -> list[Json]:
    """Return problems in the order of their places."""
    return [
        {
            "code": item.code,
            "severity": item.severity,
            "path": item.path,
            "line": item.span.line if item.span else 1,
            "column": item.span.column if item.span else 1,
            "message": item.message,
            "help": item.help,
            "note": item.note,
        }
        for item in sorted(diagnostics, key=Diagnostic.order)
    ]


def explained(value: Json, indent: int = 0) -> list[str]:
    """Return lines that show a value to a person; evidence gets one line an item."""
    pad = "  " * indent
    if isinstance(value, dict):
        lines = []
        for key, item in value.items():
            if _is_flat(item):
                lines.append(f"{pad}{key}: {_flat(item)}")
            elif item:
                lines.extend([f"{pad}{key}:", *explained(item, indent + 1)])
        return lines
    if isinstance(value, list):
        return [f"{pad}- {_row(item)}" for item in value]
    return [f"{pad}{_flat(value)}"]


def _is_flat(value: Json) -> bool:
    if isinstance(value, list):
        return all(not isinstance(item, (dict, list)) for item in value)
    return not isinstance(value, dict)


def _flat(value: Json) -> str:
    if isinstance(value, list):
        return ", ".join(_flat(item) for item in value) or "-"
    if value is None or value == "":
        return "-"
    if isinstance(value, float):
        return f"{value:.2f}"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _row(value: Json) -> str:
    if not isinstance(value, dict):
        return _flat(value)
    cells = []
    for key, item in value.items():
        if isinstance(item, list) and not _is_flat(item):
            cells.append(f"{key}={'; '.join(_row(part) for part in item)}")
        elif not isinstance(item, dict):
            cells.append(f"{key}={_flat(item)}")
    return "  ".join(cells)
