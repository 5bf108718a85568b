"""What the description of the service promises is kept, whatever is sent."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.service.http.fuzzing import fuzz


@pytest.mark.slow
def test_no_undocumented_answer(tmp_path: Path) -> None:
    """Some hundred requests made from the description: no 5xx, and nothing that it does not say."""
    code, cases, report = fuzz(tmp_path, 5)

    assert code == 0, report
    assert cases >= 300, report
