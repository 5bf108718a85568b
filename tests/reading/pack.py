"""Loads rule files as a run does: validated, compiled, through JSON."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from onexgen.config.reading import Extraction, Library, Scoring
from onexgen.diagnostics import render
from onexgen.extraction.prepare import prepare, prepare_library, prepare_scoring
from onexgen.extraction.reader import Reader
from onexgen.source import Marks, load
from onexgen.validation import validate

ROOT = Path(__file__).parents[2]
KINDS: dict[str, Any] = {
    "extraction": (Extraction, prepare),
    "library": (Library, prepare_library),
    "scoring": (Scoring, prepare_scoring),
}


def compile_text(name: str, text: str) -> tuple[Any, str]:
    """Return the compiled form of a rule file and what is wrong with it, as a user sees it."""
    source = load(name, text.encode())
    data: Any = source.data
    grammar, preparation = KINDS[data["kind"]]
    document, problems = validate(grammar, source)
    marks = Marks(source)
    form = None if document is None else preparation(document, marks)
    return json.loads(json.dumps(form)), render([*problems, *marks.diagnostics], {name: text})


@cache
def compiled(name: str) -> Any:
    """Return the compiled form of a rule file of this pack."""
    form, problems = compile_text(name, (ROOT / name).read_text(encoding="utf-8"))
    assert problems == ""
    return form


def reader(name: str = "rules/extraction.yaml") -> Reader:
    """Return an extraction document of this pack with its parts, ready to read."""
    forms = [compiled(name), *(compiled(part) for part in compiled(name)["parts"])]
    scored = {choice["by"] for form in forms for choice in form["choices"]} - {""}
    return Reader(forms, {path: compiled(path) for path in scored})


class Rules:
    """Stands for the workspace of a run: compiled documents, nothing else."""

    def rules(self, path: str) -> Any:
        """Return a compiled document."""
        return compiled(path)
