"""Errors as RFC 9457 says: a status, what is wrong, where, and how to repair it."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, ClassVar, Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.responses import Response

from onexgen.diagnostics import (
    DriftError,
    OnexgenError,
    OutsideError,
    TimeoutExceeded,
    UnsafeError,
)

LOG: Final = logging.getLogger(__name__)
MEDIA_TYPE: Final = "application/problem+json"
# Exit code -> status; all else that a user can repair is in what was sent.
_STATUS: Final = {
    OutsideError.exit_code: 503,
    TimeoutExceeded.exit_code: 504,
    DriftError.exit_code: 409,
    UnsafeError.exit_code: 409,
    70: 500,
}
_JSON: Final = "application/json"
_NOT_JSON: Final = "json_invalid"
_RETRY_SECONDS: Final = "5"


class Where(BaseModel):
    """A place in what was sent, or in a file of the pack."""

    at: str = Field(description="File with line and column, or path in the request's body.")
    message: str = Field(description="What is wrong there.")
    help: str = Field(default="", description="How to repair it.")


class Problem(BaseModel):
    """What went wrong, as RFC 9457 says it."""

    type: str = Field(default="about:blank", description="Always about:blank: see `title`.")
    title: str = Field(description="The status in words.")
    status: int = Field(description="The status of the answer.", ge=400, le=599)
    detail: str = Field(description="What is wrong.")
    help: str = Field(default="", description="How to repair it.")
    where: list[Where] = Field(default_factory=list, description="All places that are to blame.")
    exit_code: int | None = Field(default=None, description="What the command would end with.")


class Refused(OnexgenError):
    """A request that is answered with a status of its own."""

    exit_code: ClassVar[int] = 2

    def __init__(
        self, status: int, message: str, *, help: str = "", headers: Mapping[str, str] | None = None
    ) -> None:
        """Keep the status and the headers of the answer."""
        super().__init__(message, help=help)
        self.status = status
        self.headers = dict(headers or {})


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return how answers with problems stand in the description of a route."""
    schema = {"$ref": f"#/components/schemas/{Problem.__name__}"}
    return {
        status: {
            "description": HTTPStatus(status).phrase,
            "content": {MEDIA_TYPE: {"schema": schema}},
        }
        for status in statuses
    }


def answered(
    status: int, detail: str, *, help: str = "", where: list[Where] | None = None,
    headers: Mapping[str, str] | None = None, exit_code: int | None = None,
) -> Response:  # fmt: skip
    """Return a problem as an answer."""
    problem = Problem(
        title=HTTPStatus(status).phrase, status=status, detail=detail, help=help,
        where=where or [], exit_code=exit_code,
    )  # fmt: skip
    # Half a character, which a request may hold and UTF-8 cannot, stays escaped.
    text = json.dumps(problem.model_dump(exclude_none=True))
    return Response(text, status, headers, MEDIA_TYPE)


def of_error(error: OnexgenError) -> Response:
    """Return an error of ours as an answer."""
    if isinstance(error, Refused):
        return answered(error.status, error.message, help=error.help, headers=error.headers)
    status = _STATUS.get(error.exit_code, 422)
    headers = {"Retry-After": _RETRY_SECONDS} if status == 503 else {}
    where = [
        Where(at=item.place, message=item.message, help=item.help) for item in error.diagnostics
    ]
    return answered(
        status, error.message, help=error.help, where=where, headers=headers,
        exit_code=error.exit_code,
    )  # fmt: skip


def install(app: FastAPI) -> None:
    """Let an application answer all that goes wrong with problems."""
    app.add_exception_handler(OnexgenError, _of_ours)
    app.add_exception_handler(RequestValidationError, _of_request)
    app.add_exception_handler(HTTPException, _of_framework)
    app.add_exception_handler(Exception, _of_bug)


async def _of_ours(_: Request, error: Exception) -> Response:
    assert isinstance(error, OnexgenError)  # noqa: S101 - as it was registered.
    return of_error(error)


async def _of_request(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - as it was registered.
    found = error.errors()
    where = [
        Where(
            at=".".join(map(str, one["loc"])),
            message=str(one["msg"]).removeprefix("Value error, ").lower(),
        )
        for one in found
    ]
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != _JSON and any(one["loc"] == ("body",) for one in found):
        return answered(415, f"the body is '{kind[:60]}'", help=f"send {_JSON}")
    if any(one["type"] == _NOT_JSON for one in found):
        return answered(400, "the body is not JSON", where=where)
    return answered(422, "the request is not as it is described", where=where,
                    help="see /openapi.json")  # fmt: skip


async def _of_framework(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - as it was registered.
    headers = dict(error.headers or {})
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        # The framework names the methods of one route; a path can have several.
        headers["Allow"] = ", ".join(sorted(_methods(request)))
    said = f"{request.method} {request.url.path[:200]}: {str(error.detail).lower()}"
    return answered(error.status_code, said, headers=headers, help="see /openapi.json")


def _methods(request: Request) -> set[str]:
    """Return the methods that a path can be asked with."""
    paths: dict[str, dict[str, object]] = request.app.openapi()["paths"]
    wanted = request.url.path.split("/")
    return {
        method.upper()
        for path, methods in paths.items()
        for method in methods
        if len(wanted) == len(path.split("/"))
        and all(a == b or a.startswith("{") for a, b in zip(path.split("/"), wanted, strict=True))
    }


async def _of_bug(request: Request, error: Exception) -> Response:
    LOG.error("this is a bug: %s %s", request.method, request.url.path, exc_info=error)
    said = f"this is a bug in onexgen: {type(error).__name__}"
    return answered(500, said, help="see the log of the service", exit_code=70)
