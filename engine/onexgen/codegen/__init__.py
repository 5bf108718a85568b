"""The specification's Python API: a thin face on pipelines; each name is imported on use."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:  # At run time this would import pydantic for those who only want the command.
    from onexgen.codegen.artifacts import ModelGeneratedArtifacts
    from onexgen.codegen.classification import ModelClassificationResult
    from onexgen.codegen.failure_analysis import ModelFailureAnalysis, ModelRootCause
    from onexgen.codegen.failure_analyzer import FailureAnalyzer
    from onexgen.codegen.labels import (
        EnumFailureCategory,
        EnumFailureSeverity,
        EnumNodeType,
        EnumTemplateVariant,
    )
    from onexgen.codegen.node_classifier import NodeClassifier
    from onexgen.codegen.prd_analyzer import PRDAnalyzer
    from onexgen.codegen.quality_validator import QualityValidator
    from onexgen.codegen.requirements import ModelPRDRequirements
    from onexgen.codegen.template_engine import TemplateEngine
    from onexgen.codegen.template_selector import ModelTemplateSelection, TemplateSelector
    from onexgen.codegen.test_executor import TestExecutor
    from onexgen.codegen.test_results import ModelTestResults, TestExecutionConfig
    from onexgen.codegen.validation import ModelValidationResult

_MODULES: Final = {
    "EnumFailureCategory": "labels",
    "EnumFailureSeverity": "labels",
    "EnumNodeType": "labels",
    "EnumTemplateVariant": "labels",
    "FailureAnalyzer": "failure_analyzer",
    "ModelClassificationResult": "classification",
    "ModelFailureAnalysis": "failure_analysis",
    "ModelGeneratedArtifacts": "artifacts",
    "ModelPRDRequirements": "requirements",
    "ModelRootCause": "failure_analysis",
    "ModelTemplateSelection": "template_selector",
    "ModelTestResults": "test_results",
    "ModelValidationResult": "validation",
    "NodeClassifier": "node_classifier",
    "PRDAnalyzer": "prd_analyzer",
    "QualityValidator": "quality_validator",
    "TemplateEngine": "template_engine",
    "TemplateSelector": "template_selector",
    "TestExecutionConfig": "test_results",
    "TestExecutor": "test_executor",
}

__all__ = [
    "EnumFailureCategory",
    "EnumFailureSeverity",
    "EnumNodeType",
    "EnumTemplateVariant",
    "FailureAnalyzer",
    "ModelClassificationResult",
    "ModelFailureAnalysis",
    "ModelGeneratedArtifacts",
    "ModelPRDRequirements",
    "ModelRootCause",
    "ModelTemplateSelection",
    "ModelTestResults",
    "ModelValidationResult",
    "NodeClassifier",
    "PRDAnalyzer",
    "QualityValidator",
    "TemplateEngine",
    "TemplateSelector",
    "TestExecutionConfig",
    "TestExecutor",
]


def __getattr__(name: str) -> object:
    """Import a name of the API when it is first used."""
    if name not in _MODULES:
        raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
    value = globals()[name] = getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
    return value
