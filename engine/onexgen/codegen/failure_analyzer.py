"""From the results of tests to their root causes."""

from __future__ import annotations

from onexgen.actions.diagnose import Diagnose, DiagnoseOptions
from onexgen.codegen.failure_analysis import ModelFailureAnalysis
from onexgen.codegen.test_results import ModelTestResults
from onexgen.session import Session

_NOTHING = {"name": "", "file": "", "error": "", "traceback": ""}
_RULES = "rules/failures.yaml"


class FailureAnalyzer:
    """Finds the root causes of failed tests, by rules."""

    def analyze(self, test_results: ModelTestResults) -> ModelFailureAnalysis:
        """Return why tests failed, and what to do about it."""
        action = Diagnose(Session("pipelines/test.yaml").workspace())
        results = test_results.model_dump(mode="json")
        # Results made by hand may say less of a test than those of a run.
        results["failed_tests"] = [_NOTHING | test for test in test_results.failed_tests]
        record = action(
            DiagnoseOptions(results=results, rules=_RULES, package=test_results.package)
        )
        return ModelFailureAnalysis.of(record if isinstance(record, dict) else {})
