"""What stands in the messages, as versioned models by the specification's names."""

from __future__ import annotations

from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field

Short = Annotated[str, Field(max_length=200)]
Seconds = Annotated[float, Field(ge=0)]
# It was read from JSON: to look at each value again took longer than all the rest of a message.
Values = dict[str, Any]


class Payload(BaseModel):
    """What an envelope carries; what a later version adds is not looked at."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Place(Payload):
    """Where the result is to go, on the machine of whoever asks: only names, never looked at."""

    cwd: str = Field(default="", max_length=4096, description="Folder of the person who asks.")
    markers: Values = Field(
        default_factory=dict, description="Place -> what its marker is there, null for nothing."
    )


class Request(Payload):
    """What all requests have; a misspelt field is a mistake, not an addition."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    mode: Short | None = Field(default=None, description="Which of the topic's pipelines answers.")
    inputs: Values = Field(
        default_factory=dict, description="Further inputs of that pipeline, by their names."
    )
    timeout_seconds: float | None = Field(
        default=None, gt=0, le=3600, description="Time limit of the run."
    )
    place: Place = Field(default_factory=Place, description="Where the result is to go.")

    def given(self) -> dict[str, Any]:
        """Return the inputs of the pipeline that this request gives."""
        own = {
            name: getattr(self, name)
            for name in type(self).model_fields
            if name not in Request.model_fields and getattr(self, name) is not None
        }
        return {**self.inputs, **own}


class CodegenAnalysisRequest(Request):
    """Ask what a prompt means, or with `mode: generate` for the whole package."""

    prompt: str = Field(description="What is wanted, in natural language.")
    node_type: Short | None = Field(default=None, description="Kind of node, if it is known.")


class CodegenValidationRequest(Request):
    """Ask for the quality of a package."""

    files: dict[str, str] = Field(description="The package: path -> text.")
    package: Short = Field(description="Dotted name by which the package is imported.")
    contract: Values = Field(description="contract.yaml as data.")
    node_type: Short | None = Field(default=None, description="Kind of the node.")


class CodegenPatternRequest(Request):
    """Ask for the patterns of the library that fit a prompt."""

    prompt: str = Field(description="What is wanted, in natural language.")
    node_type: Short | None = Field(default=None, description="Kind of node, if it is known.")


class CodegenMixinRequest(Request):
    """Ask for the mixins that a prompt calls for."""

    prompt: str = Field(description="What is wanted, in natural language.")
    node_type: Short | None = Field(default=None, description="Kind of node, if it is known.")


class Stage(Payload):
    """How one stage went."""

    id: Short = Field(description="Name of the stage in its pipeline.")
    title: str = Field(description="Its name for people.")
    number: int = Field(ge=1, description="Its number, counted from 1.")
    status: Short = Field(description="completed, skipped, continued or failed.")
    seconds: Seconds = Field(description="How long it took.")
    rounds: int = Field(default=1, ge=0, description="How often its steps were run.")
    message: str = Field(default="", description="Why it failed.")
    made: list[str] = Field(default_factory=list, description="Keys of the record that it made.")


class Response(Payload):
    """How a request ended: the outputs of its pipeline, or why there are none."""

    request_id: Short = Field(description="Id of the envelope that asked.")
    mode: Short = Field(description="Mode of the request.")
    pipeline: str = Field(description="The pipeline that answered.")
    success: bool = Field(description="Whether it succeeded.")
    outputs: Values = Field(default_factory=dict, description="Outputs of the pipeline.")
    record: Values | None = Field(
        default=None, description="All values of the run, with the files that it made."
    )
    stored: bool = Field(default=False, description="The record was too large: it is in the store.")
    stages: list[Stage] = Field(default_factory=list, description="How each stage went.")
    error: str = Field(default="", description="Why it failed.")
    help: str = Field(default="", description="How to repair that.")
    exit_code: int = Field(default=0, ge=0, le=255, description="Exit code of a local run.")
    failed_stage: Short | None = Field(default=None, description="Stage that failed.")
    duration_seconds: Seconds = Field(default=0, description="How long the run took.")
    attempts: int = Field(default=1, ge=0, description="How often it was tried.")
    rules: Short = Field(default="", description="Digest of the rules and templates in use.")
    worker: Short = Field(default="", description="Who answered.")


class CodegenAnalysisResponse(Response):
    """Answer to a CodegenAnalysisRequest."""


class CodegenValidationResponse(Response):
    """Answer to a CodegenValidationRequest."""


class CodegenPatternResponse(Response):
    """Answer to a CodegenPatternRequest."""


class CodegenMixinResponse(Response):
    """Answer to a CodegenMixinRequest."""


class Told(Payload):
    """Something that a run tells."""

    workflow_id: Short = Field(description="Id of this attempt at the request.")


class CodegenSessionStatus(Told):
    """Progress of a run: everything that it tells, in order."""

    sequence: int = Field(ge=1, description="Number of this event in its run, from 1.")
    kind: Short = Field(description="run_started, stage_started, stage_completed, ...")
    data: Values = Field(description="What the event says.")


class StageTold(Told):
    """Something about one stage."""

    stage: Short = Field(description="Name of the stage in its pipeline.")
    stage_number: int = Field(ge=1, description="Its number, counted from 1.")


class ModelEventCodegenStageCompleted(StageTold):
    """A stage completed."""

    duration_seconds: Seconds = Field(description="How long it took.")
    success: bool = Field(description="Whether it succeeded.")


class TestGenerationStarted(StageTold):
    """Tests are being made."""


class TestGenerationCompleted(ModelEventCodegenStageCompleted):
    """Tests were made."""


class TestGenerationFailed(ModelEventCodegenStageCompleted):
    """Tests could not be made."""

    message: str = Field(default="", description="Why.")


class ModelEventCodegenCompleted(Told):
    """A run completed."""

    success: bool = Field(default=True, description="Always true.")


class ModelEventCodegenFailed(Told):
    """A run failed."""

    success: bool = Field(default=False, description="Always false.")
    stage: Short | None = Field(default=None, description="Stage that failed.")
    error: str = Field(description="Why.")
    exit_code: int = Field(ge=1, le=255, description="Exit code of a local run.")


EVENTS: Final[dict[str, type[Payload]]] = {
    one.__name__: one
    for one in (
        CodegenAnalysisRequest,
        CodegenAnalysisResponse,
        CodegenMixinRequest,
        CodegenMixinResponse,
        CodegenPatternRequest,
        CodegenPatternResponse,
        CodegenSessionStatus,
        CodegenValidationRequest,
        CodegenValidationResponse,
        ModelEventCodegenCompleted,
        ModelEventCodegenFailed,
        ModelEventCodegenStageCompleted,
        TestGenerationCompleted,
        TestGenerationFailed,
        TestGenerationStarted,
    )
}
