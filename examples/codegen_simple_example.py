"""From a prompt to a package, step by step, with the Python API.

    python examples/codegen_simple_example.py [PROMPT] [FOLDER]

Without a folder the package is written to a temporary one.
"""

# ruff: noqa: INP001, T201 - a script, and it prints.

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path

from onexgen.codegen import (
    ModelGeneratedArtifacts,
    ModelValidationResult,
    NodeClassifier,
    PRDAnalyzer,
    QualityValidator,
    TemplateEngine,
)

PROMPT = "Create PostgreSQL CRUD Effect node with connection pooling"


async def generate_node(
    prompt: str, output_dir: Path
) -> tuple[ModelGeneratedArtifacts, ModelValidationResult]:
    """Generate an ONEX node from a natural language prompt."""
    # Step 1: Analyze prompt
    analyzer = PRDAnalyzer()
    requirements = await analyzer.analyze_prompt(prompt)

    print("📋 Extracted requirements:")
    print(f"   Node Type: {requirements.node_type}")
    print(f"   Domain: {requirements.domain}")
    print(f"   Operations: {requirements.operations}")

    # Step 2: Classify node type
    classifier = NodeClassifier()
    classification = classifier.classify(requirements)

    print("\n🎯 Classification:")
    print(f"   Type: {classification.node_type}")
    print(f"   Confidence: {classification.confidence:.1%}")
    print(f"   Template: {classification.template_name}")

    # Step 3: Generate code
    engine = TemplateEngine()
    artifacts = await engine.generate(
        requirements=requirements,
        classification=classification,
        output_directory=output_dir,
    )

    print("\n📦 Generated artifacts:")
    print(f"   Node: {artifacts.node_name}")
    print(f"   Files: {len(artifacts.get_all_files())}")

    # Step 4: Validate quality
    validator = QualityValidator()
    validation = await validator.validate(artifacts)

    print("\n✅ Quality validation:")
    print(f"   Overall Score: {validation.quality_score:.1%}")
    print(f"   ONEX Compliance: {validation.onex_compliance_score:.1%}")
    print(f"   Passed: {'✅' if validation.passed else '❌'}")

    if validation.warnings:
        print("\n⚠️  Warnings:")
        for warning in validation.warnings:
            print(f"   - {warning}")

    return artifacts, validation


def write(artifacts: ModelGeneratedArtifacts) -> None:
    """Write all files of a package to its folder."""
    for filename, content in artifacts.get_all_files().items():
        file_path = artifacts.output_directory / filename
        file_path.parent.mkdir(parents=True, exist_ok=True)
        file_path.write_text(content, encoding="utf-8")


def main() -> None:
    """Generate a node and write it."""
    prompt = sys.argv[1] if len(sys.argv) > 1 else PROMPT
    folder = sys.argv[2] if len(sys.argv) > 2 else tempfile.mkdtemp(prefix="generated_nodes_")
    artifacts, _ = asyncio.run(generate_node(prompt, Path(folder)))
    write(artifacts)
    print(f"\nWritten to {artifacts.output_directory}")


if __name__ == "__main__":
    main()
