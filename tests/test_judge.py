"""Made packages of each kind before the judge and with planted faults: minutes each."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.reading.pack import ROOT

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


def lines(name: str) -> list[dict[str, Any]]:
    """Return the lines of a file of this folder, each a JSON object."""
    return [json.loads(line) for line in (ROOT / "tests" / name).read_text("utf-8").splitlines()]


# Requests that reach every family of templates, and what they have to become. Where none of the
# corpus does, a line brings its own `prompt`.
JUDGED = lines("judged.jsonl")
PROMPTS = {line["id"]: line["prompt"] for line in lines("corpus/requests.jsonl")}
KINDS = {line["id"]: line["node_type"] for line in lines("corpus/requests.jsonl")}


def made(prompt: str, folder: Path) -> dict[str, Any]:
    """Make the package of a request; returns what the command says about it."""
    command = [sys.executable, "-m", "onexgen", "run", "pipelines/default.yaml", "--json"]
    command += ["--prompt", prompt, "--output-dir", str(folder)]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    result: dict[str, Any] = json.loads(done.stdout)
    return result


@pytest.fixture(params=REQUESTS)
def package(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Return the folder of a package made from one of the specification's requests."""
    made(REQUESTS[request.param], tmp_path)
    (folder,) = tmp_path.iterdir()
    return folder


@pytest.mark.slow
def test_made_package_is_accepted(package: Path, judge: Callable[[Path], list[str]]) -> None:
    """The judge accepts the packages of the specification's four requests."""
    assert judge(package) == []


@pytest.mark.judge
@pytest.mark.parametrize("case", JUDGED, ids=lambda case: case["id"])
def test_made_package_of_the_corpus_is_accepted(
    case: dict[str, str], tmp_path: Path, judge: Callable[[Path], list[str]]
) -> None:
    """The rules see the kind and family of a request, and the judge accepts what comes out."""
    outputs = made(case.get("prompt") or PROMPTS[case["id"]], tmp_path)
    assert (outputs["node_type"], outputs["family"]) == (case["kind"], case["family"])
    (folder,) = tmp_path.iterdir()
    assert judge(folder) == []


@pytest.mark.hundred
@pytest.mark.parametrize("name", (ROOT / "tests/hundred.txt").read_text("utf-8").split())
def test_made_package_of_a_hundred_is_accepted(
    name: str, tmp_path: Path, judge: Callable[[Path], list[str]]
) -> None:
    """Every second request of the corpus becomes a package of its kind that the judge accepts."""
    outputs = made(PROMPTS[name], tmp_path)
    assert outputs["node_type"] == KINDS[name]
    (folder,) = tmp_path.iterdir()
    assert judge(folder) == []


FAULTS = """

import os


def faulty(rows: list[int] = []) -> int:
    print("localhost:9092", os.environ["HOME"], rows)
    try:
        return "one"
    except:
        pass
"""


@pytest.mark.judge
def test_forked_checks_answer_as_started_ones(root: Path, tmp_path: Path) -> None:
    """The judge whose checks are forked says of a faulty package what the judge itself says."""
    whole = root / "tests/golden/src/golden_nodes/nodes/node_metrics_aggregation_reducer"
    faulty = shutil.copytree(whole, tmp_path / whole.name)
    (handler,) = (faulty / "handlers").glob("handler_*.py")
    handler.write_text(handler.read_text("utf-8") + FAULTS, "utf-8")
    contract = faulty / "contract.yaml"
    contract.write_text(contract.read_text("utf-8").replace("REDUCER", "EFFECT"), "utf-8")

    started, forked = tmp_path / "started.json", tmp_path / "forked.json"
    script = root / "tests/acceptance/accept_node.py"
    for out, judge in ((started, [script]), (forked, ["-m", "tests.judging"])):
        command = [sys.executable, *judge, faulty, "--json", out]
        assert subprocess.run(command, cwd=root, capture_output=True, check=False).returncode == 1

    said = [json.loads(out.read_text("utf-8"))["checks"] for out in (started, forked)]
    first, second = ({name: check["status"] for name, check in one.items()} for one in said)
    assert first == second
    assert list(first.values()).count("FAIL") >= 5


# One package of each family; of the four of the specification, too.
FIRST = {case["family"]: case for case in reversed(JUDGED)}


@pytest.mark.mutate
@pytest.mark.parametrize(
    "prompt",
    [*REQUESTS.values(), *(case.get("prompt") or PROMPTS[case["id"]] for case in FIRST.values())],
    ids=[*REQUESTS, *FIRST],
)
def test_made_tests_notice_faults(prompt: str, root: Path, tmp_path: Path) -> None:
    """A made package's own tests notice at least four of five planted faults."""
    made(prompt, tmp_path)
    (package,) = tmp_path.iterdir()
    done = subprocess.run(
        [sys.executable, "-m", "tests.mutating", package],
        cwd=root, capture_output=True, text=True, check=False,
    )  # fmt: skip

    print(package.name, done.stdout)  # noqa: T201 - shown by `make mutate`
    assert done.returncode == 0, done.stdout + done.stderr
