"""From requirements and a classification to a package."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from onexgen.codegen.artifacts import ModelGeneratedArtifacts, sorted_by_kind
from onexgen.codegen.classification import ModelClassificationResult
from onexgen.codegen.failure_analysis import ModelFailureAnalysis
from onexgen.codegen.labels import EnumNodeType
from onexgen.codegen.pipelines import completed, pack_with, run
from onexgen.codegen.requirements import ModelPRDRequirements
from onexgen.codegen.test_results import ModelTestResults
from onexgen.diagnostics import UsageError
from onexgen.resources import Pack
from onexgen.runs import Run

_LOGGER = logging.getLogger(__name__)
_FOLDER = "templates"


class TemplateEngine:
    """Generates packages from templates."""

    def __init__(
        self, templates_directory: Path | None = None, enable_inline_templates: bool = True
    ) -> None:
        """Take templates from a folder first; those of the pack are the inline templates."""
        if templates_directory is None and not enable_inline_templates:
            raise UsageError(
                "there are no templates", help="give templates_directory, or enable the inline ones"
            )
        if templates_directory is not None and Path(templates_directory).name != _FOLDER:
            raise UsageError(
                f"'{templates_directory}' is not named '{_FOLDER}'",
                help="a pack is recognised by the names of its folders",
            )
        self._directory = templates_directory
        self._enable_inline_templates = enable_inline_templates

    async def generate(
        self,
        requirements: ModelPRDRequirements,
        classification: ModelClassificationResult,
        output_directory: Path,
        run_tests: bool = False,
        strict_mode: bool = False,
    ) -> ModelGeneratedArtifacts:
        """Return the files of a package.

        With `run_tests` they are written below `output_directory` and tested there; in strict
        mode a failed test is a ValueError, and nothing stays written.
        """
        given: dict[str, Any] = {
            "prompt": requirements.text,
            "requirements": requirements.corrections(),
            "node_type": classification.node_type.value,
            "template": classification.template_name,
            "output_dir": os.fspath(output_directory),
            "run_tests": run_tests,
            "strict": strict_mode,
        }
        pack = self._pack(classification.template_name)
        preview = None if run_tests else "list"
        done = await asyncio.to_thread(run, "default", given, pack=pack, preview=preview)
        artifacts = _artifacts(done, requirements.service_name, run_tests=run_tests)
        if artifacts.failure_analysis is not None:
            _LOGGER.warning("%s", artifacts.failure_analysis.summary)
        return artifacts

    def process_subcontracts(
        self, contract: Mapping[str, Any], node_type: EnumNodeType | str
    ) -> dict[str, str]:
        """Return file name -> YAML of each subcontract that a contract maps to its content."""
        made: dict[str, str] = {}
        for name, content in (contract.get("subcontracts") or {}).items():
            given = {
                "name": name,
                "content": content,
                "contract": {key: contract[key] for key in contract if key != "subcontracts"},
                "node_type": str(node_type),
            }
            record = completed("subcontract", given)
            made[record["made"]["file"]] = record["made"]["text"]
        return made

    def _pack(self, template: str) -> Pack | None:
        if self._directory is None:
            return None
        pack = pack_with(self._directory)
        file = pack.files.get(f"{_FOLDER}/{template}/family.yaml")
        is_own = file is not None and file.is_relative_to(self._directory.resolve())
        if not is_own and not self._enable_inline_templates:
            raise UsageError(f"'{self._directory}' has no template '{template}'")
        return pack


def _artifacts(done: Run, service_name: str, *, run_tests: bool) -> ModelGeneratedArtifacts:
    record: dict[str, Any] = dict(done.record)
    diagnosis = record.get("diagnosis") or {}
    analysis = None
    if run_tests and diagnosis.get("failure_count"):
        analysis = ModelFailureAnalysis.of(diagnosis)
    if done.error is not None:
        if done.failed_stage == "test_execution" and analysis is not None:
            raise ValueError(f"{done.error}\n\n{analysis.get_report()}") from done.error
        raise done.error
    return ModelGeneratedArtifacts.model_validate(
        {
            **sorted_by_kind(record["package"]),
            "node_name": record["names"]["node_class"],
            "service_name": service_name,
            "node_type": record["classification"]["label"],
            "package": record["placement"]["package"],
            "output_directory": Path(record["placement"]["directory"]),
            "test_results": ModelTestResults.of(record["test_results"]) if run_tests else None,
            "failure_analysis": analysis,
        }
    )
