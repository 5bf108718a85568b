"""What sixty requests name reaches the packages that are made of them."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests import carried

# Of what the rules read; how much they read of what people see is in test_rules_figures.
FLOORS = {"number": 0.97, "thing": 0.94, "field": 0.96}


@pytest.mark.slow
def test_what_is_read_stands_in_contract_code_and_tests(tmp_path: Path) -> None:
    """Numbers, things and fields are carried; what is lost is listed."""
    cases = carried.requests()
    packages = carried.made(cases, tmp_path)
    named = [list(carried.named(carried.understood(case["prompt"]))) for case in cases]
    lost = carried.all_lost(cases, packages, named)
    for kind, floor in FLOORS.items():
        count = sum(one.kind == kind for own in named for one in own)
        gone = {(loss.case, loss.named) for loss in lost if loss.named.kind == kind}
        assert count, kind
        assert 1 - len(gone) / count >= floor, sorted(gone)
