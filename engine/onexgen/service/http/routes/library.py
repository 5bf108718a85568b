"""What the library has for a request, with the reasons."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field, JsonValue

from onexgen.json_types import JsonObject
from onexgen.service.http.context import Context
from onexgen.service.http.guarding import guarded
from onexgen.service.http.problems import Refused, documented
from onexgen.service.library import Library

Text = Annotated[str, Query(max_length=20_000, description="What is wanted; all without it.")]
Kind = Annotated[str | None, Query(max_length=200, description="Kind of node, if it is known.")]
Limit = Annotated[int, Query(ge=1, le=100, description="At most so many.")]


class Question(BaseModel):
    """A request, as it would be made."""

    model_config = ConfigDict(extra="forbid")

    prompt: str = Field(min_length=1, max_length=20_000, description="What is wanted.")
    node_type: str | None = Field(default=None, max_length=200, description="Kind, if it is known.")
    limit: int = Field(default=8, ge=1, le=100, description="At most so many of each.")


def router(context: Context) -> APIRouter:
    """Return the routes: one for each output that the rules name, and one for all of them."""
    routes = guarded("library")
    rules = context.settings.parts.get("library", {"pipelines": {}})
    names = list(rules["pipelines"])

    @routes.post(
        "/intelligence",
        response_model=dict[str, JsonValue],
        summary="What would be recommended for a request, and why",
        responses=documented(404, 504),
    )
    async def recommend(question: Question) -> Any:
        given = question.model_dump(exclude_none=True)
        return _plain(await _library(context).ask(names, given))

    for name in names:
        routes.add_api_route(
            f"/{name}", _asked(context, name), summary=f"The {name} that fit a request, and why",
            response_model=dict[str, JsonValue], responses=documented(404, 504), name=name,
        )  # fmt: skip
    return routes


def _asked(context: Context, name: str) -> Any:
    async def ask(query: Text = "", node_type: Kind = None, limit: Limit = 8) -> Any:
        library = _library(context)
        if not query.strip():
            return _plain({name: [*await library.all(name)]})
        given: JsonObject = {"prompt": query, "limit": limit}
        if node_type is not None:
            given["node_type"] = node_type
        return _plain(await library.ask([name], given))

    return ask


def _plain(found: JsonObject) -> Any:
    return {"schema_version": 1, **found}


def _library(context: Context) -> Library:
    library = context.parts.library
    if library is None:
        raise Refused(404, "there is no library here", help="see `library` in rules/service.yaml")
    return library
