"""`onexgen.codegen.QualityValidator`: the pack's checks on packages in memory."""

from __future__ import annotations

import asyncio
from functools import cache
from pathlib import Path

from onexgen.codegen import (
    ModelGeneratedArtifacts,
    ModelValidationResult,
    NodeClassifier,
    PRDAnalyzer,
    QualityValidator,
    TemplateEngine,
)


@cache
def generated() -> ModelGeneratedArtifacts:
    """Return a whole package of the pack."""
    prompt = "Create PostgreSQL CRUD Effect node with connection pooling"
    requirements = asyncio.run(PRDAnalyzer().analyze_prompt(prompt))
    classification = NodeClassifier().classify(requirements)
    return asyncio.run(TemplateEngine().generate(requirements, classification, Path("out")))


def validated(artifacts: ModelGeneratedArtifacts, **options: float) -> ModelValidationResult:
    """Return the quality of a package."""
    return asyncio.run(QualityValidator(**options).validate(artifacts))  # type: ignore[arg-type]


def test_generated_package_is_flawless() -> None:
    """A generated package has all points, with ruff too, and nothing to improve."""
    assert validated(generated(), enable_ruff=True) == ModelValidationResult(
        quality_score=1.0,
        onex_compliance_score=1.0,
        type_safety_score=1.0,
        code_quality_score=1.0,
        documentation_score=1.0,
        test_coverage_score=1.0,
        passed=True,
    )


def test_faults_are_named() -> None:
    """What is wrong is an error or a warning, an issue of its component, and costs points."""
    broken = generated().model_copy(
        update={
            "documentation": {},
            "node_file": '"""A node."""\n\nfrom typing import Any\n\n\ndef f(x: Any):\n'
            '    """Do it."""\n    raise NotImplementedError\n',
        }
    )

    found = validated(broken)

    base_class = "the node class extends none of the framework's base classes"
    assert found.passed is False
    assert [error for error in found.errors if error.endswith("]")] == [
        "README.md:1: no README.md: README.md [readme]",
        f"node.py:1: {base_class}: node.py [node-base-class]",
        "node.py:1: node.py defines no class Node<Name><Type>: node.py [node-class-name]",
        "node.py:6: no return type: def f(x: Any): [return-types]",
        "node.py:8: not implemented: NotImplementedError [no-stub]",
    ]
    assert found.documentation_issues == ["README.md:1: no README.md: README.md"]
    assert found.code_quality_issues == ["node.py:8: not implemented: NotImplementedError"]
    assert found.type_safety_issues == [
        "node.py:3: uses Any: from typing import Any",
        "node.py:6: no return type: def f(x: Any):",
    ]
    assert "node.py:3: uses Any: from typing import Any [no-any]" in found.warnings
    assert "Annotate what the function returns." in found.suggestions
    assert 0.0 < found.documentation_score < 1.0
    assert found.quality_score < 1.0


def test_threshold() -> None:
    """The smallest score that passes is the caller's."""
    fewer = {k: v for k, v in generated().tests.items() if k != "test_performance.py"}
    worse = generated().model_copy(update={"tests": fewer})

    found = validated(worse)

    assert found.errors == []
    assert found.quality_score < 1.0
    assert validated(worse, min_quality_threshold=found.quality_score).passed is True
    assert validated(worse, min_quality_threshold=found.quality_score + 0.01).passed is False


def test_unreadable_contract() -> None:
    """A contract that is no YAML, or says too little, is a finding and no crash."""
    said = "the contract lacks a name, a type, a version, a handler or its models"
    for text in ("a: [", "name: x\n"):
        found = validated(generated().model_copy(update={"contract_file": text}))

        assert found.errors == [f"contract.yaml:1: {said} [contract-is-complete]"]


def test_mypy() -> None:
    """With mypy, a value of the wrong type is an error of the type safety; without, it is not."""
    small = ModelGeneratedArtifacts(
        node_file='"""A node."""\n\nx: int = "text"\n',
        contract_file="",
        init_file="",
        node_name="NodeAEffect",
        service_name="a",
        node_type="effect",
        package="a_effect",
        output_directory=Path("a_effect"),
    )

    found = validated(small, enable_mypy=True)

    said = 'Incompatible types in assignment (expression has type "str", variable has type "int")'
    error = f"node.py:3: mypy: assignment {said}"
    assert f"{error} [mypy-strict]" in found.errors
    assert found.type_safety_issues == [error]
    assert validated(small).type_safety_issues == []
