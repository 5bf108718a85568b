"""From a prompt to requirements."""

from __future__ import annotations

import asyncio
import logging
from typing import Any
from uuid import UUID

from onexgen.codegen.pipelines import completed
from onexgen.codegen.requirements import ModelPRDRequirements

_LOGGER = logging.getLogger(__name__)


class PRDAnalyzer:
    """Extracts structured requirements from a prompt, by rules."""

    def __init__(
        self,
        archon_mcp_url: str | None = None,
        enable_intelligence: bool = True,
        timeout_seconds: float = 30,
    ) -> None:
        """Use best practices from the pack's library of patterns if intelligence is enabled."""
        if archon_mcp_url is not None:
            _LOGGER.warning("archon_mcp_url is not used: patterns come from rules/patterns.yaml")
        self._enable_intelligence = enable_intelligence
        self._timeout_seconds = timeout_seconds

    async def analyze_prompt(
        self,
        prompt: str,
        correlation_id: UUID | None = None,
        node_type_hint: str | None = None,
    ) -> ModelPRDRequirements:
        """Return what a prompt asks for."""
        return await asyncio.to_thread(self._analyze, prompt, correlation_id, node_type_hint)

    def _analyze(
        self, prompt: str, correlation_id: UUID | None, hint: str | None
    ) -> ModelPRDRequirements:
        record: dict[str, Any] = completed(
            "explain", {"prompt": prompt, "node_type": hint},
            correlation_id=correlation_id, timeout=self._timeout_seconds,
        )  # fmt: skip
        found = record["requirements"]
        return ModelPRDRequirements.of(
            found,
            node_type=record["classification"]["label"],
            business_description=found["summary"],
            best_practices=found["best_practices"] if self._enable_intelligence else [],
            prompt=prompt,
            node_type_hint=hint,
        )
