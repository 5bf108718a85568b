"""Who may use the routes."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from onexgen.service.http.context import Context
from onexgen.service.http.problems import Refused, documented

ANYONE: Final = "anyone"
# What any request can be answered with, whatever it asks for.
_COMMON: Final = (400, 401, 403, 413, 422, 429, 503)
_BEARER: Final = HTTPBearer(
    auto_error=False, description="A token of `onexgen serve tokens add NAME`."
)


def guarded(tag: str) -> APIRouter:
    """Return a router whose routes need a token, unless the service is open to anyone."""
    return APIRouter(tags=[tag], dependencies=[Depends(caller)], responses=documented(*_COMMON))


async def caller(
    request: Request,
    given: Annotated[HTTPAuthorizationCredentials | None, Security(_BEARER)],
) -> str:
    """Return the name of the token that a request has; raises Refused for a wrong one."""
    context: Context = request.app.state.context
    if context.is_open and not context.tokens.usable():
        return ANYONE
    name = None if given is None else context.tokens.holder(given.credentials)
    if name is None:
        said = "no token" if given is None else "the token is not known"
        raise Refused(
            401, said, help="send `Authorization: Bearer TOKEN`; see onexgen serve tokens",
            headers={"WWW-Authenticate": "Bearer"},
        )  # fmt: skip
    return name
