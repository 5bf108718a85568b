"""What a request is understood as."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from onexgen.json_types import Json, JsonObject

# What this model adds to the record of the pipeline.
_OWN = {"node_type", "prompt", "node_type_hint", "business_description"}


class ModelPRDRequirements(BaseModel):
    """Requirements of a node; changes to them hold in all later steps."""

    # The pipeline's record has more than the specification names: settings, evidence, advice.
    model_config = ConfigDict(extra="allow")

    node_type: str = Field(default="", description="Inferred node type.")
    service_name: str = Field(description="Service name in snake_case.")
    domain: str = Field(default="general", description="Domain classification.")
    operations: list[str] = Field(default_factory=list, description="Operations to implement.")
    business_description: str = Field(default="", description="Human-readable purpose.")
    features: list[str] = Field(default_factory=list, description="Key features to implement.")
    dependencies: list[str] = Field(default_factory=list, description="External services.")
    performance_requirements: dict[str, Json] = Field(
        default_factory=dict, description="Performance targets."
    )
    best_practices: list[str] = Field(
        default_factory=list, description="Best practices that fit the request."
    )
    extraction_confidence: float = Field(default=0.0, ge=0, le=1, description="Confidence.")
    prompt: str = Field(default="", description="The request as it was written.")
    node_type_hint: str | None = Field(default=None, description="Node type that was asked for.")

    @classmethod
    def of(cls, record: JsonObject, **own: Any) -> ModelPRDRequirements:
        """Return the requirements of a pipeline's record."""
        return cls.model_validate({**record, **own})

    @property
    def text(self) -> str:
        """Return the text that rules read: the request, else whatever describes the node."""
        words = [self.service_name.replace("_", " "), *self.operations, self.domain]
        return self.prompt or self.business_description or " ".join(words)

    def corrections(self) -> JsonObject:
        """Return what replaces the values that a pipeline reads out of the text."""
        values: JsonObject = self.model_dump(mode="json", exclude=_OWN)
        # A model made by hand says nothing about what it leaves out.
        return {name: values[name] for name in values if name in self.model_fields_set}
