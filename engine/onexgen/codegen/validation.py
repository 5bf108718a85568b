"""What the quality checks say of a package."""

from __future__ import annotations

from pydantic import BaseModel, Field

COMPONENTS = {
    "compliance": "onex_compliance",
    "type_safety": "type_safety",
    "code_quality": "code_quality",
    "documentation": "documentation",
    "test_coverage": "test_coverage",
}
"""Component of the rules -> beginning of this model's field names."""


class ModelValidationResult(BaseModel):
    """Quality by component, and what was found."""

    quality_score: float = Field(ge=0, le=1, description="Overall quality.")
    onex_compliance_score: float = Field(default=0.0, description="ONEX compliance.")
    type_safety_score: float = Field(default=0.0, description="Type hints and models.")
    code_quality_score: float = Field(default=0.0, description="Complexity, imports, formatting.")
    documentation_score: float = Field(default=0.0, description="Docstrings, README, contract.")
    test_coverage_score: float = Field(default=0.0, description="Test files and assertions.")
    passed: bool = Field(description="Whether the package meets the threshold.")
    errors: list[str] = Field(default_factory=list, description="Critical issues.")
    warnings: list[str] = Field(default_factory=list, description="Non-critical issues.")
    suggestions: list[str] = Field(default_factory=list, description="How to improve.")
    onex_compliance_issues: list[str] = Field(default_factory=list, description="By component.")
    type_safety_issues: list[str] = Field(default_factory=list, description="By component.")
    code_quality_issues: list[str] = Field(default_factory=list, description="By component.")
    documentation_issues: list[str] = Field(default_factory=list, description="By component.")
    test_coverage_issues: list[str] = Field(default_factory=list, description="By component.")
