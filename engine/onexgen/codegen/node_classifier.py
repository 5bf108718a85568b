"""From requirements to a node type and a template."""

from __future__ import annotations

from onexgen.codegen.classification import ModelClassificationResult
from onexgen.codegen.labels import EnumNodeType
from onexgen.codegen.pipelines import completed
from onexgen.codegen.requirements import ModelPRDRequirements


class NodeClassifier:
    """Chooses the node type and the template by weighted rules."""

    def classify(self, requirements: ModelPRDRequirements) -> ModelClassificationResult:
        """Return the type that fits best, with its reasons and the alternatives."""
        record = completed(
            "explain",
            {
                "prompt": requirements.text,
                "requirements": requirements.corrections(),
                "node_type": requirements.node_type_hint,
            },
        )
        found, family = record["classification"], record["family"]
        return ModelClassificationResult(
            node_type=EnumNodeType(found["label"]),
            confidence=found["confidence"],
            template_name=family["label"],
            template_variant=record["variant"]["label"] or None,
            primary_indicators=found["indicators"],
            alternatives=[
                {"node_type": item["label"], "confidence": item["confidence"]}
                for item in found["alternatives"]
            ],
            needs_choice=found["needs_choice"],
            evidence=found["evidence"],
        )
