"""`onexgen.codegen` as a module: what it offers, and what importing it costs."""

from __future__ import annotations

import importlib
import subprocess
import sys

import pytest

import onexgen.codegen
from onexgen.codegen import EnumFailureCategory, EnumFailureSeverity, EnumNodeType

SPECIFIED = (
    "PRDAnalyzer NodeClassifier TemplateEngine QualityValidator TestExecutor TestExecutionConfig "
    "FailureAnalyzer ModelPRDRequirements ModelClassificationResult ModelGeneratedArtifacts "
    "ModelValidationResult ModelTestResults ModelFailureAnalysis"
)


@pytest.mark.parametrize("name", SPECIFIED.split())
def test_specified_name(name: str) -> None:
    """Every name of the specification can be imported, is listed and has a docstring."""
    assert name in onexgen.codegen.__all__
    assert getattr(onexgen.codegen, name).__doc__


@pytest.mark.parametrize("name", onexgen.codegen.__all__)
def test_listed_name(name: str) -> None:
    """Every listed name is what its module calls so."""
    value = getattr(onexgen.codegen, name)

    assert getattr(importlib.import_module(value.__module__), name) is value


def test_unknown_name() -> None:
    """What is not there is an AttributeError, as of any module."""
    with pytest.raises(AttributeError) as caught:
        onexgen.codegen.TemplateEnigne  # noqa: B018 - the look-up is the test.

    assert str(caught.value) == "module 'onexgen.codegen' has no attribute 'TemplateEnigne'"


def test_import_is_lazy() -> None:
    """Importing the package alone imports neither pydantic nor the template engine."""
    script = (
        "import sys, onexgen.codegen\n"
        "print(sorted({'pydantic', 'jinja2', 'ruamel'} & set(sys.modules)))"
    )

    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )

    assert done.stdout == "[]\n"


@pytest.mark.parametrize(
    ("member", "value"),
    [
        (EnumNodeType.EFFECT, "effect"),
        (EnumNodeType.ORCHESTRATOR, "orchestrator"),
        (EnumFailureCategory.IMPORT_ERROR, "import_error"),
        (EnumFailureSeverity.CRITICAL, "critical"),
    ],
)
def test_labels(member: str, value: str) -> None:
    """Labels are text, and members of an enumeration."""
    assert member == value
    assert type(member)(value) is member  # type: ignore[comparison-overlap]


def test_labels_of_other_rules() -> None:
    """A label that only a user's own rules know is taken as it is; nothing is no label."""
    label = EnumNodeType("gateway")

    assert (label, label.value, label.name) == ("gateway", "gateway", "GATEWAY")
    with pytest.raises(ValueError, match="'' is not a valid EnumNodeType"):
        EnumNodeType("")
