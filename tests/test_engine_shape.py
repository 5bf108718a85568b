"""The engine stays small files."""

from __future__ import annotations

from pathlib import Path
from statistics import median

MEDIAN, LONGEST = 120, 400


def test_length_of_files(root: Path) -> None:
    """Half of the engine's files have at most 120 lines, and none has more than 400."""
    engine = root / "engine/onexgen"
    lengths = {
        str(path.relative_to(engine)): len(path.read_text(encoding="utf-8").splitlines())
        for path in sorted(engine.rglob("*.py"))
    }

    assert {name: length for name, length in lengths.items() if length > LONGEST} == {}
    assert median(lengths.values()) <= MEDIAN
