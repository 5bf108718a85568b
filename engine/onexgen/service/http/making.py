"""What a run made: its files, as one archive, or written where that is allowed."""

from __future__ import annotations

import asyncio
import io
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from onexgen.json_types import JsonObject
from onexgen.runs import Request, Run
from onexgen.service.events import Response
from onexgen.service.http.context import Context
from onexgen.service.http.placing import confined
from onexgen.service.http.problems import Refused
from onexgen.service.plans import writing_steps
from onexgen.service.writing import written
from onexgen.session import Session
from onexgen.stepping import Steps

# The earliest time that such an archive can say: no clock has a part in its bytes.
_LONG_AGO: Final = (1980, 1, 1, 0, 0, 0)
_READABLE: Final = 0o100644 << 16
_STAGING: Final = "stage"


@dataclass(frozen=True, slots=True)
class Made:
    """Path -> text of what a run made, and the directory that it is for."""

    directory: str
    files: dict[str, str]

    def zipped(self) -> bytes:
        """Return an archive: the same bytes for the same files, wherever it is made."""
        top = self.directory.rpartition("/")[2]
        buffer = io.BytesIO()
        # Not compressed: libraries differ in how they do that.
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
            for path in sorted(self.files):
                member = zipfile.ZipInfo(f"{top}/{path}", _LONG_AGO)
                member.create_system = 3
                member.external_attr = _READABLE
                archive.writestr(member, self.files[path])
        return buffer.getvalue()


async def made(context: Context, answer: Response) -> Made:
    """Return what a run made; raises Refused for a run that makes no files."""
    session = await context.sessions.of(answer.pipeline)
    async with context.sessions.in_use:
        return await asyncio.to_thread(_made, session, answer)


async def write(context: Context, name: str, answer: Response) -> Made:
    """Write what a run made below the root of all output: all of it, or nothing and an error.

    Errors: Refused without such a root, for a place outside of it, and for a run without files;
    what the writer says of a place that is taken; TimeoutExceeded.
    """
    root = context.output_root
    if root is None:
        help_text = "start it with --output-root DIR, or fetch the archive"
        raise Refused(409, "this service writes nothing", help=help_text)
    session = await context.sessions.of(answer.pipeline)
    limit = context.topics.delivery.timeout
    async with context.sessions.in_use:
        return await asyncio.to_thread(_write, session, _run(name, answer), answer, root, limit)


def _write(session: Session, run: Run, answer: Response, root: Path, limit: float) -> Made:
    found = _made(session, answer)
    place = confined(root, found.directory)
    after = written(session, run, None, limit)
    if after.error is not None:
        raise after.error
    return Made(place.relative_to(root.resolve()).as_posix(), found.files)


def _made(session: Session, answer: Response) -> Made:
    run = _run("", answer)
    context = {**run.record, "record": run.record}
    workspace = session.workspace()
    holds = Steps(workspace).holds
    directory = ""
    files: dict[str, str] = {}
    try:
        for stage, step in writing_steps(session.plan):
            is_made = step.uses == _STAGING and holds(stage.when, run, stage.at)
            if not is_made or not holds(step.when, run, step.at):
                continue
            options: Any = session.expressions.fill_all(step.options, context)
            directory = str(options["target"])
            files |= {path: str(text) for path, text in options["files"].items()}
    finally:
        workspace.close()
    if not files:
        raise Refused(404, f"a run of {answer.pipeline} makes no files", help="see its outputs")
    return Made(directory, files)


def _run(name: str, answer: Response) -> Run:
    record: JsonObject = dict(answer.record or {})
    return Run(request=Request(inputs={}, correlation_id=name), record=record)
