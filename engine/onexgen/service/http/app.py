"""One application for the roles that share a port."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any, Final

from fastapi import APIRouter, FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

from onexgen import __version__
from onexgen.resources import Pack, installed_pack
from onexgen.service.http.context import Context, Wishes, context_of
from onexgen.service.http.limiting import Limiting
from onexgen.service.http.models import RunRequest
from onexgen.service.http.problems import Problem, install
from onexgen.service.http.settings import Role, load_service
from onexgen.service.topics import load_topics

_HEALTH: Final = "onexgen.service.http.routes.health:router"
_FIGURES: Final = "onexgen.service.http.routes.metrics:exposition"
# Group of routes, as rules/service.yaml names it -> what makes its router.
ROUTES: Final[dict[str, str]] = {
    "artifacts": "onexgen.service.http.routes.artifacts:router",
    "explaining": "onexgen.service.http.routes.explaining:router",
    "gating": "onexgen.service.http.routes.gating:router",
    "hooks": "onexgen.service.http.routes.hooks:router",
    "library": "onexgen.service.http.routes.library:router",
    "metrics": "onexgen.service.http.routes.metrics:router",
    "runs": "onexgen.service.http.routes.runs:router",
    "stamps": "onexgen.service.http.routes.stamps:router",
}


def app_of(context: Context, roles: Sequence[Role]) -> FastAPI:
    """Return the application with the routes of some roles, and their health."""
    app = FastAPI(
        title="onexgen",
        version=__version__,
        summary="; ".join(role.summary.removesuffix(".") for role in roles),
        docs_url=None,
        redoc_url=None,
        generate_unique_id_function=_named,
    )
    app.state.context = context
    install(app)
    app.include_router(_made(_HEALTH)(context))
    app.include_router(_made(_FIGURES)(context))
    for role in roles:
        for route in role.routes:
            app.include_router(_made(ROUTES[route])(context), prefix=role.prefix)
    app.add_middleware(Limiting, context=context)
    # FastAPI's own way: https://fastapi.tiangolo.com/how-to/extending-openapi
    app.openapi = lambda: description(app)  # type: ignore[method-assign]
    return app


def description(app: FastAPI) -> dict[str, Any]:
    """Return the OpenAPI description of an application."""
    context: Context = app.state.context
    modes = [mode for one in context.topics.of_role("request") for mode in one.pipelines]
    if app.openapi_schema is None:
        made = get_openapi(
            title=app.title, version=app.version, summary=app.summary, routes=app.routes
        )
        schemas = made.setdefault("components", {}).setdefault("schemas", {})
        # Answers with problems name this one; no route returns it by itself.
        own = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas |= own.pop("$defs", {}) | {Problem.__name__: own}
        if RunRequest.__name__ in schemas:
            schemas[RunRequest.__name__]["properties"]["mode"]["enum"] = sorted(set(modes))
        for unused in ("HTTPValidationError", "ValidationError"):
            schemas.pop(unused, None)
        app.openapi_schema = made
    return app.openapi_schema


def described() -> dict[str, Any]:
    """Return the description of all roles of the installed pack, as if they shared a port."""
    pack = Pack.at(installed_pack(), alone=True)
    settings = load_service(pack, None, ROUTES)
    context = context_of(pack, settings, load_topics(pack), Wishes())
    return description(app_of(context, settings.roles))


def _named(route: APIRoute) -> str:
    """Return by what name programs made from the description call a route."""
    return f"{route.tags[0]}_{route.name.rstrip('_')}"


def _made(target: str) -> Callable[[Context], APIRouter]:
    module, _, name = target.partition(":")
    made: Callable[[Context], APIRouter] = getattr(import_module(module), name)
    return made
