"""The grammar of stamps and of the library: what is said of packages, and of requests."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from onexgen.config.base import Strict
from onexgen.config.hooks import Variable
from onexgen.config.pipeline import Identifier


class Stamps(Strict):
    """How packages are stamped."""

    digests: list[Literal["sha256", "blake3"]] = Field(
        min_length=1, description="Digests of every file and of the tree."
    )
    prompt: Identifier = Field(description="Input of a run that says what was asked for.")
    secrets: list[Variable] = Field(
        description="Environment variables with the secret that seals stamps, the newest first."
    )


class Library(Strict):
    """Which pipelines answer what the library has for a request."""

    pipelines: dict[Identifier, str] = Field(
        min_length=1, description="Output of a pipeline -> the pipeline."
    )
