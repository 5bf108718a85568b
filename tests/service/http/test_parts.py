"""Stamps, figures and the library, asked over a real line."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.service.http.helpers import serving

FILES: dict[str, Any] = {
    "node.py": "abc",
    "logo.png": {"base64": base64.b64encode(b"\xff").decode()},
}


def test_stamped_and_verified(front: httpx.Client) -> None:
    """A stamp of a time that was given, and what differs from it."""
    time = "2026-11-26T08:00:00+00:00"
    answer = front.post("/v1/stamps", json={"files": FILES, "time": time})
    stamp = answer.json()

    assert answer.status_code == 200, answer.text
    assert (stamp["time"], stamp["provenance"]) == (time, {"manifest": "none"})
    assert stamp["files"]["node.py"] == {
        "sha256": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    }
    same = front.post("/v1/stamps/verify", json={"stamp": stamp, "files": FILES})
    assert same.json()["valid"] is True
    changed = {**FILES, "node.py": "abd", "new.py": ""}
    del changed["logo.png"]
    differs = front.post("/v1/stamps/verify", json={"stamp": stamp, "files": changed})
    assert differs.json() == {
        "valid": False, "seal": "not looked at", "tree": True,
        "missing": ["logo.png"], "changed": ["node.py"], "extra": ["new.py"],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("path", "body", "said"),
    [
        ("/v1/stamps", {"files": {}}, "the request is not as it is described"),
        ("/v1/stamps", {"files": {"../x": ""}}, "'../x' has a part '.' or '..'"),
        (
            "/v1/stamps", {"files": {"logo.png": {"base64": "*"}}},
            "the bytes of 'logo.png' are no base64",
        ),
        ("/v1/stamps/verify", {"stamp": {}, "files": {}}, "this is no stamp of version 1"),
    ],
)  # fmt: skip
def test_what_cannot_be_stamped(front: httpx.Client, path: str, body: Any, said: str) -> None:
    """What is wrong is said, and where."""
    answer = front.post(path, json=body)

    assert (answer.status_code, answer.json()["detail"]) == (422, said)


@pytest.fixture(scope="module")
def library(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """Return whoever asks the library of the installed pack."""
    folder = tmp_path_factory.mktemp("library")
    with (
        serving(folder, "--role", "intelligence", cwd=root) as service,
        service.client("intelligence") as client,
    ):
        yield client


@pytest.mark.slow
def test_the_library(library: httpx.Client) -> None:
    """What fits a request, each with the rules that say so; without a request, all there is."""
    prompt = "Create a PostgreSQL CRUD Effect node with connection pooling and retry logic"
    found = library.get("/v1/patterns", params={"query": prompt, "limit": 3}).json()
    every = library.get("/v1/patterns").json()["patterns"]
    both = library.post("/v1/intelligence", json={"prompt": prompt, "limit": 3}).json()
    forced = library.get("/v1/mixins", params={"query": prompt, "node_type": "reducer"}).json()

    assert (found["node_type"], len(found["patterns"])) == ("effect", 3)
    evidence = [one["evidence"][0] for one in found["patterns"]]
    assert all(one["at"].startswith("rules/patterns.yaml:") for one in evidence)
    assert {one["name"] for one in found["patterns"]} < {one["name"] for one in every}
    assert both["patterns"] == found["patterns"]
    assert both["mixins"]
    assert forced["node_type"] == "reducer"


@pytest.mark.slow
def test_what_the_library_cannot_answer(library: httpx.Client) -> None:
    """A kind that there is not is said with those that there are."""
    answer = library.get("/v1/patterns", params={"query": "x", "node_type": "efect"})

    assert answer.status_code == 422
    assert answer.json()["help"] == "did you mean 'effect'?"
