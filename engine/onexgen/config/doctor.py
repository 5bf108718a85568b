"""The grammar of a doctor: what is looked at, what counts as ill, and what then may help."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from onexgen.config.base import Document, Strict
from onexgen.config.pipeline import Duration

Case = Annotated[str, Field(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$")]
Port = Annotated[int, Field(ge=1, le=65_535)]


class Limits(Strict):
    """From where on something is ill."""

    patience: Duration = Field(description="How long an answer is waited for.")
    clock: Duration = Field(description="How far the clocks of two machines may be apart.")
    free_megabytes: int = Field(ge=0, description="Free space that a folder of results needs.")
    days: float = Field(gt=0, description="How many days of the history are looked at.")


class Advice(Strict):
    """What may help in a case that the program can tell from others."""

    id: Case = Field(description="The case.")
    state: Literal["ok", "wrong", "unknown"] = Field(
        description="What it means; `wrong` lets the command fail."
    )
    help: list[str] = Field(
        default_factory=list,
        description="What to do, line by line; {NAME} is a value of the case, such as {host}.",
    )


class Doctor(Document):
    """What is said when something does not answer."""

    kind: Literal["doctor"] = Field(description="What this file describes.")
    limits: Limits = Field(description="From where on something is ill.")
    folder: str = Field(default=".", min_length=1, description="Where results usually go.")
    advice: list[Advice] = Field(min_length=1, description="All cases.")
