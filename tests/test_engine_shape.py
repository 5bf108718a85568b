"""The engine and its templates stay small files."""

from __future__ import annotations

from pathlib import Path
from statistics import median

MEDIAN, LONGEST = 120, 400
LONGEST_TEMPLATE = 200


def test_length_of_files(root: Path) -> None:
    """Half of the engine's files have at most 120 lines, and none has more than 400."""
    engine = root / "engine/onexgen"
    lengths = {
        str(path.relative_to(engine)): len(path.read_text(encoding="utf-8").splitlines())
        for path in sorted(engine.rglob("*.py"))
    }

    assert {name: length for name, length in lengths.items() if length > LONGEST} == {}
    assert median(lengths.values()) <= MEDIAN


def test_length_of_templates(root: Path) -> None:
    """No template is longer than what a reader keeps in mind: parts are included."""
    long = {
        str(path.relative_to(root)): length
        for path in sorted((root / "templates").rglob("*.j2"))
        if (length := len(path.read_text(encoding="utf-8").splitlines())) > LONGEST_TEMPLATE
    }

    assert long == {}
