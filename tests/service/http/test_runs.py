"""Runs over HTTP, as a client sees them, without a broker."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import httpx
import pytest

STAGES = ["reading", "trying", "test_generation"]


def started(front: httpx.Client, key: str = "", **inputs: Any) -> str:
    """Start a run; returns its id."""
    headers = {"Idempotency-Key": key} if key else {}
    answer = front.post(
        "/v1/runs", json={"mode": "make", "inputs": {"prompt": "hello", **inputs}}, headers=headers
    )
    assert answer.status_code == 202, answer.text
    name: str = answer.json()["id"]
    assert answer.headers["location"] == f"/v1/runs/{name}"
    return name


def events(front: httpx.Client, name: str, last: str = "") -> list[tuple[str, str, Any]]:
    """Return id, kind and data of the events of a run, up to its end."""
    headers = {"Last-Event-ID": last} if last else {}
    found = []
    with front.stream("GET", f"/v1/runs/{name}/events", headers=headers) as answer:
        assert answer.status_code == 200, answer.read()
        assert answer.headers["content-type"].startswith("text/event-stream")
        for block in "".join(answer.iter_text()).split("\n\n"):
            parts = dict(line.split(": ", 1) for line in block.splitlines() if line[:1] != ":")
            if parts:
                found.append((parts["id"], parts["event"], json.loads(parts["data"])))
    return found


def ended(front: httpx.Client, name: str) -> dict[str, Any]:
    """Return a run when it has ended."""
    result: dict[str, Any] = events(front, name)[-1][2]
    return result


def test_a_run_from_start_to_end(front: httpx.Client) -> None:
    """It tells every stage once, in order, then how it ended; the run says the same afterwards."""
    name = started(front)
    told = events(front, name)

    expected = [kind for _ in STAGES for kind in ("stage_started", "stage_completed")]
    assert [kind for _, kind, _ in told] == ["run_started", *expected, "run_completed", "result"]
    assert [one for one, _, _ in told] == [*(f"1.{n + 1}" for n in range(8)), "1.end"]
    result = told[-1][2]
    assert front.get(f"/v1/runs/{name}").json() == result
    assert (result["state"], result["attempts"], result["exit_code"]) == ("completed", 1, 0)
    assert [stage["id"] for stage in result["stages"]] == STAGES
    assert result["outputs"]["directory"] == "made/note"
    [listed] = [one for one in front.get("/v1/runs").json()["runs"] if one["id"] == name]
    assert listed == {key: result[key] for key in listed}


def test_events_are_picked_up_where_they_were_left(front: httpx.Client) -> None:
    """Last-Event-ID gives what came after; after the result there is nothing, and no new try."""
    name = started(front)
    all_of_them = events(front, name)

    assert events(front, name, last="1.3") == all_of_them[3:]
    answer = front.get(f"/v1/runs/{name}/events", headers={"Last-Event-ID": "1.end"})
    assert (answer.status_code, answer.content) == (204, b"")


def test_a_run_that_fails_says_how_to_repair_it(front: httpx.Client) -> None:
    """Stage, message, help and exit code are those of a local run."""
    result = ended(front, started(front, trial="refused"))

    kept = ("state", "error", "help", "exit_code", "failed_stage", "outputs")
    assert [result[key] for key in kept] == [
        "failed", "This is refused.", "ask for something else", 2, "reading", {},
    ]  # fmt: skip
    listed = front.get("/v1/runs", params={"state": "failed", "limit": 1}).json()["runs"]
    assert [one["id"] for one in listed] == [result["id"]]
    answer = front.get(result["links"]["artifacts"])
    assert (answer.status_code, answer.json()["detail"]) == (
        409, f"the run '{result['id']}' failed: This is refused.",
    )  # fmt: skip


def test_one_key_is_one_run(front: httpx.Client) -> None:
    """The same key starts nothing anew; for another wish it is refused."""
    name = started(front, key="one")
    assert started(front, key="one") == name
    assert started(front, key="two") != name

    other = {"mode": "make", "inputs": {"prompt": "bye"}}
    answer = front.post("/v1/runs", json=other, headers={"Idempotency-Key": "one"})
    assert (answer.status_code, answer.headers["content-type"], answer.json()) == (
        409,
        "application/problem+json",
        {
            "type": "about:blank", "title": "Conflict", "status": 409, "where": [],
            "detail": "the key 'one' was used for another request", "help": "take another key",
        },
    )  # fmt: skip


def test_artifacts_are_the_same_bytes_every_time(front: httpx.Client) -> None:
    """Two runs of one wish make one archive, with what was told of it."""
    names = [started(front, size=3) for _ in range(2)]
    for name in names:
        ended(front, name)
    first, second = (front.get(f"/v1/runs/{name}/artifacts.zip") for name in names)

    assert first.content == second.content
    assert first.headers["content-type"] == "application/zip"
    assert first.headers["etag"] == second.headers["etag"]
    told = front.get(f"/v1/runs/{names[0]}/artifacts").json()
    assert told["directory"] == "made/note"
    with zipfile.ZipFile(io.BytesIO(first.content)) as archive:
        assert archive.read("note/note.txt") == b"hellohellohello"
        assert archive.namelist() == [f"note/{one['path']}" for one in told["files"]]
        assert [one.file_size for one in archive.infolist()] == [f["size"] for f in told["files"]]


def test_writing_below_the_root(front: httpx.Client, output: Path) -> None:
    """What was made is written as a local run writes it; a second time nothing changes."""
    name = started(front, output_dir="deep/folder")
    ended(front, name)
    for _ in range(2):
        answer = front.post(f"/v1/runs/{name}/artifacts")
        assert (answer.status_code, answer.json()) == (
            201,
            {
                "directory": "deep/folder/note",
                "files": [".onexgen/manifest.json", "note.txt"],
            },
        )  # fmt: skip
    assert (output / "deep/folder/note/note.txt").read_text("utf-8") == "hello"


def test_writing_does_not_leave_the_root(front: httpx.Client, output: Path, tmp_path: Path) -> None:
    """No link leads out, whether it is on the way or the last part."""
    (output / "link").symlink_to(tmp_path)
    (output / "here").mkdir()
    (output / "here/note").symlink_to(tmp_path)
    for folder in ("link", "here"):
        name = started(front, output_dir=folder)
        ended(front, name)
        answer = front.post(f"/v1/runs/{name}/artifacts")
        assert (answer.status_code, answer.json()["detail"]) == (
            409, f"'{folder}/note' leads through a link",
        )  # fmt: skip
    assert list(tmp_path.iterdir()) == []


def test_writing_takes_nothing_of_others(front: httpx.Client, output: Path) -> None:
    """A folder that something else wrote is left alone."""
    (output / "taken/note").mkdir(parents=True)
    (output / "taken/note/mine.txt").write_text("mine", "utf-8")
    name = started(front, output_dir="taken")
    ended(front, name)

    assert front.post(f"/v1/runs/{name}/artifacts").status_code == 409
    assert [one.name for one in (output / "taken/note").iterdir()] == ["mine.txt"]


@pytest.mark.parametrize("folder", ["../out", "/etc", "a/../../b", "a\\b", "~/x", "a/./b", "c:x"])
def test_paths_that_lead_elsewhere(front: httpx.Client, folder: str) -> None:
    """A path has to be plain and relative; the run is not even started."""
    wish = {"mode": "make", "inputs": {"prompt": "hello", "output_dir": folder}}
    answer = front.post("/v1/runs", json=wish)

    assert answer.status_code == 422
    assert answer.json()["detail"].startswith("input 'output_dir': the path ")


def test_explaining(front: httpx.Client) -> None:
    """The pipeline that explains is run in the service itself; nothing of it is a run."""
    answer = front.post("/v1/explain", json={"prompt": "hello", "inputs": {"size": 2}})
    assert (answer.status_code, answer.json()["outputs"]["words"]) == (200, ["short", "text"])

    refused = front.post("/v1/explain", json={"prompt": "hello", "inputs": {"trial": "refused"}})
    assert (refused.status_code, refused.json()["detail"]) == (422, "This is refused.")


BAD = [
    ("no JSON", {"content": b"{", "headers": {"content-type": "application/json"}}, 400),
    ("no object", {"json": []}, 422),
    ("other type", {"content": b"x", "headers": {"content-type": "text/plain"}}, 415),
    ("no type", {"content": b'{"mode": "make"}'}, 415),
    ("unknown mode", {"json": {"mode": "mak"}}, 422),
    ("unknown input", {"json": {"mode": "make", "inputs": {"promt": "x"}}}, 422),
    ("missing input", {"json": {"mode": "make"}}, 422),
    ("wrong input", {"json": {"mode": "make", "inputs": {"prompt": ["x"]}}}, 422),
    ("unknown field", {"json": {"mode": "make", "inputs": {"prompt": "x"}, "more": 1}}, 422),
    ("wrong limit", {"json": {"mode": "make", "timeout_seconds": 0}}, 422),
    (
        "no number",
        {
            "content": b'{"mode": "make", "inputs": {"prompt": "x", "size": NaN}}',
            "headers": {"content-type": "application/json"},
        },
        422,
    ),
    (
        "half a character",
        {
            "content": b'{"mode": "make", "inputs": {"prompt": "\\ud800"}}',
            "headers": {"content-type": "application/json"},
        },
        422,
    ),
    (
        "too deep",
        {
            "content": b'{"mode": "make", "inputs": ' + b'{"a":' * 20_000 + b"1" + b"}" * 20_001,
            "headers": {"content-type": "application/json"},
        },
        400,
    ),
    ("too large", {"content": b"x" * 5_000_000}, 413),
    ("large in parts", {"content": iter([b"x" * 65_536] * 80)}, 413),
]  # fmt: skip


@pytest.mark.parametrize(("what", "sent", "status"), BAD, ids=[one[0] for one in BAD])
def test_bad_requests(front: httpx.Client, what: str, sent: dict[str, Any], status: int) -> None:
    """Each is a problem with a status of its own; the service goes on."""
    answer = front.post("/v1/runs", **sent)

    assert (answer.status_code, answer.headers["content-type"]) == (
        status, "application/problem+json",
    ), what  # fmt: skip
    problem = answer.json()
    assert (problem["status"], bool(problem["detail"])) == (status, True)
    assert front.get("/health").status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/v1/runs/nobody", 404),
        ("GET", "/v1/runs/nobody/events", 404),
        ("GET", "/v1/runs/nobody/artifacts", 404),
        ("GET", "/v1/runs/nobody/artifacts.zip", 404),
        ("GET", "/v1/runs/a%20b", 422),
        ("GET", "/v1/runs?limit=0", 422),
        ("GET", "/v1/runs?state=lost", 422),
        ("DELETE", "/v1/runs", 405),
        ("GET", "/v1/nothing", 404),
        ("GET", "/v1/../../etc/passwd", 404),
    ],
)
def test_wrong_places(front: httpx.Client, method: str, path: str, status: int) -> None:
    """What is not there, or cannot be, is said as a problem."""
    answer = front.request(method, path)

    assert (answer.status_code, answer.json()["status"]) == (status, status)
