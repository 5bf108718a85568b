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
# Where the specification puts folders of templates, which need no family.yaml.
_BARE = f"{_FOLDER}/node_templates/"


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
        node_type = classification.node_type.value
        pack, template = self._chosen(classification.template_name, node_type)
        given: dict[str, Any] = {
            "prompt": requirements.text,
            "requirements": requirements.corrections(),
            "node_type": node_type,
            "template": template,
            "output_dir": os.fspath(output_directory),
            "run_tests": run_tests,
            "strict": strict_mode,
        }
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

    def _chosen(self, template: str, node_type: str) -> tuple[Pack | None, str]:
        """Return where templates come from, and the name of the one that is used.

        No rule knows the templates of a folder without a family.yaml: where the inline ones are
        not allowed, the only one of the node type is meant.
        """
        if self._directory is None:
            return None, template
        pack = pack_with(self._directory)
        folder = self._directory.resolve()
        own = {name for name, file in pack.files.items() if file.is_relative_to(folder)}
        bare = {name.removeprefix(_BARE).partition("/")[0] for name in own if _is_bare(name)}
        if self._enable_inline_templates or template in bare:
            return pack, template
        if f"{_FOLDER}/{template}/family.yaml" in own:
            return pack, template
        fitting = sorted(name for name in bare if name.startswith(f"{node_type}_"))
        if len(fitting) == 1:
            return pack, fitting[0]
        raise UsageError(
            f"'{self._directory}' has no template '{template}'",
            help=f"name one of: {', '.join(fitting)}" if fitting else "",
        )


def _is_bare(name: str) -> bool:
    return name.startswith(_BARE) and "/" in name.removeprefix(_BARE)


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
