"""What kind of node a request needs."""

from __future__ import annotations

from pydantic import BaseModel, Field

from onexgen.codegen.labels import EnumNodeType
from onexgen.json_types import JsonObject


class ModelClassificationResult(BaseModel):
    """The chosen node type and template, with the reasons."""

    node_type: EnumNodeType = Field(description="Classified type.")
    confidence: float = Field(ge=0, le=1, description="Confidence of the classification.")
    template_name: str = Field(description="Selected template.")
    template_variant: str | None = Field(default=None, description="Variant of the template.")
    primary_indicators: list[str] = Field(
        default_factory=list, description="Reasons for the classification."
    )
    alternatives: list[JsonObject] = Field(
        default_factory=list, description="Other types with their confidence."
    )
    needs_choice: bool = Field(
        default=False, description="Whether the runner-up is too close for a rule to decide."
    )
    evidence: list[JsonObject] = Field(
        default_factory=list, description="Every point with the rule that gave it."
    )
