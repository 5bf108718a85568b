"""How well the rules read the labelled corpus: floors a bit below what is reached.

The floors hold for all lines, and for the odd ones.
"""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from tests.reading.measure import CORPUS, figures
from tests.reading.pack import ROOT

FLOORS = {
    "node type, easy": (1.0, 1.0),
    "node type, hard": (0.71, 0.70),
    "node type, hard, macro-F1": (0.69, 0.69),
    "node type, hand and requests": (0.97, 0.96),
    "node type, no type word": (0.96, 0.95),
    "domain of effects": (0.96, 0.93),
    "two best contain the truth": (0.94, 0.94),
    "variant": (0.91, 0.89),
    "mixin precision, hand": (0.95, 0.95),
    "mixin precision, requests": (0.92, 0.90),
    "mixin key recall": (0.88, 0.87),
    "first three patterns": (0.95, 0.93),
    "operations F1": (0.86, 0.85),
    "operations F1, requests": (0.88, 0.86),
    "operations F1, hand": (0.75, 0.78),
    "features F1": (0.93, 0.94),
    "parameters F1": (0.83, 0.81),
    "parameters F1 without other": (0.86, 0.86),
    "service name accepted": (0.41, 0.40),
    "service name accepted, in any form": (0.46, 0.45),
    "service name shares two words": (0.70, 0.70),
    "entity names F1": (0.52, 0.46),
    "fields F1": (0.85, 0.82),
    "types right where given": (0.89, 0.87),
}
CEILINGS = {"calibration error": (0.10, 0.115), "calibration error, hard": (0.16, 0.16)}


@pytest.fixture(scope="module")
def reached() -> tuple[dict[str, float], dict[str, float]]:
    """Return the figures of all lines and of the odd ones."""
    return figures("all"), figures("odd")


@pytest.mark.parametrize("name", FLOORS)
def test_floor(name: str, reached: tuple[dict[str, float], dict[str, float]]) -> None:
    """No change of a rule may cost more than it gains."""
    everything, odd = FLOORS[name]

    assert reached[0][name] >= everything
    assert reached[1][name] >= odd


@pytest.mark.parametrize("name", CEILINGS)
def test_ceiling(name: str, reached: tuple[dict[str, float], dict[str, float]]) -> None:
    """Confidence stays as near to accuracy as it is."""
    everything, odd = CEILINGS[name]

    assert reached[0][name] <= everything
    assert reached[1][name] <= odd


def prompts() -> list[str]:
    """Return the prompts of the requests."""
    lines = (CORPUS / "requests.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line)["prompt"] for line in lines]


def _word(number: int) -> str:
    return "zz" + "".join(chr(ord("a") + int(digit)) for digit in str(number))


DOCUMENT = """\
version: 1
kind: scoring
title: Many
labels: [{{name: one, title: One}}]
rules:
  - id: many
    label: one
    any: [{terms}]
    why: Because.
    fires: ["zza"]
    silent: ["y"]
"""


def test_reading_imports_nothing_heavy() -> None:
    """A warm process needs neither the grammar nor a YAML parser."""
    code = (
        "import sys; import onexgen.actions.extract, onexgen.actions.score, "
        "onexgen.actions.retrieve; print([m for m in ('pydantic', 'ruamel') if m in sys.modules])"
    )
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )

    assert found.stdout.strip() == "[]"
