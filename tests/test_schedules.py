"""Schedules: what requests say about times stands in the contract."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import pytest
from tests.reading.made import records_of

_LINES: Final = (Path(__file__).parent / "schedules.jsonl").read_text("utf-8").splitlines()
CASES: Final = [json.loads(line) for line in _LINES]


@pytest.fixture(scope="module")
def records(root: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """Return what was made of each request, with nothing written."""
    return records_of(
        (case["prompt"] for case in CASES), root, tmp_path_factory.mktemp("schedules")
    )


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["prompt"])[:40])
def test_times_reach_the_contract(case: dict[str, Any], records: dict[str, dict[str, Any]]) -> None:
    """A request by a clock gets the family for that, with its own times, deadlines and policies."""
    parts = {part["type"]: part for part in records[case["prompt"]]["contract"]["subcontracts"]}

    for part in ("schedule", "deadline"):
        expected = case[part]
        assert {key: parts[part][key] for key in expected} == expected
