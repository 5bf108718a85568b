"""The grammar of the service: which roles it has, where, and how much of each it gives."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from onexgen.config.base import Document, Strict
from onexgen.config.hooks import Hooks
from onexgen.config.pipeline import Duration, Identifier
from onexgen.config.registry import Registry
from onexgen.config.stamps import Library, Stamps
from onexgen.config.telemetry import Telemetry

Prefix = Annotated[str, Field(pattern=r"^(/[a-z0-9_-]+)*$")]
Size = Annotated[int, Field(ge=1024, le=1 << 30)]


class Role(Strict):
    """A part of the service with a port of its own."""

    id: Identifier = Field(description="Name of the role, as `--role` and `--port` take it.")
    summary: str = Field(min_length=1, description="One line on what it is for.")
    port: int = Field(ge=1, le=65_535, description="Port; roles with the same port share it.")
    prefix: Prefix = Field(default="", description="Path that its routes begin with, such as /v1.")
    routes: list[Identifier] = Field(
        default_factory=list, description="Groups of routes; whether it lives is always told."
    )


class Limits(Strict):
    """How much is taken, and how much is kept."""

    body: Size = Field(description="Largest body of a request in bytes.")
    requests_a_minute: int = Field(
        ge=1, le=1_000_000, description="Requests a minute, by token or else by address."
    )
    burst: int = Field(ge=1, le=1_000_000, description="How many of them may come at once.")
    callers: int = Field(
        ge=1, le=1_000_000, description="How many tokens and addresses are told apart."
    )
    kept: Size = Field(description="Bytes of events and results of runs kept in memory.")
    messages: int = Field(
        ge=1, le=1_000_000,
        description="Messages that a bus in memory keeps of each part of a topic.",
    )  # fmt: skip
    events: int = Field(ge=1, le=1_000_000, description="Most events of one run that are kept.")
    listed: int = Field(ge=1, le=10_000, description="Most runs in one answer.")
    streams: int = Field(ge=1, le=100_000, description="Most streams of events at once.")
    files: int = Field(ge=1, le=100_000, description="Most files in an archive that is sent.")
    packages: int = Field(ge=1, le=1000, description="Most packages in it that are judged.")
    unpacked: Size = Field(description="Largest sum in bytes of those files.")


class Waits(Strict):
    """How long the service waits."""

    judging: Duration = Field(description="Longest time of an explanation or a verdict.")
    beat: Duration = Field(description="Silence in a stream of events after which a sign is sent.")
    settle: Duration = Field(
        description="How long late events are waited for once the result is known."
    )
    looking: Duration = Field(description="How long a look at the broker or the history may take.")
    drain: Duration = Field(description="How long open requests have when the service is stopped.")


class TokenRules(Strict):
    """What a token looks like."""

    prefix: str = Field(
        pattern=r"^[a-z0-9]*_?$", description="What it begins with, for programs that find secrets."
    )
    bytes: int = Field(ge=16, le=64, description="Random bytes in it.")


class Service(Document):
    """What the service offers, where, and how much of it."""

    kind: Literal["service"] = Field(description="What this file describes.")
    roles: list[Role] = Field(min_length=1, description="The parts of the service.")
    pipelines: dict[Identifier, str] = Field(
        description="Group of routes -> the pipeline that answers in the service itself."
    )
    processes: int = Field(
        ge=1, le=256, description="Processes for explanations and verdicts, and without a broker "
        "as many more for runs.",
    )  # fmt: skip
    limits: Limits = Field(description="How much is taken and kept.")
    waits: Waits = Field(description="How long is waited.")
    tokens: TokenRules = Field(description="What tokens look like.")
    hooks: Hooks | None = Field(default=None, description="Who may start runs by signing.")
    telemetry: Telemetry | None = Field(default=None, description="What is counted of runs.")
    stamps: Stamps | None = Field(default=None, description="How packages are stamped.")
    library: Library | None = Field(default=None, description="What the library is asked for.")
    registry: Registry | None = Field(default=None, description="Where this service is found.")

    def references(self) -> list[tuple[tuple[str | int, ...], str, str]]:
        """Return the pipelines that answer."""
        own = [(("pipelines", name), path, "pipeline") for name, path in self.pipelines.items()]
        if self.library is None:
            return [*own]
        asked = self.library.pipelines.items()
        return [*own, *((("library", "pipelines", name), path, "pipeline") for name, path in asked)]
