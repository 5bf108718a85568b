"""How runs are reported: one object for programs, lines for people."""

from __future__ import annotations

from onexgen.json_types import Json, JsonObject
from onexgen.runs import Run
from onexgen.session import Session


def result_object(
    session: Session, run: Run, seconds: float, schema_version: int, version: str
) -> JsonObject:
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
        "schema_version": schema_version,
        "version": version,
        "pipeline": session.plan.name,
        "correlation_id": run.request.correlation_id,
        "duration_seconds": round(seconds, 6),
        "stages": stages,
    }
    if run.error is None:
        return {**result, "success": True, **session.outputs(run)}
    diagnostics: list[Json] = [
        {"code": item.code, "message": item.message, "path": item.path, "help": item.help}
        for item in run.error.diagnostics
    ]
    return {
        **result,
        "success": False,
        "failed_stage": run.failed_stage,
        "error": str(run.error),
        "help": run.error.help,
        "exit_code": run.error.exit_code,
        "diagnostics": diagnostics,
    }


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
