"""How to run the tests of a package, and how they went."""

from __future__ import annotations

from pydantic import BaseModel, Field

from onexgen.json_types import JsonObject


class TestExecutionConfig(BaseModel):
    """How tests are run."""

    # pytest would take the name for that of a test class.
    __test__ = False

    test_types: list[str] = Field(
        default_factory=list, description="Run only tests with one of these markers."
    )
    timeout_seconds: int = Field(default=300, ge=1, description="Time limit.")
    verbose: bool = Field(default=False, description="Log what the tests print.")
    enable_coverage: bool = Field(default=False, description="Measure coverage (pytest-cov).")
    coverage_threshold: float = Field(default=0.0, ge=0, le=100, description="Minimum coverage.")
    retry_on_failure: bool = Field(default=False, description="Tell flaky tests, by three runs.")


class ModelTestResults(BaseModel):
    """How the tests of a package went."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0
    errors: int = 0
    total: int = 0
    duration_seconds: float = 0.0
    success_rate: float = 0.0
    is_passing: bool = False
    coverage_percent: float | None = Field(default=None, description="None: not measured.")
    is_covered: bool = Field(default=True, description="As much as is required.")
    failed_tests: list[dict[str, str]] = Field(default_factory=list)
    runs: int = Field(default=1, description="How often the tests ran.")
    flaky_tests: list[str] = Field(default_factory=list, description="Failed in some runs only.")
    not_run: list[str] = Field(default_factory=list, description="What was not looked at, and why.")
    left_behind: int = Field(default=0, description="Processes that outlived the tests.")
    package: str = Field(default="", description="Dotted name of the tested package.")
    exit_code: int | None = None
    timed_out: bool = False
    stdout: str = ""
    stderr: str = ""
    pytest_version: str = ""
    python_version: str = ""

    @classmethod
    def of(cls, record: JsonObject) -> ModelTestResults:
        """Return the results of a pipeline's record."""
        versions = record["versions"]
        names = versions if isinstance(versions, dict) else {}
        known = {key: value for key, value in record.items() if key in cls.model_fields}
        said = {f"{name}_version": text for name, text in names.items()}
        return cls.model_validate({**known, **said})

    def get_summary(self) -> str:
        """Return the results in a few lines."""
        ran = self.total - self.skipped
        lines = [
            "✅ PASSED" if self.is_passing else "❌ FAILED",
            f"  Tests: {self.passed}/{ran} passed ({self.success_rate:.1%} success rate)",
            f"  Failed: {self.failed + self.errors}",
            f"  Skipped: {self.skipped}",
            f"  Duration: {self.duration_seconds:.2f}s",
        ]
        if self.coverage_percent is not None:
            lines.append(f"  Coverage: {self.coverage_percent:.1f}%")
        return "\n".join(lines)
