"""What requests and answers of the routes look like."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Annotated, Any, Final, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, JsonValue

from onexgen.service.events import Stage
from onexgen.service.http.board import Followed

State = Literal["queued", "running", "completed", "failed"]
# As ids of messages are: nothing a terminal could take for a command.
RunId = Annotated[str, Field(pattern=r"^[A-Za-z0-9._:-]{1,128}$", description="Id of the run.")]


def _sayable(inputs: dict[str, JsonValue]) -> dict[str, JsonValue]:
    """Refuse what Python's JSON can say and nobody else's."""
    try:
        json.dumps(inputs, allow_nan=False, ensure_ascii=False).encode()
    except ValueError as error:
        raise ValueError("holds a number or a text that JSON has no form for") from error
    return inputs


_EXAMPLE: Final = "Create a Compute node that hashes files"
Inputs = Annotated[dict[str, JsonValue], AfterValidator(_sayable)]


class Strict(BaseModel):
    """The body of a request: a misspelt field is a mistake, not an addition."""

    model_config = ConfigDict(extra="forbid", strict=True)


class RunRequest(Strict):
    """Ask for a run."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"mode": "generate", "inputs": {"prompt": _EXAMPLE}}]}
    )

    mode: str = Field(max_length=200, description="What is wanted: a mode of rules/topics.yaml.")
    inputs: Inputs = Field(default_factory=dict, description="Inputs of the mode's pipeline.")
    timeout_seconds: float | None = Field(
        default=None, gt=0, le=3600, description="Time limit of the run."
    )


class ExplainRequest(Strict):
    """Ask what a prompt is understood as."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"prompt": _EXAMPLE}]})

    prompt: str = Field(description="What is wanted, in natural language.")
    inputs: Inputs = Field(default_factory=dict, description="Further inputs of the pipeline.")


class GateRequest(Strict):
    """Ask whether packages are good enough."""

    files: dict[str, str] = Field(min_length=1, description="Path -> text of the packages' files.")


class Links(BaseModel):
    """Where to find more."""

    self: str = Field(description="The run.")
    events: str = Field(description="What it tells, as it goes on.")
    artifacts: str = Field(description="What it made.")

    @classmethod
    def of(cls, name: str, prefix: str) -> Self:
        """Return the links of a run, below a prefix."""
        here = f"{prefix}/runs/{name}"
        return cls(self=here, events=f"{here}/events", artifacts=f"{here}/artifacts")


class Brief(BaseModel):
    """A run in a list."""

    id: str = Field(description="Id of the run.")
    mode: str = Field(description="What was asked for; empty where that is not known yet.")
    state: State = Field(description="How it is.")
    since: datetime | None = Field(default=None, description="When it was asked for.")
    until: datetime | None = Field(default=None, description="When it ended.")
    seconds: float | None = Field(default=None, description="How long the work took.")
    error: str = Field(default="", description="Why it failed.")
    links: Links = Field(description="Where to find more.")

    @classmethod
    def of(cls, run: Followed, prefix: str) -> Self:
        """Return a run as it is known."""
        return cls.model_validate(_brief(run, prefix))


class Full(Brief):
    """All that is known of a run."""

    help: str = Field(default="", description="How to repair a failure.")
    exit_code: int | None = Field(default=None, description="Exit code of a local run.")
    failed_stage: str | None = Field(default=None, description="Stage that failed.")
    attempts: int | None = Field(default=None, description="How often it was tried.")
    stages: list[Stage] = Field(default_factory=list, description="How each stage went.")
    outputs: dict[str, JsonValue] = Field(default_factory=dict, description="What came of it.")

    @classmethod
    def of(cls, run: Followed, prefix: str) -> Self:
        """Return a run as it is known."""
        answer = run.answer
        told = (
            {}
            if answer is None
            else answer.model_dump(
                include={"help", "exit_code", "failed_stage", "attempts", "stages", "outputs"}
            )
        )
        return cls.model_validate({**_brief(run, prefix), **told})


class Briefs(BaseModel):
    """The latest runs."""

    runs: list[Brief] = Field(description="The newest first.")


class Explanation(BaseModel):
    """What a prompt is understood as."""

    outputs: dict[str, JsonValue] = Field(description="Outputs of the pipeline.")
    seconds: float = Field(description="How long it took.")


class Verdicts(BaseModel):
    """Whether packages are good enough."""

    passed: bool = Field(description="Whether all of them are.")
    packages: list[dict[str, JsonValue]] = Field(
        description="One verdict a package, as `onexgen gate --json` says it."
    )


class Artifact(BaseModel):
    """A file that a run made."""

    path: str = Field(description="Path in the package.")
    size: int = Field(description="Size in bytes.")
    sha256: str = Field(description="Digest of its bytes.")


class Artifacts(BaseModel):
    """What a run made."""

    directory: str = Field(description="Where it belongs, from the folder of whoever asked.")
    files: list[Artifact] = Field(description="The files by their paths.")


class Written(BaseModel):
    """What was written."""

    directory: str = Field(description="The folder, from the root of all output.")
    files: list[str] = Field(description="The files that are there now.")


def _brief(run: Followed, prefix: str) -> dict[str, Any]:
    answer = run.answer
    return {
        "id": run.id,
        "mode": run.mode,
        "state": run.state,
        "since": run.since,
        "until": run.until,
        "seconds": None if answer is None else answer.duration_seconds,
        "error": "" if answer is None else answer.error,
        "links": Links.of(run.id, prefix),
    }
