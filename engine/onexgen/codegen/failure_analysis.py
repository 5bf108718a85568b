"""Why tests failed, and what to do about it."""

from __future__ import annotations

from pydantic import BaseModel, Field

from onexgen.codegen.labels import EnumFailureCategory, EnumFailureSeverity
from onexgen.json_types import JsonObject


class ModelRootCause(BaseModel):
    """One root cause, merged over all tests that it makes fail."""

    category: EnumFailureCategory
    title: str
    description: str
    recommended_fix: str
    severity: EnumFailureSeverity
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
        if not self.failure_count:
            return f"## Failure analysis\n\n{self.summary}"
        lines = [
            "## Failure analysis", "",
            f"- Severity: {self.severity.value.upper()}",
            f"- Failures: {self.failure_count}",
            f"- Auto-fixable: {'Yes' if self.auto_fixable else 'No'}",
            f"- Est. fix time: {self.estimated_fix_time_minutes} minutes",
            "", "### Root causes", "",
        ]  # fmt: skip
        for number, cause in enumerate(self.root_causes, 1):
            lines.append(f"{number}. **{cause.title}**: {cause.description}")
            lines.append(f"   - Tests: {', '.join(cause.affected_tests)}")
            if cause.affected_files:
                lines.append(f"   - Files: {', '.join(cause.affected_files)}")
        lines += ["", "### Recommended fixes", ""]
        lines += [f"{number}. {fix}" for number, fix in enumerate(self.recommended_fixes, 1)]
        return "\n".join(lines)
