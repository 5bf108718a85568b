"""`onexgen.codegen`: from a prompt to requirements and to a classification."""

from __future__ import annotations

import asyncio
from uuid import uuid4

import pytest

from onexgen.codegen import (
    EnumNodeType,
    ModelPRDRequirements,
    NodeClassifier,
    PRDAnalyzer,
)
from onexgen.diagnostics import UsageError

POSTGRES = "Create PostgreSQL CRUD Effect node with connection pooling and retry logic"
XML = """
Create a data transformation Compute node that:
- Parses JSON input
- Validates against schema
- Transforms to XML format
- Handles nested structures
- Pure function (no side effects)
"""
METRICS = """
Create a metrics aggregation Reducer node that:
- Collects performance metrics from multiple sources
- Groups by time windows (1min, 5min, 1hour)
- Calculates statistics (avg, p50, p95, p99)
- Maintains rolling state
- Publishes to monitoring dashboard
"""
WORKFLOW = """
Create a workflow Orchestrator node that:
- Coordinates multi-stage data processing pipeline
- Manages 5 sequential stages with parallel sub-tasks
- Handles stage failures with retry and rollback
- Tracks workflow state and progress
- Publishes events to Kafka for monitoring
"""


def analyzed(prompt: str, hint: str | None = None) -> ModelPRDRequirements:
    """Return what a prompt is understood as."""
    return asyncio.run(
        PRDAnalyzer().analyze_prompt(prompt, correlation_id=uuid4(), node_type_hint=hint)
    )


@pytest.mark.parametrize(
    ("prompt", "node_type", "domain", "operations", "template"),
    [
        (POSTGRES, "effect", "database", {"create", "read", "update", "delete"}, "effect_database"),
        (XML, "compute", "general", {"transform", "parse", "validate"}, "compute_convert"),
        (METRICS, "reducer", "monitoring", {"aggregate"}, "reducer_windows"),
        (WORKFLOW, "orchestrator", "general", {"coordinate"}, "orchestrator_workflow"),
    ],
    ids=["effect", "compute", "reducer", "orchestrator"],
)
def test_examples_of_the_specification(
    prompt: str, node_type: str, domain: str, operations: set[str], template: str
) -> None:
    """The specification's examples are understood, and get a template of their type."""
    requirements = analyzed(prompt)
    classification = NodeClassifier().classify(requirements)

    assert (requirements.node_type, requirements.domain) == (node_type, domain)
    assert operations <= set(requirements.operations)
    assert 0.5 <= requirements.extraction_confidence <= 1.0
    assert classification.node_type is EnumNodeType(node_type)
    assert classification.template_name == template
    assert classification.confidence > 0.5
    others = {str(item["node_type"]) for item in classification.alternatives}
    assert others == {label.value for label in EnumNodeType} - {node_type}


def test_requirements() -> None:
    """Every attribute of the specification has its value."""
    found = analyzed(POSTGRES)

    assert found.service_name == "postgres_crud"
    assert found.operations == ["create", "read", "update", "delete"]
    assert found.features == ["connection_pooling", "retry_logic"]
    assert found.dependencies == ["postgresql"]
    assert found.performance_requirements == {}
    assert found.business_description
    assert found.best_practices
    assert (found.prompt, found.node_type_hint) == (POSTGRES, None)


def test_classification() -> None:
    """A classification names its template, the variant and its reasons."""
    found = NodeClassifier().classify(analyzed(POSTGRES))

    assert (found.template_name, found.template_variant) == ("effect_database", "pooled")
    assert "Domain match: PostgreSQL, CRUD" in found.primary_indicators
    assert {str(item["at"]).partition(":")[0] for item in found.evidence} == {
        "rules/classification.yaml"
    }


def test_variant_without_a_pool() -> None:
    """Without pooling there is nothing special about the template."""
    assert NodeClassifier().classify(
        analyzed("Create PostgreSQL CRUD Effect")
    ).template_variant == ("standard")


def test_hint_wins() -> None:
    """A node type that was asked for is the type, in the requirements and in their class."""
    requirements = analyzed("Create data transformation node that parses JSON", "reducer")

    assert requirements.node_type == "reducer"
    assert NodeClassifier().classify(requirements).node_type is EnumNodeType.REDUCER


def test_without_intelligence() -> None:
    """Without intelligence there are no best practices."""
    analyzer = PRDAnalyzer(enable_intelligence=False, timeout_seconds=30)

    assert asyncio.run(analyzer.analyze_prompt(POSTGRES)).best_practices == []


def test_intelligence_service_is_not_called(caplog: pytest.LogCaptureFixture) -> None:
    """The address of a service is accepted, with a warning that nobody calls it."""
    PRDAnalyzer(archon_mcp_url="http://localhost:8060")

    assert caplog.messages == ["archon_mcp_url is not used: patterns come from rules/patterns.yaml"]


def test_changed_requirements() -> None:
    """What a caller changes counts, whatever the prompt says."""
    requirements = analyzed(POSTGRES)
    requirements.features = []

    assert NodeClassifier().classify(requirements).template_variant == "standard"


def test_requirements_by_hand() -> None:
    """Requirements need no prompt: what they say is enough to classify them."""
    requirements = ModelPRDRequirements(
        service_name="orders",
        domain="database",
        operations=["create", "read"],
        features=["connection_pooling"],
        business_description="Stores orders in PostgreSQL.",
    )

    found = NodeClassifier().classify(requirements)

    assert (found.node_type, found.template_name, found.template_variant) == (
        EnumNodeType.EFFECT, "effect_database", "pooled",
    )  # fmt: skip


def test_empty_prompt() -> None:
    """An empty prompt is refused as everywhere else."""
    with pytest.raises(UsageError) as caught:
        analyzed("  ")

    assert str(caught.value) == "input 'prompt' is empty"
