"""The grammar of figures: what is counted of runs, how far back."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from onexgen.config.base import Strict
from onexgen.config.pipeline import Duration, Identifier

Period = Annotated[str, Field(pattern=r"^[1-9]\d{0,4}(s|m|h|d)$")]
Label = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,39}$")]
Bound = Annotated[float, Field(ge=0)]


class Bounds(Strict):
    """Upper bounds of the parts of a histogram, growing."""

    seconds: list[Bound] = Field(min_length=1, description="Of durations, in seconds.")
    quality: list[Bound] = Field(min_length=1, description="Of the quality of what was made.")


class Telemetry(Strict):
    """What is counted, and how long it is looked back."""

    spans: list[Period] = Field(min_length=1, description="Times until now that are looked back.")
    slots: int = Field(ge=2, le=1000, description="In how many steps each of them moves on.")
    accuracy: float = Field(
        gt=0, lt=0.5, description="By which share of itself a percentile may be wrong."
    )
    kind: Identifier = Field(description="Output of a run by which quality is told apart.")
    categories: dict[Label, list[int]] = Field(
        description="What failed -> exit codes of a run that say so."
    )
    otherwise: Label = Field(description="What failed when no category has the exit code.")
    bounds: Bounds = Field(description="How finely histograms are divided.")
    look_every: Duration = Field(description="How often the broker is asked what waits.")
    keep_every: Duration = Field(description="How often the figures are kept for a restart.")
