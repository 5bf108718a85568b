"""Figures: for Prometheus on every port, and over rolling windows."""

from __future__ import annotations

from typing import Any, Final

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from onexgen.service.http.context import Context
from onexgen.service.http.guarding import guarded
from onexgen.service.http.problems import Refused, documented
from onexgen.service.metrics.following import Following
from onexgen.service.metrics.prometheus import CONTENT_TYPE

_TEXT: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "All figures, in the text form of Prometheus.",
        "content": {"text/plain": {"schema": {"type": "string"}}},
    },
    **documented(404),
}


class Spread(BaseModel):
    """How some values are spread; null where there are none."""

    count: int = Field(description="How many values.")
    mean: float | None = Field(description="Their mean.")
    p50: float | None = Field(description="Half of them are at most this.")
    p95: float | None = Field(description="95 of 100 are at most this.")
    p99: float | None = Field(description="99 of 100 are at most this.")


class Window(BaseModel):
    """What happened in a time that ends now."""

    seconds: float = Field(description="How long it is.")
    runs: int = Field(description="Runs that ended.")
    failed: int = Field(description="Of these, those that failed.")
    failure_rate: float | None = Field(description="Their share; null without runs.")
    modes: dict[str, dict[str, int]] = Field(description="Mode -> status -> runs.")
    durations: dict[str, Spread] = Field(description="Mode -> seconds.")
    stages: dict[str, Spread] = Field(description="Stage -> seconds.")
    quality: dict[str, Spread] = Field(description="Kind of what was made -> quality.")
    failures: dict[str, int] = Field(description="What failed -> runs.")
    failed_stages: dict[str, int] = Field(description="Stage that failed -> runs.")


class Metrics(BaseModel):
    """The figures of a bus."""

    schema_version: int = Field(description="Version of this form.")
    as_of: str = Field(description="Until when.")
    accuracy: float = Field(description="By which share of itself a percentile may be wrong.")
    windows: dict[str, Window] = Field(description="Times that end now.")
    waiting: dict[str, int] = Field(description="Topic -> requests that nobody has finished.")
    dead_letters: dict[str, int] = Field(description="Topic -> letters that nobody settled.")


def exposition(context: Context) -> APIRouter:
    """Return the route for Prometheus, which stands at the root of every port."""
    routes = guarded("figures")

    @routes.get(
        "/metrics", summary="All figures for Prometheus", response_class=Response, responses=_TEXT
    )
    async def prometheus() -> Response:
        return Response(_following(context).figures.text(), media_type=CONTENT_TYPE)

    return routes


def router(context: Context) -> APIRouter:
    """Return the routes of the reducer."""
    routes = guarded("figures")

    @routes.get(
        "/metrics",
        summary="Figures over rolling windows",
        response_model=Metrics,
        responses=documented(404),
    )
    async def metrics() -> Any:
        return _following(context).told()

    return routes


def _following(context: Context) -> Following:
    following = context.parts.following
    if following is None:
        raise Refused(404, "nothing is counted here", help="see `telemetry` in rules/service.yaml")
    return following
