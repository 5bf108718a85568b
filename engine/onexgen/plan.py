"""A compiled pipeline: all that a run needs, and nothing that can be wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from onexgen.json_types import Json, JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class InputPlan:
    """One typed input."""

    name: str
    type: str
    help: str
    required: bool
    default: Json
    choices: list[str] | None
    max_length: int | None
    minimum: float | None
    maximum: float | None
    positional: bool
    variable: str | None
    setting: str | None
    disable: str | None
    at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StepPlan:
    """One call of an action; `key` is where its output goes, `empty` what stands for it if skipped.

    With that in the plan, nothing of an action that is not called is ever imported.
    """

    id: str
    uses: str
    key: str
    options: JsonObject
    when: str | bool
    empty: Json
    at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StagePlan:
    """One stage; `timeout` in seconds."""

    id: str
    title: str
    steps: tuple[StepPlan, ...]
    when: str | bool
    optional: bool
    timeout: float | None
    on_failure: str
    retries: int
    until: str | None
    at_most: int
    at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FilePlan:
    """One file of a family; `template` is its name in the pack."""

    path: str
    template: str
    group: str
    when: str | bool
    at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FamilyPlan:
    """One family: its chain from child to root, its files, its blueprints from root to child.

    `sources` are all files of the pack that it is made of.
    """

    name: str
    title: str
    summary: str
    abstract: bool
    aliases: list[str]
    chain: list[str]
    files: tuple[FilePlan, ...]
    blueprints: dict[str, list[Json]]
    sources: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A pipeline with everything that it names."""

    name: str
    path: str
    description: str
    inputs: tuple[InputPlan, ...]
    stages: tuple[StagePlan, ...]
    outputs: JsonObject
    summary: list[str]
    events: dict[str, str]
    documents: dict[str, Json]
    families: dict[str, FamilyPlan]
    blueprints: dict[str, Json]
    digests: dict[str, str]

    def to_json(self) -> dict[str, Any]:
        """Return the plan as JSON data."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Plan:
        """Return the plan that `to_json` wrote."""
        values = dict(data)
        values["inputs"] = tuple(InputPlan(**item) for item in data["inputs"])
        values["stages"] = tuple(
            StagePlan(**{**item, "steps": tuple(StepPlan(**step) for step in item["steps"])})
            for item in data["stages"]
        )
        values["families"] = {
            name: FamilyPlan(**{**item, "files": tuple(FilePlan(**file) for file in item["files"])})
            for name, item in data["families"].items()
        }
        return cls(**values)
