"""From a package to its quality."""

from __future__ import annotations

import asyncio
from typing import Any

from onexgen.codegen.artifacts import ModelGeneratedArtifacts
from onexgen.codegen.pipelines import completed
from onexgen.codegen.validation import COMPONENTS, ModelValidationResult
from onexgen.diagnostics import ConfigError
from onexgen.json_types import Json
from onexgen.source import load


class QualityValidator:
    """Checks the quality of packages, by rules."""

    def __init__(
        self,
        enable_mypy: bool = False,
        enable_ruff: bool = False,
        min_quality_threshold: float = 0.8,
    ) -> None:
        """Run the programs that are enabled, besides the checks that need none."""
        self._enable_mypy = enable_mypy
        self._enable_ruff = enable_ruff
        self._threshold = min_quality_threshold

    async def validate(self, artifacts: ModelGeneratedArtifacts) -> ModelValidationResult:
        """Return the quality of a package by component, and all that was found."""
        given: dict[str, Any] = {
            "files": artifacts.get_all_files(),
            "package": artifacts.package,
            "node_type": artifacts.node_type,
            "contract": _contract(artifacts.contract_file),
            "mypy": self._enable_mypy,
            "ruff": self._enable_ruff,
            "minimum": self._threshold,
        }
        return _result(await asyncio.to_thread(completed, "validate", given))


def _contract(text: str) -> dict[str, Json]:
    """Return the contract as data; one that cannot be read has nothing in it."""
    try:
        data = load("contract.yaml", text.encode()).data
    except ConfigError:
        return {}
    return data if isinstance(data, dict) else {}


def _result(record: dict[str, Any]) -> ModelValidationResult:
    report, types = record["quality"], record["types"]
    values: dict[str, Any] = {}
    for component, name in COMPONENTS.items():
        part = report["components"].get(component, {"score": 0.0})
        values[f"{name}_score"] = part["score"]
        values[f"{name}_issues"] = [
            f"{item['file']}:{item['line']}: {item['message']}"
            for item in (*report["findings"], *types["findings"])
            if item["component"] == component
        ]
    return ModelValidationResult(
        quality_score=report["score"],
        passed=report["passed"] and not types["errors"],
        errors=[*report["errors"], *types["errors"]],
        warnings=report["warnings"],
        suggestions=report["suggestions"],
        **values,
    )
