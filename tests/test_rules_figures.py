"""How well the rules read the labelled corpus: floors a bit below what is reached.

The rules were tuned on the even lines; the floors hold for all lines, and for the odd ones.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from typing import Any

import pytest
from tests.reading.measure import CORPUS, figures
from tests.reading.pack import ROOT, Rules, compile_text

from onexgen.actions.score import Score, ScoreOptions
from onexgen.extraction.reader import PLAIN
from onexgen.matching import Matcher

FLOORS = {
    "node type, easy": (0.99, 0.99),
    "node type, hard": (0.69, 0.67),
    "node type, hard, macro-F1": (0.64, 0.62),
    "node type, hand and requests": (0.91, 0.86),
    "node type, no type word": (0.88, 0.82),
    "domain of effects": (0.95, 0.92),
    "operations F1, requests": (0.73, 0.66),
    "operations F1, hand": (0.68, 0.68),
    "features F1": (0.84, 0.80),
    "parameters F1": (0.70, 0.58),
    "service name accepted": (0.29, 0.25),
    "service name shares two words": (0.53, 0.47),
    "entity names F1": (0.38, 0.22),
    "fields F1": (0.80, 0.74),
    "types right where given": (0.89, 0.86),
}


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


def prompts() -> list[str]:
    """Return the prompts of the requests."""
    lines = (CORPUS / "requests.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line)["prompt"] for line in lines]


def seconds(work: Any) -> float:
    """Return the least time of a few runs, on the processor alone."""
    taken = []
    for _ in range(5):
        begun = time.thread_time()
        work()
        taken.append(time.thread_time() - begun)
    return min(taken)


def test_choosing_takes_little_time() -> None:
    """A warm choice stays near half a millisecond a kilobyte; machines differ, so four times."""
    text = "\n".join(prompts())[:20_000]
    score = Score(Rules())  # type: ignore[arg-type]
    options = ScoreOptions(text=text, rules="rules/classification.yaml")
    score(options)

    assert seconds(lambda: score(options)) < 4 * 0.0005 * 20


def test_many_terms_cost_as_little_as_few() -> None:
    """Literal terms are looked up in one table, however many there are."""

    def matcher(count: int) -> Matcher:
        terms = ", ".join(f"{{stem: {_word(i)}}}" for i in range(count))
        form, problems = compile_text("r.yaml", DOCUMENT.format(terms=terms))
        assert problems == ""
        return Matcher([(None, form["rules"])], PLAIN)

    text = " ".join(prompts())[:10_000]
    few, many = matcher(50), matcher(5000)

    assert seconds(lambda: many.read(text)) < 1.5 * seconds(lambda: few.read(text))


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
