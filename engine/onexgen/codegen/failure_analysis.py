"""Why tests failed, and what to do about it."""

from __future__ import annotations

from pydantic import BaseModel, Field

from onexgen.codegen.labels import EnumFailureCategory, EnumFailureSeverity
from onexgen.json_types import JsonObject
from onexgen.testing.reports import analysis


class ModelRootCause(BaseModel):
    """One root cause, merged over all tests that it makes fail."""

    id: str = Field(default="", description="The rule that recognised it.")
    category: EnumFailureCategory
    title: str
    description: str
    recommended_fix: str
    severity: EnumFailureSeverity
    blame: str = Field(default="code", description="Where the fault is: code or environment.")
    auto_fixable: bool
    fixable: str = Field(description="yes, no or maybe.")
    minutes: int = Field(description="Estimated time to repair it by hand.")
    affected_tests: list[str] = Field(default_factory=list)
    affected_files: list[str] = Field(default_factory=list)


class ModelFailureAnalysis(BaseModel):
    """All root causes of a test run, and what they mean together."""

    root_causes: list[ModelRootCause] = Field(default_factory=list)
    affected_files: list[str] = Field(default_factory=list)
    affected_tests: list[str] = Field(default_factory=list)
    recommended_fixes: list[str] = Field(default_factory=list)
    severity: EnumFailureSeverity
    blame: str = Field(default="", description="code, environment or both.")
    auto_fixable: bool
    estimated_fix_time_minutes: int
    failure_count: int
    unique_error_types: int
    summary: str

    @classmethod
    def of(cls, record: JsonObject) -> ModelFailureAnalysis:
        """Return the analysis of a pipeline's record."""
        known = {key: value for key, value in record.items() if key != "minutes"}
        return cls.model_validate({**known, "estimated_fix_time_minutes": record["minutes"]})

    def get_report(self) -> str:
        """Return a report in Markdown."""
        known = self.model_dump(mode="json")
        return analysis({**known, "minutes": self.estimated_fix_time_minutes}).rstrip("\n")
