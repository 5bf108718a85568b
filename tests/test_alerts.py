"""Alerts: what requests say about limits, spans and pauses stands in the contract."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import pytest
from tests.reading.made import records_of

_LINES: Final = (Path(__file__).parent / "alerts.jsonl").read_text("utf-8").splitlines()
CASES: Final = [json.loads(line) for line in _LINES]


@pytest.fixture(scope="module")
def contracts(root: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """Return the contract that was made of each request, with nothing written."""
    made = records_of((case["prompt"] for case in CASES), root, tmp_path_factory.mktemp("alerts"))
    return {prompt: record["contract"] for prompt, record in made.items()}


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["prompt"])[36:])
def test_spans_reach_the_contract(
    case: dict[str, Any], contracts: dict[str, dict[str, Any]]
) -> None:
    """Every limit has its own span or none, and a pause between messages is no span."""
    parts = {part["type"]: part for part in contracts[case["prompt"]]["subcontracts"]}

    assert parts["alerts"]["rules"] == case["rules"]
    assert parts["alerts"]["cooldown_seconds"] == case["cooldown_seconds"]
