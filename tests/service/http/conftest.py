"""Services that run for all tests of a module."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from tests.service.helpers import PACK
from tests.service.http.helpers import Serving, serving


@pytest.fixture(scope="module")
def output(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the root of all output of the small service."""
    return tmp_path_factory.mktemp("output")


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory, output: Path) -> Iterator[Serving]:
    """Return a service of the small pack, without a broker and without a history."""
    folder = tmp_path_factory.mktemp("small")
    with serving(folder, "--output-root", str(output), cwd=PACK) as one:
        yield one


@pytest.fixture
def front(small: Serving) -> Iterator[httpx.Client]:
    """Return whoever asks the small service."""
    with small.client("front") as client:
        yield client
