"""What a package is made from: what `seal` records, and `recall` compares with."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

from onexgen.actions.base import Workspace
from onexgen.actions.compiled import kept
from onexgen.json_types import Json
from onexgen.plan import FamilyPlan
from onexgen.storage.manifest import Origin

_FAMILIES: Final = "templates/"


def origin_of(
    workspace: Workspace,
    inputs: Mapping[str, Json],
    without: Collection[str],
    family: str,
    context: Mapping[str, Json],
) -> Origin:
    """Return versions, inputs and digests of all that can shape a package."""
    return Origin(
        version=workspace.version,
        pipeline=workspace.pipeline,
        environment=workspace.environment,
        inputs={key: value for key, value in inputs.items() if key not in without},
        context=context,
        sources=_sources(workspace, family),
    )


def _sources(workspace: Workspace, family: str) -> Mapping[str, str]:
    if not family:
        return workspace.digests
    plan, digests = workspace.family(family), workspace.digests
    return kept([plan, digests], lambda: _sources_of(plan, digests))


def _sources_of(family: FamilyPlan, digests: Mapping[str, str]) -> dict[str, str]:
    own = set(family.sources)
    # A file in a folder below templates belongs to a family; the rest belongs to all.
    return {
        path: digest
        for path, digest in digests.items()
        if path in own or not path.startswith(_FAMILIES) or path.count("/") == 1
    }
