"""Generated code whose tests are run: alone, while generating, and with an analysis of failures.

    python examples/codegen_with_test_execution.py [FOLDER]

Without a folder everything is written to a temporary one.
"""

# ruff: noqa: INP001, T201 - a script, and it prints.

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path

from onexgen.codegen import (
    FailureAnalyzer,
    ModelClassificationResult,
    ModelGeneratedArtifacts,
    ModelPRDRequirements,
    ModelTestResults,
    NodeClassifier,
    PRDAnalyzer,
    QualityValidator,
    TemplateEngine,
    TestExecutionConfig,
    TestExecutor,
)

PROMPT = """
Create a data transformation Compute node that:
- Parses JSON input
- Validates against schema
- Transforms to XML format
- Handles nested structures
- Pure function (no side effects)
"""


async def understand(prompt: str) -> tuple[ModelPRDRequirements, ModelClassificationResult]:
    """Return what a prompt asks for, and what kind of node that is."""
    requirements = await PRDAnalyzer().analyze_prompt(prompt)
    return requirements, NodeClassifier().classify(requirements)


def show(results: ModelTestResults) -> None:
    """Print how tests went."""
    print(results.get_summary())
    if results.coverage_percent is None:
        print("  Coverage: not measured (pip install pytest-cov)")
    for test in results.failed_tests:
        print(f"  - {test['name']}: {test['error']}")


async def without_tests(folder: Path) -> ModelGeneratedArtifacts:
    """Generate code only; nothing is written."""
    print("1. Code generation without test execution")
    requirements, classification = await understand(PROMPT)
    artifacts = await TemplateEngine().generate(requirements, classification, folder)
    print(f"✅ Code generated: {artifacts.node_name}")
    print(f"   Files: {len(artifacts.get_all_files())}")
    print(f"   Tests executed: {'No' if artifacts.test_results is None else 'Yes'}")
    return artifacts


async def with_tests(folder: Path) -> ModelGeneratedArtifacts:
    """Generate code, write it and run its tests; failures are attached, not raised."""
    print("\n2. Code generation with test execution")
    requirements, classification = await understand(PROMPT)
    artifacts = await TemplateEngine(enable_inline_templates=True).generate(
        requirements=requirements,
        classification=classification,
        output_directory=folder,
        run_tests=True,
        strict_mode=False,
    )
    print(f"✅ Code generated: {artifacts.node_name}")
    print("   Tests executed: Yes (run_tests=True)\n\nTest Execution Results:")
    if artifacts.test_results:
        show(artifacts.test_results)
    if artifacts.failure_analysis:
        print(artifacts.failure_analysis.get_report())
    return artifacts


async def by_hand(folder: Path) -> None:
    """Run chosen tests of a package that is on disk."""
    print("\n3. Manual test execution")
    config = TestExecutionConfig(
        test_types=["unit", "integration"],  # Skip performance tests
        timeout_seconds=60,
        enable_coverage=True,
    )
    show(await TestExecutor(config).run_tests(folder, test_types=["unit"], timeout_seconds=30))


async def failures(artifacts: ModelGeneratedArtifacts) -> None:
    """Break a package on purpose and ask why its tests fail."""
    print("\n4. Failure analysis")
    broken = artifacts.output_directory / "tests" / "test_broken.py"
    broken.write_text("import a_module_that_nobody_has\n", encoding="utf-8")
    results = await TestExecutor().run_tests(artifacts.output_directory)
    broken.unlink()
    analysis = FailureAnalyzer().analyze(results)
    print(analysis.get_report())
    print(f"Severity: {analysis.severity.value}")
    for cause in analysis.root_causes:
        print(f"Category: {cause.category.value}")
        print(f"Description: {cause.description}")


async def quality(artifacts: ModelGeneratedArtifacts) -> None:
    """Check the quality of a package."""
    print("\n5. Quality validation")
    validation = await QualityValidator(enable_ruff=True).validate(artifacts)
    print(f"   Overall Score: {validation.quality_score:.1%}")
    print(f"   Passed: {'✅' if validation.passed else '❌'}")


async def run(folder: Path) -> None:
    """Run all parts, one after the other."""
    await without_tests(folder)
    artifacts = await with_tests(folder)
    await by_hand(folder)
    await failures(artifacts)
    await quality(artifacts)
    print(f"\nWritten to {artifacts.output_directory}")


def main() -> None:
    """Run the example."""
    folder = sys.argv[1] if len(sys.argv) > 1 else tempfile.mkdtemp(prefix="generated_nodes_")
    asyncio.run(run(Path(folder)))


if __name__ == "__main__":
    main()
