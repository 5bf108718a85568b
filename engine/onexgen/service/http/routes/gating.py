"""Say whether packages are good enough, whoever wrote them."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from fastapi import APIRouter, Request
from pydantic import ValidationError

from onexgen.checking.reading import packages_in, rules_of_reading
from onexgen.gating.verdicts import Verdict, as_data, verdict_of
from onexgen.service.envelope import problems
from onexgen.service.http.context import Context
from onexgen.service.http.guarding import guarded
from onexgen.service.http.judging import judged
from onexgen.service.http.models import GateRequest, Verdicts
from onexgen.service.http.problems import Refused, documented
from onexgen.service.http.settings import Limits
from onexgen.service.http.unpacking import unpacked, write
from onexgen.session import Session

_NAME: Final = "gating"
_READING: Final = "load"
_ZIP: Final = "application/zip"
_JSON: Final = "application/json"
# The name of the folder is that of a package whose files stand on top.
_FOLDER: Final = "package"
_BODY: Final[dict[str, Any]] = {
    "required": True,
    "content": {
        _JSON: {"schema": GateRequest.model_json_schema()},
        _ZIP: {"schema": {"type": "string", "format": "binary"}},
    },
}


def router(context: Context) -> APIRouter:
    """Return the route."""
    routes = guarded("gating")
    pipeline = context.settings.pipeline(_NAME)

    @routes.post(
        "/gate",
        summary="Judge packages",
        description="Files as JSON or as a ZIP archive. Nothing of them is run.",
        responses=documented(415, 504),
        openapi_extra={"requestBody": _BODY},
    )
    async def gate(request: Request) -> Verdicts:
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        body = await request.body()
        session = await context.sessions.of(pipeline)
        with tempfile.TemporaryDirectory(prefix="onexgen-gate-") as scratch:
            root = Path(scratch, _FOLDER)
            found = await asyncio.to_thread(
                _unpacked, root, kind, body, context.settings.limits, _rules(session)
            )
            verdicts = [await _verdict(context, pipeline, root, folder) for folder in found]
        return Verdicts(
            passed=all(verdict.passed for verdict in verdicts),
            packages=[as_data(verdict) for verdict in verdicts],
        )

    return routes


def _unpacked(
    root: Path, kind: str, body: bytes, limits: Limits, rules: Mapping[str, Any]
) -> list[Path]:
    """Write what was sent into a new folder; returns the folders of the packages."""
    files = _files(kind, body, limits)
    root.mkdir()
    write(root, files, limits)
    found = packages_in(root, rules)
    if not found:
        marks = " or ".join(rules["marks"])
        raise Refused(422, "no package is in what was sent", help=f"a package has a {marks}")
    if len(found) > limits.packages:
        raise Refused(413, f"{len(found)} packages, at most {limits.packages} are judged at once")
    return found


def _files(kind: str, body: bytes, limits: Limits) -> dict[str, bytes]:
    """Return path -> bytes of what was sent."""
    if kind == _ZIP:
        return unpacked(body, limits)
    if kind != _JSON:
        raise Refused(415, f"the body is '{kind[:60]}'", help=f"send {_JSON} or {_ZIP}")
    try:
        wish = GateRequest.model_validate_json(body)
    except ValidationError as error:
        is_json = all(one["type"] != "json_invalid" for one in error.errors())
        raise Refused(422 if is_json else 400, problems(error)) from error
    return {name: text.encode() for name, text in wish.files.items()}


async def _verdict(context: Context, pipeline: str, root: Path, folder: Path) -> Verdict:
    done = await judged(context, pipeline, {"path": str(folder)})
    outputs: Any = done.outputs
    inside = folder.relative_to(root).as_posix()
    return verdict_of(inside, outputs["name"], outputs["quality"])


def _rules(session: Session) -> Any:
    """Return how the pipeline reads packages."""
    steps = (step for stage in session.plan.stages for step in stage.steps)
    name = next(str(step.options["rules"]) for step in steps if step.uses == _READING)
    checks: Any = session.plan.documents[name]
    return rules_of_reading(checks, name)
