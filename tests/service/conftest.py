"""What the tests of the service need: brokers that run, and a history for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.service.broker_programs import running


@pytest.fixture(scope="session")
def _brokers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Return name -> URL of the brokers that run for all tests of this session."""
    with (
        running("tansu", tmp_path_factory.mktemp("tansu")) as tansu,
        running("noida", tmp_path_factory.mktemp("noida")) as noida,
    ):
        yield {"tansu": tansu, "noida": noida, "memory": "memory://"}


@pytest.fixture
def brokers(_brokers: dict[str, str]) -> dict[str, str]:
    """Return name -> URL of every broker."""
    return _brokers


@pytest.fixture
def store(tmp_path: Path) -> str:
    """Return the URL of a history that is not there yet."""
    return f"sqlite:///{tmp_path}/state/history.db"
