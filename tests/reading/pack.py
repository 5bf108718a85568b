"""Loads the rules of this pack as a run does: validated, compiled, through JSON."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from onexgen.compiler.documents import Documents
from onexgen.diagnostics import render
from onexgen.resources import Pack

ROOT = Path(__file__).parents[2]


@cache
def compiled() -> dict[str, Any]:
    """Return file -> compiled form of every rule file that is about reading."""
    documents = Documents(Pack((ROOT,)))
    for name, kind in documents.all_kinds():
        if kind in {"extraction", "scoring", "library"}:
            documents.load(name, kind)
    if documents.diagnostics:
        raise AssertionError(render(documents.diagnostics, documents.texts))
    return json.loads(json.dumps(documents.prepared))


class Rules:
    """Stands for the workspace of a run: only compiled documents."""

    def rules(self, path: str) -> Any:
        """Return a compiled document."""
        return compiled()[path]
