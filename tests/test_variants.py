"""Variants: what each changes in a package, and that the table of the documents says so."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from onexgen.inputs import resolve_inputs
from onexgen.session import Session, drain

ASKED = "with retry logic and a circuit breaker"
REQUESTS = {
    "standard": f"Effect node that sends an SMS to guests {ASKED}",
    "database_heavy": f"Postgres CRUD effect for bookings {ASKED}",
    "api_heavy": f"Effect node that calls the REST API of the carrier {ASKED}",
    "kafka_heavy": f"Kafka producer effect node for turnstile events {ASKED}",
    "ml_inference": f"Effect node that calls the SageMaker endpoint for a prediction {ASKED}",
    "analytics": "Reducer: mean and p95 of the readings per hour",
}


@pytest.fixture(scope="module")
def numbers(root: Path) -> Any:
    """Return the numbers of each variant, by its name."""
    return yaml.safe_load((root / "templates/variants.yaml").read_text("utf-8"))


def made(root: Path, prompt: str, folder: Path) -> dict[str, Any]:
    """Return the record of a run that writes nothing."""
    session = Session("pipelines/default.yaml", cwd=root)
    given = {"prompt": prompt, "output_dir": str(folder)}
    inputs = resolve_inputs(session.plan.inputs, given, default=session.settings.default)
    [done] = drain(session.run([inputs], preview="list"))
    assert done.error is None
    return dict(done.record)


@pytest.mark.parametrize("variant", REQUESTS)
def test_package_has_the_numbers_of_its_variant(
    variant: str, root: Path, tmp_path: Path, numbers: Any
) -> None:
    """What a request does not say is in the contract as its variant has it."""
    record = made(root, REQUESTS[variant], tmp_path)
    tuned = numbers[variant]
    contract = record["contract"]
    parts = {part["type"]: part for part in contract["subcontracts"]}

    assert record["emphasis"]["label"] == variant
    assert contract["performance"]["target_latency_ms"] == tuned["latency_ms"]
    assert contract["descriptor"]["timeout_ms"] == tuned["timeout_seconds"] * 1000
    if variant != "analytics":
        assert parts["retry"]["max_attempts"] == tuned["max_attempts"]
        assert parts["retry"]["base_delay_ms"] == tuned["base_delay_ms"]
        assert parts["circuit_breaker"]["threshold"] == tuned["failure_threshold"]
        assert parts["circuit_breaker"]["timeout_seconds"] == tuned["recovery_seconds"]


def test_numbers_of_the_request_win(root: Path, tmp_path: Path) -> None:
    """A number that the request gives is taken, whatever the variant."""
    prompt = "Postgres CRUD effect for bookings, 7 retries, time-out 4 seconds, 3-9 connections"
    contract = made(root, prompt, tmp_path)["contract"]
    parts = {part["type"]: part for part in contract["subcontracts"]}

    assert parts["timeout"]["timeout_seconds"] == 4
    pool = parts["connection_pool"]
    assert (pool["min_connections"], pool["max_connections"]) == (3, 9)


def test_no_two_variants_are_alike(numbers: Any) -> None:
    """Each variant differs from each other one, and all say the same things."""
    rows = list(numbers.values())

    assert list(numbers) == list(REQUESTS)
    assert len({tuple(row) for row in rows}) == 1
    assert len({tuple(row.values()) for row in rows}) == len(rows)


def test_table_of_the_documents(root: Path, numbers: Any) -> None:
    """The table that people read has the numbers that packages get."""
    lines = (root / "docs/variants.md").read_text("utf-8").splitlines()
    cells = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in lines if line[:1] == "|"
    ]
    (_, *names), _, *rows = cells

    assert names == list(numbers)
    assert {row[0]: row[1:] for row in rows} == {
        key: [str(tuned[key]) for tuned in numbers.values()] for key in numbers["standard"]
    }
