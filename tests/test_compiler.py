"""Each tests/compiler/NAME/ is a small pack that is wrong, with all that is said about it.

A new case is a new folder; `WRITE=1 pytest tests/test_compiler.py` writes its report, to be read.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from onexgen.compiler import Compilation
from onexgen.diagnostics import render
from onexgen.resources import Pack

CASES = sorted(path for path in (Path(__file__).parent / "compiler").iterdir())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_report(case: Path) -> None:
    """Everything that is wrong with a pack is said at once, sorted, each at its place."""
    env = case / "env"
    environment = env.read_text("utf-8").strip() if env.exists() else None
    compilation = Compilation(Pack.at(case, alone=True), environment)
    compilation.everything()
    report = render(compilation.diagnostics, compilation.documents.texts)
    expected = case / "expected.out"
    if "WRITE" in os.environ:
        expected.write_text(report, encoding="utf-8")

    assert report == expected.read_text("utf-8")
