"""Hooks over a real line: what is right becomes a run, and nothing else does anything at all."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.service.broker_programs import running
from tests.service.helpers import PACK, start_worker, wait_until_ready
from tests.service.hook_attacks import KEY, KINDS, Attacks, Delivery, generic, hub
from tests.service.http.helpers import serving

ATTACKS = 1000
SECRETS = {"HOOK_OF_A_TEST": KEY.decode()}
_PATIENCE = 60


def event(text: str, *, label: str = "onexgen") -> dict[str, Any]:
    """Return what a forge sends about an issue that is given a label."""
    return {"action": "labeled", "label": {"name": label}, "issue": {"body": text}}


def right(now: int) -> list[Delivery]:
    """Return deliveries that have to be taken."""
    texts = ("one", "two", "three")
    return [
        *(generic({"prompt": text}, now, f"d-{text}") for text in texts),
        *(hub(event(text), f"h-{text}") for text in texts),
    ]


def sent(client: httpx.Client, one: Delivery) -> httpx.Response:
    """Send a delivery."""
    return client.post(f"/v1/hooks/{one.source}", content=one.body, headers=one.headers)


def until_ended(client: httpx.Client, count: int) -> list[dict[str, Any]]:
    """Return the runs when so many have ended."""
    end = time.monotonic() + _PATIENCE
    while True:
        runs: list[dict[str, Any]] = client.get("/v1/runs", params={"limit": 20}).json()["runs"]
        if sum(run["state"] in {"completed", "failed"} for run in runs) >= count:
            return runs
        assert time.monotonic() < end, runs
        time.sleep(0.05)


def until_counted(client: httpx.Client, runs: int) -> Any:
    """Return the figures of the last hour when they count so many runs."""
    end = time.monotonic() + _PATIENCE
    while True:
        told = client.get("/v1/metrics").json()
        if told["windows"]["1h"]["runs"] == runs:
            return told
        assert time.monotonic() < end, json.dumps(told)
        time.sleep(0.05)


@pytest.mark.slow
def test_a_thousand_attacks(tmp_path: Path, store: str) -> None:
    """Six deliveries are six runs; of a thousand attacks on them, some after a restart, none is."""
    taken = right(int(time.time()))
    counted: Counter[str] = Counter()
    attacks = Attacks(taken, int(time.time())).some(ATTACKS)

    def attack(client: httpx.Client, count: int) -> None:
        for _ in range(count):
            one = next(attacks)
            answer = sent(client, one)
            assert answer.status_code in {401, 404, 409}, (one, answer.text)
            assert answer.headers["content-type"] == "application/problem+json"
            counted[one.kind] += 1

    with (
        serving(tmp_path, "--store", store, cwd=PACK, variables=SECRETS) as service,
        service.client("front") as client,
    ):
        answers = [sent(client, one) for one in taken]
        assert [one.status_code for one in answers] == [202] * len(taken), answers[-1].text
        names = {one.json()["correlation_id"] for one in answers}
        assert len(names) == len(taken)
        attack(client, ATTACKS // 2)
        assert {run["id"] for run in until_ended(client, len(taken))} == names
        assert service.end() == 0, service.said
    with (
        serving(tmp_path, "--store", store, cwd=PACK, variables=SECRETS) as service,
        service.client("front") as client,
    ):
        attack(client, ATTACKS // 2)
        runs = until_ended(client, len(taken))
        # What the history has is counted, and nothing else.
        until_counted(client, len(taken))
    assert {run["id"] for run in runs} == names
    assert {run["state"] for run in runs} == {"completed"}
    assert set(counted) == set(KINDS)
    assert counted.total() == ATTACKS


def test_events_of_no_interest_and_clocks(tmp_path: Path) -> None:
    """An event that the rules want nothing of is taken; how far clocks are apart is said."""
    now = int(time.time())
    with (
        serving(tmp_path, cwd=PACK, variables=SECRETS) as service,
        service.client("front") as client,
    ):
        other = sent(client, hub(event("text", label="bug"), "h-1"))
        late = sent(client, generic({"prompt": "x"}, now - 4000))
        wrong = sent(client, generic({"text": "x"}, now))
        nowhere = client.post("/v1/hooks/generic", content=b"{}")

    assert (other.status_code, other.json()) == (202, {"correlation_id": None})
    assert late.status_code == 401
    assert " s behind our clock (" in late.json()["detail"]
    assert late.json()["help"] == "sign each attempt anew; set the clocks by NTP"
    assert (wrong.status_code, wrong.json()["detail"].partition(": ")[0]) == (
        422, "the payload is not as expected",
    )  # fmt: skip
    assert nowhere.headers["www-authenticate"] == "HMAC-SHA256"
    assert nowhere.json()["detail"] == "there is no header x-onexgen-signature"


@pytest.mark.slow
def test_from_a_hook_to_figures_over_a_broker(tmp_path: Path, store: str) -> None:
    """A delivery goes over a real broker to a worker; what became of it is in all figures."""
    with running("tansu", tmp_path / "broker") as bus:
        variables = {**SECRETS, "ONEXGEN_BUS": bus, "ONEXGEN_STORE": store}
        subprocess.run(
            [sys.executable, "-m", "onexgen", "topics", "create"], cwd=PACK, check=True,
            env={**os.environ, **variables}, capture_output=True,
        )  # fmt: skip
        worker = start_worker(bus, store, tmp_path / "worker")
        try:
            wait_until_ready([worker])
            with (
                serving(tmp_path, cwd=PACK, variables=variables) as service,
                service.client("front") as client,
            ):
                _followed(client)
            # Anew, with nothing kept but what the bus and the history hold.
            [kept] = (tmp_path / "state/onexgen").glob("figures-*")
            kept.unlink()
            with (
                serving(tmp_path, cwd=PACK, variables=variables) as service,
                service.client("front") as client,
            ):
                assert until_counted(client, 2)["windows"]["1h"]["failures"] == {"request": 1}
        finally:
            worker.end()


def _followed(client: httpx.Client) -> None:
    """Send a delivery that succeeds and one that fails, and look at what became of them."""
    now = int(time.time())
    _until_ready(client)
    payloads = ({"prompt": "hello"}, {"prompt": "hello", "trial": "refused"})
    answers = [sent(client, generic(one, now)) for one in payloads]
    assert [one.status_code for one in answers] == [202, 202], answers[0].text
    runs = until_ended(client, 2)
    assert {run["id"] for run in runs} == {one.json()["correlation_id"] for one in answers}
    hour = until_counted(client, 2)["windows"]["1h"]
    assert hour["modes"] == {"make": {"completed": 1, "failed": 1}}
    assert hour["quality"]["note"] == {"count": 1, "mean": 0.5, "p50": 0.5, "p95": 0.5, "p99": 0.5}
    assert (hour["failures"], hour["failed_stages"]) == ({"request": 1}, {"reading": 1})
    assert hour["stages"]["reading"]["count"] == 2
    text = client.get("/metrics").text
    assert 'onexgen_runs_total{kind="note",mode="make",status="completed"} 1.0' in text
    assert 'onexgen_failures_total{category="request"} 1.0' in text
    end = time.monotonic() + _PATIENCE
    while sum(client.get("/v1/metrics").json()["dead_letters"].values()) != 1:
        assert time.monotonic() < end
        time.sleep(0.05)


def _until_ready(client: httpx.Client) -> None:
    """Return when the service has found the broker."""
    end = time.monotonic() + _PATIENCE
    while client.get("/health/ready").status_code != 200:
        assert time.monotonic() < end
        time.sleep(0.05)
