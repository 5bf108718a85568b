"""The hand-written packages."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

JUDGED = [
    # One package in every run, so that a broken judge is noticed; the others take minutes.
    pytest.param("node_json_to_xml_compute", marks=pytest.mark.slow),
    pytest.param("node_metrics_aggregation_reducer", marks=pytest.mark.judge),
    pytest.param("node_data_pipeline_orchestrator", marks=pytest.mark.judge),
    pytest.param("node_postgres_crud_effect", marks=pytest.mark.judge),
]


@pytest.mark.parametrize("package", JUDGED)
def test_hand_written_package_is_accepted(
    package: str, root: Path, judge: Callable[[Path], list[str]]
) -> None:
    """The judge accepts the packages that show what a made one should be like."""
    assert judge(root / "tests/golden/src/golden_nodes/nodes" / package) == []
