"""Packages of all requests of the corpus: what no judge is needed to see."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.reading.pack import ROOT

from onexgen.inputs import resolve_inputs
from onexgen.session import Session, drain


@pytest.mark.slow
def test_every_request_becomes_a_clean_package(tmp_path: Path) -> None:
    """No request of the corpus fails, and no check has anything to say about what is made."""
    path = ROOT / "tests" / "corpus" / "requests.jsonl"
    session = Session("pipelines/default.yaml", cwd=ROOT)
    said = []
    for line in path.read_text(encoding="utf-8").splitlines():
        case = json.loads(line)
        given = {"prompt": case["prompt"], "output_dir": str(tmp_path / case["id"])}
        (run,) = drain(session.run([resolve_inputs(session.plan.inputs, given)]))
        if run.error is not None:
            said.append(f"{case['id']}: {run.error}")
            continue
        outputs = session.outputs(run)
        if outputs["quality_score"] != 1.0 or outputs["warnings"]:
            said.append(f"{case['id']}: {outputs['family']}: {outputs['warnings']}")
    assert said == []
