"""The grammar of hooks: who may start runs from outside, and how we know that it was them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from onexgen.config.base import Strict
from onexgen.config.pipeline import Duration, Identifier
from onexgen.json_types import Json

Header = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9-]{0,63}$")]
Variable = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]{0,99}$")]
SourceName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,39}$")]


class Signature(Strict):
    """Where the signature stands, and over what it goes."""

    header: Header = Field(description="Header with the HMAC-SHA256 in hexadecimal digits.")
    prefix: str = Field(default="", max_length=20, description="What stands before the digits.")
    over: list[Literal["timestamp", "delivery", "body"]] = Field(
        min_length=1, description="What is signed, in this order, joined by dots."
    )


class Source(Strict):
    """One sender of hooks."""

    id: SourceName = Field(description="Its name in the address: /v1/hooks/ID.")
    summary: str = Field(min_length=1, description="One line for people.")
    secrets: list[Variable] = Field(
        min_length=1,
        description="Environment variables with the shared secret; two while it is changed.",
    )
    signature: Signature = Field(description="How a delivery is signed.")
    timestamp: Header | None = Field(
        default=None, description="Header with the time of sending, in seconds since 1970."
    )
    tolerance: Duration | None = Field(
        default=None, description="How far that time may be from ours, either way."
    )
    delivery: Header | None = Field(
        default=None, description="Header with the sender's own name of a delivery."
    )
    event: Header | None = Field(
        default=None, description="Header with the kind of event, as `event` in expressions."
    )
    when: str | bool = Field(
        default=True,
        description="Whether a delivery makes a run: an expression over payload, event, delivery.",
    )
    mode: Identifier = Field(description="Mode of the request, as in the topics' `pipelines`.")
    inputs: dict[Identifier, Json] = Field(
        description="Input of the pipeline -> value: expressions over payload, event, delivery."
    )


class Hooks(Strict):
    """What is received from outside."""

    sources: list[Source] = Field(description="All senders.")
