"""Made packages of each kind before the judge and with planted faults: minutes each."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

REQUESTS = {
    "effect": """Create a PostgreSQL CRUD Effect node with:
- Connection pooling (10-50 connections)
- Automatic retry logic with exponential backoff
- Circuit breaker pattern for resilience
- Structured logging and metrics
- Full CRUD operations (Create, Read, Update, Delete, List)""",
    "compute": """Create a data transformation Compute node that:
- Parses JSON input
- Validates against schema
- Transforms to XML format
- Handles nested structures
- Pure function (no side effects)""",
    "reducer": """Create a metrics aggregation Reducer node that:
- Collects performance metrics from multiple sources
- Groups by time windows (1min, 5min, 1hour)
- Calculates statistics (avg, p50, p95, p99)
- Maintains rolling state
- Publishes to monitoring dashboard""",
    "orchestrator": """Create a workflow Orchestrator node that:
- Coordinates multi-stage data processing pipeline
- Manages 5 sequential stages with parallel sub-tasks
- Handles stage failures with retry and rollback
- Tracks workflow state and progress
- Publishes events to Kafka for monitoring""",
}


@pytest.fixture(params=REQUESTS)
def package(request: pytest.FixtureRequest, root: Path, tmp_path: Path) -> Path:
    """Return the folder of a package made from one of the specification's requests."""
    command = [sys.executable, "-m", "onexgen", "run", "pipelines/default.yaml"]
    command += ["--prompt", REQUESTS[request.param], "--output-dir", str(tmp_path)]
    subprocess.run(command, cwd=root, check=True, capture_output=True)
    (made,) = tmp_path.iterdir()
    return made


@pytest.mark.slow
def test_made_package_is_accepted(package: Path, judge: Callable[[Path], list[str]]) -> None:
    """The judge accepts the packages of the specification's four requests."""
    assert judge(package) == []


@pytest.mark.mutate
def test_made_tests_notice_faults(package: Path, root: Path) -> None:
    """A made package's own tests notice at least four of five planted faults."""
    script = root / "tests/acceptance/mutate_node.py"
    done = subprocess.run(
        [sys.executable, script, package], capture_output=True, text=True, check=False
    )

    print(package.name, done.stdout)  # noqa: T201 - shown by `make mutate`
    assert done.returncode == 0, done.stdout + done.stderr
