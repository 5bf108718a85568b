"""What runs made: told, sent as an archive, or written below the root of all output."""

from __future__ import annotations

import hashlib

from fastapi import APIRouter, Response

from onexgen.service.http.context import Context
from onexgen.service.http.guarding import guarded
from onexgen.service.http.knowing import answer_of
from onexgen.service.http.making import made, write
from onexgen.service.http.models import Artifact, Artifacts, RunId, Written
from onexgen.service.http.problems import documented

_ZIP = "application/zip"


def router(context: Context) -> APIRouter:
    """Return the routes."""
    routes = guarded("artifacts")

    @routes.get(
        "/runs/{name}/artifacts", summary="Tell what a run made", responses=documented(404, 409)
    )
    async def tell(name: RunId) -> Artifacts:
        found = await made(context, await answer_of(context, name))
        files = [_artifact(path, text.encode()) for path, text in sorted(found.files.items())]
        return Artifacts(directory=found.directory, files=files)

    @routes.get(
        "/runs/{name}/artifacts.zip",
        summary="Fetch what a run made",
        response_class=Response,
        responses={
            200: {"content": {_ZIP: {"schema": {"type": "string", "format": "binary"}}}},
            **documented(404, 409),
        },
    )
    async def fetch(name: RunId) -> Response:
        found = await made(context, await answer_of(context, name))
        raw = found.zipped()
        top = found.directory.rpartition("/")[2]
        return Response(
            raw,
            media_type=_ZIP,
            headers={
                "Content-Disposition": f'attachment; filename="{top}.zip"',
                "ETag": f'"{hashlib.sha256(raw).hexdigest()}"',
            },
        )

    @routes.post(
        "/runs/{name}/artifacts",
        status_code=201,
        summary="Write what a run made",
        description="Below the folder of `--output-root`: all files, or none.",
        responses=documented(404, 409, 504),
    )
    async def put(name: RunId) -> Written:
        found = await write(context, name, await answer_of(context, name))
        return Written(directory=found.directory, files=sorted(found.files))

    return routes


def _artifact(path: str, raw: bytes) -> Artifact:
    return Artifact(path=path, size=len(raw), sha256=hashlib.sha256(raw).hexdigest())
