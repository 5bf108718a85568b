"""The scripts in examples/: each runs as it stands, and prints what it promises."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parent.parent / "examples"


def output(script: str, *arguments: str, cwd: Path) -> str:
    """Return what an example prints."""
    done = subprocess.run(
        [sys.executable, EXAMPLES / script, *arguments], cwd=cwd, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_every_example_is_tested() -> None:
    """There is no example besides those below."""
    assert sorted(path.name for path in EXAMPLES.glob("*.py")) == [
        "codegen_simple_example.py",
        "codegen_with_test_execution.py",
    ]


def test_simple_example(tmp_path: Path) -> None:
    """The specification's example: requirements, classification, artifacts, quality, files."""
    shown = output(
        "codegen_simple_example.py", "Create PostgreSQL CRUD Effect", "out", cwd=tmp_path
    )

    files = [path for path in (tmp_path / "out").rglob("*") if path.is_file()]
    assert shown.splitlines() == [
        "📋 Extracted requirements:",
        "   Node Type: effect",
        "   Domain: database",
        "   Operations: ['create', 'read', 'update', 'delete']",
        "",
        "🎯 Classification:",
        "   Type: effect",
        "   Confidence: 100.0%",
        "   Template: effect_database",
        "",
        "📦 Generated artifacts:",
        "   Node: NodePostgresCrudEffect",
        f"   Files: {len(files)}",
        "",
        "✅ Quality validation:",
        "   Overall Score: 100.0%",
        "   ONEX Compliance: 100.0%",
        "   Passed: ✅",
        "",
        "Written to out/postgres_crud_effect",
    ]


@pytest.mark.slow
def test_with_test_execution(tmp_path: Path) -> None:
    """The generated tests pass, alone and while generating; a broken import is explained."""
    lines = output("codegen_with_test_execution.py", "out", cwd=tmp_path).splitlines()

    assert lines.count("✅ PASSED") == 2
    assert "   Tests executed: No" in lines
    assert "1. **Import Error** (code): missing Python modules: a_module_that_nobody_has" in lines
    assert "Category: import_error" in lines
    assert lines[-3:-2] == ["   Passed: ✅"]
    [package] = (tmp_path / "out").iterdir()
    assert lines[-1] == f"Written to out/{package.name}"
