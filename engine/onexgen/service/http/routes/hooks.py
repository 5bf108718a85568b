"""What others send when something happened: signed, taken once, made into a run."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Path, Request, Response
from pydantic import BaseModel, Field

from onexgen.service.hooks.sources import AWAY, UNSIGNED
from onexgen.service.hooks.sources import Refused as NotTaken
from onexgen.service.http.context import Context
from onexgen.service.http.problems import Refused, documented

_STATUSES: Final = (400, 401, 403, 404, 409, 413, 422, 429, 503)
_HEADERS: Final = {
    UNSIGNED: {"WWW-Authenticate": "HMAC-SHA256"},
    AWAY: {"Retry-After": "5"},
}
# Any body: what is signed is its bytes, whatever they are.
_BODY: Final = {
    "requestBody": {
        "required": True,
        "description": "What happened, as JSON; its bytes are what is signed.",
        "content": {"application/json": {"schema": {}}},
    }
}
Name = Annotated[
    str, Path(min_length=1, max_length=100, description="Source, as rules/service.yaml names it.")
]


class Taken(BaseModel):
    """A delivery that was taken."""

    correlation_id: str | None = Field(
        description="The run that it became; null when the rules want none for it."
    )


def router(context: Context) -> APIRouter:
    """Return the routes; whoever signs needs no token."""
    routes = APIRouter(tags=["hooks"], responses=documented(*_STATUSES))

    @routes.post(
        "/hooks/{source}",
        status_code=202,
        summary="Take a signed delivery",
        openapi_extra=_BODY,
        response_model=Taken,
        responses={202: {"description": "It was taken."}},
    )
    async def take(source: Name, request: Request, response: Response) -> Taken:
        receive = context.parts.receiver
        if receive is None:
            raise Refused(404, "nothing is received here", help="see `hooks` in rules/service.yaml")
        headers = [(name.decode("latin-1"), value.decode("latin-1"))
                   for name, value in request.headers.raw]  # fmt: skip
        try:
            accepted = await receive(source, headers, await request.body())
        except NotTaken as error:
            raise Refused(
                error.status, error.message, help=error.help, headers=_HEADERS.get(error.status)
            ) from error
        response.headers["Cache-Control"] = "no-store"
        return Taken(correlation_id=accepted.correlation_id)

    return routes
