"""Start runs, look at them, and follow them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from starlette.responses import StreamingResponse

from onexgen.service.http.asking import ask
from onexgen.service.http.context import Context
from onexgen.service.http.guarding import caller, guarded
from onexgen.service.http.knowing import latest, needed_run
from onexgen.service.http.models import Brief, Briefs, Full, RunId, RunRequest, State
from onexgen.service.http.problems import Refused, documented
from onexgen.service.http.streaming import PLACE, START, after, told

_KEY: Final = r"^[\x21-\x7e]{1,200}$"
# Where the id of a run leads, for programs that read the description.
_LINKS: Final = {
    name: {"operationId": name, "parameters": {"name": "$response.body#/id"}}
    for name in ("runs_show", "runs_events", "artifacts_tell", "artifacts_fetch", "artifacts_put")
}
_EVENT: Final = {
    "type": "object",
    "properties": {key: {"type": "string"} for key in ("data", "event", "id")},
}
_STREAM: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "Events; the last one is `result`.",
        "content": {"text/event-stream": {"schema": _EVENT}},
    },
    204: {"description": "The result was received: there is no more."},
}


def router(context: Context) -> APIRouter:
    """Return the routes of runs."""
    routes = guarded("runs")
    most = context.settings.limits.listed
    streams = _Streams(context.settings.limits.streams)

    @routes.post(
        "/runs",
        status_code=202,
        summary="Start a run",
        responses={
            202: {"description": "It will be worked on.", "links": _LINKS},
            **documented(409, 415),
        },
    )
    async def start(
        request: Request,
        response: Response,
        wish: RunRequest,
        who: Annotated[str, Depends(caller)],
        key: Annotated[
            str | None,
            Header(
                alias="Idempotency-Key",
                pattern=_KEY,
                description="Requests with the same key start one run.",
            ),
        ] = None,
    ) -> Brief:
        run = await ask(context, wish, who, key)
        brief = Brief.of(run, _prefix(request))
        response.headers["Location"] = brief.links.self
        return brief

    @routes.get("/runs", summary="List the latest runs")
    async def list_(
        request: Request,
        limit: Annotated[
            int,
            Query(ge=1, le=10_000, description="At most so many; the service has a limit, too."),
        ] = 20,
        state: Annotated[State | None, Query(description="Only those in this state.")] = None,
    ) -> Briefs:
        runs = await latest(context, min(limit, most), state)
        return Briefs(runs=[Brief.of(run, _prefix(request)) for run in runs])

    @routes.get("/runs/{name}", summary="Show one run", responses=documented(404))
    async def show(request: Request, name: RunId) -> Full:
        return Full.of(await needed_run(context, name), _prefix(request))

    @routes.get(
        "/runs/{name}/events",
        summary="Follow a run",
        response_class=StreamingResponse,
        responses={**_STREAM, **documented(404)},
    )
    async def events(
        request: Request,
        name: RunId,
        last: Annotated[
            str,
            Header(alias="Last-Event-ID", pattern=PLACE, description="The last one received."),
        ] = START,
    ) -> Response:
        place = after(last)
        run = await needed_run(context, name)
        if place is None:
            return Response(status_code=204)
        streams.check()
        return StreamingResponse(
            streams.counted(told(context, run, place, _prefix(request))),
            media_type="text/event-stream",
            headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
        )

    return routes


class _Streams:
    """How many streams there are."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._open = 0

    def check(self) -> None:
        """Raise Refused when there are too many."""
        if self._open >= self._most:
            raise Refused(
                429, "too many streams are open", help="look at the run instead, or come again",
                headers={"Retry-After": "5"},
            )  # fmt: skip

    async def counted(self, stream: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        """Yield a stream, and count it as long as it is open."""
        self._open += 1
        try:
            async for part in stream:
                yield part
        finally:
            self._open -= 1


def _prefix(request: Request) -> str:
    """Return what the path of a request has before its group of routes."""
    return request.url.path.partition("/runs")[0]
