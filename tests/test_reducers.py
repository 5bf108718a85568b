"""What a reducer's request names reaches its contract: the family, the states, the windows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.reading.pack import ROOT

from onexgen.inputs import resolve_inputs
from onexgen.session import Session, drain
from onexgen.source import load

LINES = (ROOT / "tests/reading/reducers.jsonl").read_text(encoding="utf-8").splitlines()
CASES = [json.loads(line) for line in LINES]


@pytest.fixture(scope="module")
def session() -> Session:
    """Return the pipeline that makes packages."""
    return Session("pipelines/default.yaml", cwd=ROOT)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["text"][:50])
def test_reducer(case: dict[str, Any], session: Session, tmp_path: Path) -> None:
    """A request becomes the family that it names, with its states and windows."""
    given = {"prompt": case["text"], "output_dir": str(tmp_path)}
    (run,) = drain(session.run([resolve_inputs(session.plan.inputs, given)]))
    assert run.error is None, run.error
    outputs = session.outputs(run)
    assert (outputs["family"], outputs["quality_score"]) == (case["family"], 1.0)

    (contract,) = tmp_path.glob("*/contract.yaml")
    said: Any = load("contract.yaml", contract.read_bytes()).data
    machine, parts = said["state_machine"], {part["type"]: part for part in said["subcontracts"]}
    if "key" in case:
        assert parts["grouping"]["field"] == case["key"]
    if "row" in case:
        assert case["row"] == [
            f"{step['from_state']} -> {step['to_state']}" for step in machine["transitions"]
        ]
        assert case["ends"] == sorted(machine["terminal_states"])
    if "windows" in case:
        assert parts["time_windows"]["window_seconds"] == case["windows"]
