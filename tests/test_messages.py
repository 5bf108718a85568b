"""Messages: the topics that requests name stand in the contract; nothing is left to be written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import pytest
from tests.reading.made import records_of

_LINES: Final = (Path(__file__).parent / "messages.jsonl").read_text("utf-8").splitlines()
CASES: Final = [json.loads(line) for line in _LINES]
NAMES: Final = ("operations", "topic", "topics", "accepted_topic", "dead_letter_topic")


@pytest.fixture(scope="module")
def records(root: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """Return what was made of each request, with nothing written."""
    return records_of((case["prompt"] for case in CASES), root, tmp_path_factory.mktemp("messages"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["prompt"])[:40])
def test_topics_reach_the_contract(
    case: dict[str, Any], records: dict[str, dict[str, Any]]
) -> None:
    """What is listened to, published, handed on and given up goes where the request says."""
    record = records[case["prompt"]]
    (part,) = [one for one in record["contract"]["subcontracts"] if one["type"] == "messaging"]

    assert {name: part[name] for name in NAMES if name in part} == case["messaging"]
    assert record["contract"]["event_bus"]["publish_topics"] == case["publish_topics"]
    assert record["settings"]["extension_points"] == []
