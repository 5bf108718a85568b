"""The grammar of pipelines and overlays."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Field

from onexgen.config.base import Document, Strict
from onexgen.json_types import Json

Identifier = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Duration = Annotated[str, Field(pattern=r"^\d+(\.\d+)?(ms|s|m)$")]
_UNITS: Final = {"ms": 0.001, "s": 1.0, "m": 60.0}


def seconds(duration: str) -> float:
    """Return the seconds of a duration such as 500ms, 5s or 2m."""
    unit = next(unit for unit in _UNITS if duration.endswith(unit))
    return float(duration.removesuffix(unit)) * _UNITS[unit]


class Input(Strict):
    """One input of a pipeline: on the command line the option --NAME."""

    type: Literal["string", "integer", "number", "boolean", "path", "list", "document"] = Field(
        default="string", description="Type of the value."
    )
    help: str = Field(default="", description="One line for --help.")
    required: bool = Field(default=False, description="Whether a run needs it.")
    default: Json = Field(default=None, description="Value when none is given.")
    choices: list[str] | str | None = Field(
        default=None, description="Allowed values: a list, or one expression that yields it."
    )
    max_length: int | None = Field(default=None, ge=1, description="Longest text, in characters.")
    minimum: float | None = Field(default=None, description="Smallest number.")
    maximum: float | None = Field(default=None, description="Largest number.")
    positional: bool = Field(
        default=False, description="Whether it is the argument of commands that take one."
    )
    variable: str | None = Field(
        default=None, description="Environment variable that gives the default."
    )
    setting: str | None = Field(
        default=None,
        description="Key of the user's configuration that gives the default, such as "
        "tests.strict_mode.",
    )
    disable: str | None = Field(
        default=None, description="A second option name that sets a boolean to false."
    )


class Step(Strict):
    """One call of an action."""

    id: Identifier = Field(description="Name of the step and, without `into`, of its output.")
    uses: str = Field(description="The action to call.")
    with_: dict[str, Json] = Field(
        default_factory=dict, alias="with", description="Options of the action."
    )
    into: Identifier | None = Field(
        default=None, description="Replace this earlier value instead of adding a new one."
    )
    when: str | bool = Field(default=True, description="Run the step only if this is true.")


class Repeat(Strict):
    """Run the steps of a stage again until a condition holds."""

    until: str = Field(description="Expression that ends the repetition.")
    at_most: int = Field(ge=1, le=100, description="Largest number of rounds.")


class Stage(Strict):
    """What a person sees in the progress display: a group of steps."""

    id: Identifier = Field(description="Name of the stage.")
    title: str = Field(min_length=1, description="What the progress display calls it.")
    steps: list[Step] = Field(min_length=1, description="Steps, in order.")
    when: str | bool = Field(default=True, description="Run the stage only if this is true.")
    optional: bool = Field(
        default=False, description="Leave a skipped stage out of the progress display."
    )
    timeout: Duration | None = Field(default=None, description="Time limit of a run, such as 5s.")
    on_failure: Literal["fail", "continue"] = Field(
        default="fail", description="`continue` goes on with the steps' empty values."
    )
    retries: int = Field(default=0, ge=0, le=10, description="Further tries after a failure.")
    repeat: Repeat | None = Field(default=None, description="Repetition of the stage.")


class Pipeline(Document):
    """A pipeline: typed inputs, ordered stages, outputs, and the topics of its events."""

    kind: Literal["pipeline"] = Field(description="What this file describes.")
    name: Identifier = Field(description="Name of the pipeline.")
    description: str = Field(description="One sentence on what it does.")
    inputs: dict[Identifier, Input] = Field(
        default_factory=dict, description="Inputs, in the order of --help."
    )
    stages: list[Stage] = Field(min_length=1, description="Stages, in order.")
    outputs: dict[Identifier, Json] = Field(
        default_factory=dict, description="Keys of the result; values may be expressions."
    )
    summary: list[str] = Field(
        default_factory=list,
        description="Lines printed after a successful run; each may hold expressions.",
    )
    events: dict[
        Literal[
            "stage_started",
            "round_completed",
            "stage_completed",
            "stage_failed",
            "run_started",
            "run_completed",
            "run_failed",
        ],
        str,
    ] = Field(default_factory=dict, description="Topic of each kind of event.")


class Overlay(Document):
    """Changes to other files for one environment, value by value."""

    kind: Literal["overlay"] = Field(description="What this file describes.")
    description: str = Field(description="When to use this environment.")
    set: dict[str, dict[str, Json]] = Field(
        description="File -> dotted path -> value; a list item is named by its id."
    )
