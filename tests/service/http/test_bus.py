"""The service with a real broker and a worker process; a broker that comes late, and goes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.service.broker_programs import free_port, running, start_tansu
from tests.service.helpers import PACK, topics_of_pack, worker
from tests.service.http.helpers import serving
from tests.service.http.test_runs import STAGES, ended, events, started

from onexgen.service.administration import create_topics

# The broker has one group of workers: one test at a time.
pytestmark = pytest.mark.xdist_group("service")


@pytest.fixture
def bus(tmp_path: Path) -> Iterator[str]:
    """Return the URL of a broker of this test's own, with all topics."""
    import asyncio

    with running("tansu", tmp_path / "broker") as url:
        asyncio.run(create_topics(url, topics_of_pack(), 1))
        yield url


def until(look: Callable[[], Any], wanted: Any) -> None:
    """Return when something is as it should be."""
    end = time.monotonic() + 60
    while (found := look()) != wanted:
        assert time.monotonic() < end, found
        time.sleep(0.05)


def readiness(front: httpx.Client) -> tuple[int, dict[str, str]]:
    """Return what the service says of its parts."""
    answer = front.get("/health/ready")
    return answer.status_code, answer.json()["dependencies"]


def test_a_run_by_a_worker(bus: str, store: str, tmp_path: Path) -> None:
    """It is followed live; two services and a later one know it; its files are fetched and kept."""
    both = ("--role", "front", "--bus", bus, "--store", store)
    with (
        worker(bus, store, tmp_path / "work"),
        serving(tmp_path, "--role", "front", "--bus", bus, cwd=PACK) as other,
    ):
        (tmp_path / "one").mkdir()
        with serving(tmp_path / "one", *both, cwd=PACK) as service:
            with service.client("front") as front, other.client("front") as beside:
                until(lambda: readiness(front), (200, {"bus": "up", "history": "up"}))
                until(lambda: readiness(beside), (200, {"bus": "up"}))
                name = started(front, key="k")
                told = events(front, name)
                kinds = [kind for _ in STAGES for kind in ("stage_started", "stage_completed")]
                assert [one[1] for one in told] == [
                    "run_started", *kinds, "run_completed", "result",
                ]  # fmt: skip
                result = told[-1][2]
                # The other service has seen it, too; the same key is the same run there.
                assert ended(beside, name)["outputs"] == result["outputs"]
                assert started(beside, key="k") == name
                archive = front.get(f"/v1/runs/{name}/artifacts.zip").content
                large = started(front, size=20_000)
                ended(front, large)
                big = front.get(f"/v1/runs/{large}/artifacts.zip").content
                assert len(big) > 100_000
            assert service.end() == 0, service.said
        (tmp_path / "two").mkdir()
        with (
            serving(tmp_path / "two", *both, cwd=PACK) as later,
            later.client("front") as front,
        ):
            until(lambda: readiness(front), (200, {"bus": "up", "history": "up"}))
            again = front.get(f"/v1/runs/{name}").json()
            kept = ("id", "mode", "state", "outputs", "attempts", "exit_code")
            assert [again[key] for key in kept] == [result[key] for key in kept]
            assert [one[:2] for one in events(front, name)] == [one[:2] for one in told]
            assert started(front, key="k") == name
            listed = front.get("/v1/runs").json()["runs"]
            assert [one["id"] for one in listed] == [large, name]
            assert front.get(f"/v1/runs/{name}/artifacts.zip").content == archive
            assert front.get(f"/v1/runs/{large}/artifacts.zip").content == big


def test_a_broker_that_comes_late_and_goes(tmp_path: Path) -> None:
    """The service starts without it, says so, works when it comes, and says when it is gone."""
    import asyncio

    port = free_port()
    bus = f"kafka://127.0.0.1:{port}"
    wish = {"mode": "make", "inputs": {"prompt": "hello"}}
    with (
        serving(tmp_path, "--role", "front", "--bus", bus, cwd=PACK) as service,
        service.client("front") as front,
    ):
        assert readiness(front) == (503, {"bus": "down"})
        assert front.get("/health").status_code == 200
        refused = front.post("/v1/runs", json=wish)
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "5")
        assert f"127.0.0.1:{port}" in refused.json()["detail"]
        assert front.get("/v1/runs").json() == {"runs": []}
        assert front.post("/v1/explain", json={"prompt": "hello"}).status_code == 200
        broker = start_tansu(port, tmp_path / "broker")
        try:
            assert readiness(front) == (503, {"bus": "down"})
            asyncio.run(create_topics(bus, topics_of_pack(), 1))
            until(lambda: readiness(front), (200, {"bus": "up"}))
            with worker(bus, f"sqlite:///{tmp_path}/history.db", tmp_path / "work"):
                assert ended(front, started(front))["state"] == "completed"
                waiting = started(front, trial="slow")
                until(lambda: front.get(f"/v1/runs/{waiting}").json()["state"], "running")
                broker.kill()
                broker.wait()
                until(lambda: readiness(front), (503, {"bus": "down"}))
                assert front.get(f"/v1/runs/{waiting}").json()["state"] == "running"
        finally:
            broker.kill()
            broker.wait()
        assert service.end() == 0, service.said


def test_a_history_that_is_not_there(tmp_path: Path) -> None:
    """A database that cannot be opened keeps the service from being ready, not from living."""
    place = tmp_path / "nowhere/history.db"
    (tmp_path / "nowhere").write_text("no folder", "utf-8")
    with (
        serving(tmp_path, "--role", "front", "--store", f"sqlite:///{place}", cwd=PACK) as service,
        service.client("front") as front,
    ):
        assert readiness(front) == (503, {"bus": "up", "history": "down"})
        assert front.get("/v1/runs").status_code == 503
        (tmp_path / "nowhere").unlink()
        until(lambda: readiness(front), (200, {"bus": "up", "history": "up"}))
        name = started(front)
        assert ended(front, name)["state"] == "completed"
        until(lambda: [one["id"] for one in front.get("/v1/runs").json()["runs"]], [name])
