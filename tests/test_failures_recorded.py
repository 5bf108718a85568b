"""What really broken packages printed is classified as a person classifies it.

`tests/failures/record.py` made the outputs. Those in `held_out` were written when the rules were
done, with other libraries and other words: 28 of 30 were right before anything was changed.
"""

from __future__ import annotations

from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from tests.failures.record import Case, cases, outcome

from onexgen.session import Session
from onexgen.testing.diagnosis import diagnose
from onexgen.testing.recognising import Known

ROOT = Path(__file__).parent.parent
CASES = [*cases(ROOT / "tests/failures"), *cases(ROOT / "tests/failures/held_out")]
LEAST = 4


@cache
def rules() -> dict[str, Any]:
    """Return the compiled rules of the pack."""
    compiled = Session("pipelines/test.yaml", cwd=ROOT).workspace().rules("rules/failures.yaml")
    assert isinstance(compiled, dict)
    return compiled


@pytest.mark.parametrize("with_report", [True, False], ids=["report", "text"])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_category(case: Case, with_report: bool, tmp_path: Path) -> None:
    """The only cause has the right category, also where all that is left is what was printed."""
    counts = outcome(case, tmp_path, with_report=with_report).counts
    results = {"failed_tests": [asdict(one) for one in counts.failures]}
    numbers = {"passed": counts.passed, "failed": counts.failed, "errors": counts.errors}

    causes: Any = diagnose({**results, **numbers}, rules(), Known(own="tested"))["root_causes"]

    assert [cause["category"] for cause in causes] == [case.category], counts.failures


def test_enough_of_each_category() -> None:
    """Each category but that of several runs has four outputs or more, forty in all."""
    found = [case.category for case in CASES if "held_out" not in case.file.parts]

    few = [name for name in rules()["categories"] if found.count(name) < LEAST]
    assert (few, len(found) >= 40) == (["flaky"], True)


def test_text_says_as_much_as_the_report(tmp_path: Path) -> None:
    """Counts, names and files read from the text are those of the report."""
    for case in CASES:
        folder = tmp_path / case.name
        folder.mkdir()
        read = [outcome(case, folder, with_report=kind).counts for kind in (False, True)]
        said = [(c.passed, c.failed, c.errors, c.skipped) for c in read]
        named = [[(one.name, one.file) for one in c.failures] for c in read]

        assert said[0] == said[1], case.name
        assert named[0] == named[1], case.name
