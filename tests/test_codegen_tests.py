"""`onexgen.codegen`: tests of packages on disk, and why they fail."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from onexgen.codegen import (
    EnumFailureCategory,
    EnumFailureSeverity,
    FailureAnalyzer,
    ModelTestResults,
    TestExecutionConfig,
    TestExecutor,
)
from onexgen.diagnostics import UsageError

FILES = {
    "__init__.py": "",
    "node.py": "LID = 1\n",
    "contract.yaml": "handler: {module: kitchen.soup.handlers.handler_soup}\n",
    "tests/__init__.py": "",
    "tests/conftest.py": "def pytest_configure(config):\n"
    "    config.addinivalue_line('markers', 'unit')\n",
    "tests/test_unit.py": "import pytest\nfrom kitchen.soup.node import LID\n\n\n"
    "@pytest.mark.unit\ndef test_lid():\n    print('the lid fits')\n    assert LID == 1\n",
    "tests/test_integration.py": "import hvac_that_nobody_has\n",
}


def written(folder: Path) -> Path:
    """Write a package whose folder is not called as it is imported."""
    for name, text in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def run_tests(folder: Path, config: TestExecutionConfig, **options: object) -> ModelTestResults:
    """Return the results of a package's tests."""
    return asyncio.run(TestExecutor(config).run_tests(folder, **options))  # type: ignore[arg-type]


def test_results(tmp_path: Path) -> None:
    """All attributes of the specification have their values; the failed test is described."""
    results = run_tests(written(tmp_path / "any_name"), TestExecutionConfig(timeout_seconds=60))

    assert (results.passed, results.failed, results.errors, results.skipped, results.total) == (
        1, 0, 1, 0, 2,
    )  # fmt: skip
    assert (results.success_rate, results.is_passing, results.exit_code) == (0.5, False, 1)
    [failed] = results.failed_tests
    assert failed["error"] == "ModuleNotFoundError: No module named 'hvac_that_nobody_has'"
    assert sorted(failed) == ["error", "file", "name", "traceback"]
    assert results.pytest_version
    assert results.python_version
    lines = results.get_summary().splitlines()
    assert lines[:4] == [
        "❌ FAILED", "  Tests: 1/2 passed (50.0% success rate)", "  Failed: 1", "  Skipped: 0",
    ]  # fmt: skip


def test_call_wins_over_configuration(tmp_path: Path) -> None:
    """Types and time limit of a call replace those of the configuration."""
    config = TestExecutionConfig(test_types=["integration"], timeout_seconds=1)

    results = run_tests(written(tmp_path), config, test_types=["unit"], timeout_seconds=60)

    # The module that cannot be imported fails whatever is chosen.
    assert (results.passed, results.errors) == (1, 1)


def test_verbose(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """With `verbose`, what pytest printed is logged."""
    caplog.set_level("INFO", "onexgen.codegen")

    results = run_tests(written(tmp_path), TestExecutionConfig(verbose=True))

    assert caplog.messages == [results.stdout]
    assert "tests/test_unit.py::test_lid PASSED" in results.stdout


def test_no_package(tmp_path: Path) -> None:
    """A folder without a package, or with several, is refused."""
    with pytest.raises(UsageError) as caught:
        run_tests(tmp_path, TestExecutionConfig())
    assert str(caught.value) == f"'{tmp_path}' is no package"

    written(tmp_path / "a")
    written(tmp_path / "b")
    with pytest.raises(UsageError) as caught:
        run_tests(tmp_path, TestExecutionConfig())
    assert str(caught.value) == f"'{tmp_path}' is no package, and holds several: a, b"


def test_analysis() -> None:
    """The specification's example: two missing dependencies are one cause and ten minutes."""
    results = ModelTestResults(
        passed=8,
        failed=2,
        total=10,
        failed_tests=[
            {"name": "test_a", "error": "ModuleNotFoundError: No module named 'hvac'"},
            {"name": "test_b", "error": "ModuleNotFoundError: No module named 'pytest_asyncio'"},
        ],
    )

    analysis = FailureAnalyzer().analyze(results)

    [cause] = analysis.root_causes
    assert cause.category is EnumFailureCategory.IMPORT_ERROR
    assert analysis.severity is EnumFailureSeverity.HIGH
    assert (analysis.auto_fixable, analysis.estimated_fix_time_minutes) == (True, 10)
    assert (analysis.failure_count, analysis.unique_error_types) == (2, 1)
    assert analysis.affected_tests == ["test_a", "test_b"]
    assert analysis.get_report() == (
        "## Failure analysis\n\n"
        "- Severity: HIGH\n"
        "- Failures: 2\n"
        "- Blame: code\n"
        "- Auto-fixable: Yes\n"
        "- Est. fix time: 10 minutes\n\n"
        "### Root causes\n\n"
        "1. **Import Error** (code): missing Python modules: hvac, pytest_asyncio\n"
        "   - Tests: test_a, test_b\n\n"
        "### Recommended fixes\n\n"
        "1. Add hvac, pytest-asyncio to the dependencies of the package (`onexgen test --fix` "
        "does), and install it."
    )


def test_nothing_to_analyse() -> None:
    """Without failures the report says so and nothing else."""
    analysis = FailureAnalyzer().analyze(ModelTestResults(passed=3, total=3, is_passing=True))

    assert analysis.severity is EnumFailureSeverity.INFO
    assert analysis.get_report() == "## Failure analysis\n\nNo test failed."
