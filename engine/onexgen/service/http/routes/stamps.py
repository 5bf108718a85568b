"""Stamps on packages, and whether packages still are what was stamped."""

from __future__ import annotations

import base64
import binascii
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, JsonValue

from onexgen.service.http.context import Context
from onexgen.service.http.guarding import guarded
from onexgen.service.http.problems import Refused, documented
from onexgen.service.stamps import StampRules, stamp_rules, stamped, verified
from onexgen.storage.content import encoded


class Bytes(BaseModel):
    """A file that is no text."""

    model_config = ConfigDict(extra="forbid")

    base64: str = Field(description="Its bytes.")


Files = Annotated[
    dict[str, str | Bytes],
    Field(min_length=1, description="Path -> text, which is stamped as UTF-8 with line feeds."),
]


class Wanted(BaseModel):
    """What is to be stamped."""

    model_config = ConfigDict(extra="forbid")

    files: Files
    time: AwareDatetime | None = Field(default=None, description="Time of the stamp; else now.")


class Looked(BaseModel):
    """What is to be compared."""

    model_config = ConfigDict(extra="forbid")

    stamp: dict[str, JsonValue] = Field(description="What POST /v1/stamps answered.")
    files: Annotated[dict[str, str | Bytes], Field(description="Path -> text.")]


class StampedBy(BaseModel):
    """Who stamped, and by which rules."""

    name: str
    version: str
    rules: str


class Stamp(BaseModel):
    """What some files were at a time, and where they come from."""

    schema_version: int = Field(description="Version of this form.")
    time: str = Field(description="When.")
    stamped_by: StampedBy = Field(description="Who stamped; `rules` is the digest of their pack.")
    provenance: dict[str, JsonValue] = Field(description="What the package's manifest says.")
    files: dict[str, dict[str, str]] = Field(description="Path -> digests.")
    tree: dict[str, str] = Field(description="Digests of all files together.")
    seal: str | None = Field(default=None, description="HMAC-SHA256 of all else, with a secret.")


class Verdict(BaseModel):
    """How files differ from their stamp."""

    valid: bool = Field(description="Whether nothing differs, and the seal is genuine.")
    seal: str = Field(description="genuine, forged, none, or not looked at.")
    tree: bool = Field(description="Whether the stamp agrees with itself.")
    missing: list[str] = Field(description="Stamped, and not there.")
    changed: list[str] = Field(description="There, and not as stamped.")
    extra: list[str] = Field(description="There, and not stamped.")


def router(context: Context) -> APIRouter:
    """Return the routes of stamps."""
    routes = guarded("stamps")

    @routes.post(
        "/stamps",
        summary="Stamp files",
        response_model=Stamp,
        response_model_exclude_none=True,
        responses=documented(404),
    )
    async def stamp(wanted: Wanted) -> Any:
        time = wanted.time or datetime.now(UTC)
        return stamped(_rules(context), _bytes(wanted.files), time, context.rules)

    @routes.post(
        "/stamps/verify",
        summary="Compare files with a stamp",
        response_model=Verdict,
        responses=documented(404),
    )
    async def verify(looked: Looked) -> Any:
        return verified(_rules(context), looked.stamp, _bytes(looked.files))

    return routes


def _rules(context: Context) -> StampRules:
    if "stamps" not in context.settings.parts:
        raise Refused(404, "nothing is stamped here", help="see `stamps` in rules/service.yaml")
    return stamp_rules(context.settings.parts["stamps"])


def _bytes(files: dict[str, str | Bytes]) -> dict[str, bytes]:
    texts = {path: one for path, one in files.items() if isinstance(one, str)}
    found = encoded(texts)
    for path, one in files.items():
        if isinstance(one, Bytes):
            try:
                found[path] = base64.b64decode(one.base64, validate=True)
            except (binascii.Error, ValueError) as error:
                raise Refused(422, f"the bytes of {path!r} are no base64") from error
    return found
