"""Whether the service lives, and whether it can do its work."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field
from starlette.responses import JSONResponse

from onexgen.diagnostics import OnexgenError
from onexgen.service.http.context import Context
from onexgen.service.http.problems import documented


class Health(BaseModel):
    """The service answers."""

    status: Literal["healthy"] = "healthy"


class Readiness(BaseModel):
    """Whether requests can be worked on, and which part is in the way."""

    status: Literal["ready", "not ready"] = Field(description="Whether all parts are up.")
    dependencies: dict[str, Literal["up", "down"]] = Field(description="Part -> how it is.")
    help: str = Field(default="", description="What tells more.")


def router(context: Context) -> APIRouter:
    """Return the routes; they need no token, and tell a stranger nothing but states."""
    routes = APIRouter(prefix="/health", tags=["health"], responses=documented(403, 413))

    @routes.get("", summary="Tell that the service lives")
    async def health() -> Health:
        return Health()

    @routes.get("/live", summary="Tell that the service lives")
    async def live() -> Health:
        return Health()

    @routes.get(
        "/ready",
        summary="Tell whether the service can do its work",
        response_model=Readiness,
        responses={503: {"model": Readiness, "description": "A part is down."}},
    )
    async def ready() -> JSONResponse:
        looks: dict[str, Awaitable[None]] = {"bus": context.link.check()}
        if context.database is not None:
            looks["history"] = context.database.check()
        wait = context.settings.waits.looking
        found = await asyncio.gather(*(_state(look, wait) for look in looks.values()))
        states = dict(zip(looks, found, strict=True))
        is_ready = all(state == "up" for state in states.values())
        told = Readiness(
            status="ready" if is_ready else "not ready",
            dependencies=states,
            help="" if is_ready else "onexgen doctor --bus URL --store URL",
        )
        return JSONResponse(told.model_dump(), 200 if is_ready else 503)

    return routes


async def _state(look: Awaitable[None], wait: float) -> Literal["up", "down"]:
    try:
        async with asyncio.timeout(wait):
            await look
    except (OnexgenError, TimeoutError):
        return "down"
    return "up"
