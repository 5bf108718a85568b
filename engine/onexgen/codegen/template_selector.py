"""Which variant of a template fits a request, in one environment."""

from __future__ import annotations

from pydantic import BaseModel, Field

from onexgen.codegen.labels import EnumNodeType, EnumTemplateVariant
from onexgen.codegen.pipelines import completed
from onexgen.codegen.requirements import ModelPRDRequirements


class ModelTemplateSelection(BaseModel):
    """The variant that was chosen, with the reasons."""

    variant: EnumTemplateVariant = Field(description="Selected variant.")
    confidence: float = Field(ge=0, le=1, description="Confidence of the selection.")
    rationale: str = Field(description="The words that decided it.")
    template_name: str = Field(description="Selected template.")
    patterns: list[str] = Field(
        default_factory=list, description="Patterns that are recommended with it."
    )


class TemplateSelector:
    """Chooses the variant of a template by weighted rules."""

    def select_template(
        self,
        requirements: ModelPRDRequirements,
        node_type: EnumNodeType | str | None = None,
        target_environment: str | None = None,
    ) -> ModelTemplateSelection:
        """Return the variant that fits best; an environment is an overlay over all rules."""
        record = completed(
            "explain",
            {
                "prompt": requirements.text,
                "requirements": requirements.corrections(),
                "node_type": node_type or requirements.node_type_hint,
            },
            environment=target_environment,
        )
        found = record["emphasis"]
        return ModelTemplateSelection(
            variant=EnumTemplateVariant(found["label"]),
            confidence=found["confidence"],
            rationale="; ".join(found["indicators"]) or f"Nothing speaks against {found['title']}",
            template_name=record["family"]["label"],
            patterns=[pattern["name"] for pattern in record["patterns"]],
        )
