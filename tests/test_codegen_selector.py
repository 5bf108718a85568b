"""`onexgen.codegen.TemplateSelector`: a variant by rules, which an environment may change."""

from __future__ import annotations

from pathlib import Path

import pytest

from onexgen.codegen import EnumTemplateVariant, ModelPRDRequirements, TemplateSelector
from onexgen.diagnostics import UsageError

REQUIREMENTS = ModelPRDRequirements(
    service_name="bookings", prompt="Create a PostgreSQL CRUD Effect node for hotel room bookings"
)
OVERLAY = """\
version: 1
kind: overlay
description: Everything is statistics here.
set:
  rules/variants.yaml:
    rules.nothing-special.label: analytics
    rules.nothing-special.weight: 50
"""


def test_the_variant_that_stands_out() -> None:
    """The answer says how sure it is, and which words decided."""
    found = TemplateSelector().select_template(REQUIREMENTS, node_type="effect")

    assert found.variant is EnumTemplateVariant.DATABASE_HEAVY
    assert found.template_name == "effect_database"
    assert found.confidence > 0.5
    assert found.rationale.startswith("Rule match: ")
    assert "lifecycle" in found.patterns


def test_an_environment_is_an_overlay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same request, with the rules of another environment."""
    (tmp_path / "environments").mkdir()
    (tmp_path / "environments/lab.yaml").write_text(OVERLAY, encoding="utf-8")
    monkeypatch.chdir(tmp_path)

    found = TemplateSelector().select_template(REQUIREMENTS, target_environment="lab")
    assert found.variant is EnumTemplateVariant.ANALYTICS
    with pytest.raises(UsageError, match="no environment is named 'labb'"):
        TemplateSelector().select_template(REQUIREMENTS, target_environment="labb")
