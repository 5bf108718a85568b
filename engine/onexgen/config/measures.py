"""The grammar of measures: how answers are compared with labelled data."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from onexgen.config.base import Document, Strict
from onexgen.json_types import Json

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Keys = Annotated[str, Field(pattern=r"^[A-Za-z_][\w-]*(\.[A-Za-z_][\w-]*)*$")]


class Measure(Strict):
    """One field of the answer, what it is compared with, and how."""

    name: Name = Field(description="Name of the measure; `--fail-under NAME=VALUE` uses it.")
    compare: Literal["label", "labels", "items", "one_of", "values"] = Field(
        description="label: one of a few, equal or not. labels: a set. items: things that are "
        "equal when all keys of `by` are. one_of: the truth is a list of good answers. "
        "values: for things with the same keys of `by`, whether `value` is right."
    )
    answer: Keys = Field(description="Key of the answer; dots go inside, through lists as well.")
    truth: Keys = Field(description="Key of the labelled line; lines without it do not count.")
    figure: Literal["", "accuracy", "macro_f1", "precision", "recall", "f1"] = Field(
        default="",
        description="The figure that counts; without it accuracy or, for several things, f1.",
    )
    optional: str = Field(
        default="", description="Key of the labelled line: what is right but need not be found."
    )
    where: dict[str, Json] = Field(
        default_factory=dict, description="Only lines that have these values count."
    )
    same: dict[str, str] = Field(
        default_factory=dict, description="Words that mean the same; no word: it does not count."
    )
    without: list[str] = Field(default_factory=list, description="Labels that do not count.")
    first: int | None = Field(
        default=None, ge=1, description="Only so many of the answer, from the first on."
    )
    by: list[str] = Field(default_factory=list, description="Keys that tell things apart.")
    value: str = Field(default="", description="Key whose value is compared.")
    parts: str = Field(
        default="",
        description="Sign between the words of a good answer: what has all of them is good too.",
    )
    confidence: str = Field(
        default="", description="Key of the answer: how sure it is, to see if that is deserved."
    )
    alternatives: str = Field(
        default="", description="Key of the answer: the other labels, the likeliest first."
    )


class Measures(Document):
    """How the answers of a pipeline are compared with labelled data."""

    kind: Literal["measures"] = Field(description="What this file describes.")
    title: str = Field(min_length=1, description="What this file is about.")
    pipeline: str = Field(min_length=1, description="The pipeline that answers.")
    id: str = Field(default="id", description="Key of a labelled line: its name in reports.")
    inputs: dict[Name, str] = Field(
        min_length=1, description="Input of the pipeline -> key of a labelled line."
    )
    evidence: str = Field(
        default="", description="Key of the answer under which the rules stand that decided it."
    )
    measures: list[Measure] = Field(min_length=1, description="What is measured, in this order.")

    def references(self) -> list[tuple[tuple[str | int, ...], str, str]]:
        """Return the pipeline."""
        return [(("pipeline",), self.pipeline, "pipeline")]
