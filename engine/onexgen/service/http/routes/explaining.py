"""Say what a prompt is understood as, with the rule behind every decision."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter

from onexgen.service.http.asking import checked
from onexgen.service.http.context import Context
from onexgen.service.http.guarding import guarded
from onexgen.service.http.judging import judged
from onexgen.service.http.models import ExplainRequest, Explanation
from onexgen.service.http.problems import documented

_NAME: Final = "explaining"


def router(context: Context) -> APIRouter:
    """Return the route."""
    routes = guarded("explaining")
    pipeline = context.settings.pipeline(_NAME)

    @routes.post("/explain", summary="Explain a prompt", responses=documented(415, 504))
    async def explain(wish: ExplainRequest) -> Explanation:
        session = await context.sessions.of(pipeline)
        inputs = checked(session.plan.inputs, {**wish.inputs, "prompt": wish.prompt})
        done = await judged(context, pipeline, inputs)
        return Explanation(outputs=done.outputs, seconds=done.seconds)

    return routes
