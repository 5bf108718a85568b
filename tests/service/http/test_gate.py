"""Verdicts and explanations of the installed pack over HTTP; nothing that is sent is run."""

from __future__ import annotations

import io
import stat
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.service.http.helpers import serving

MARK = "contract.yaml"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """Return whoever asks a service of the installed pack."""
    folder = tmp_path_factory.mktemp("gate")
    with (
        serving(folder, "--role", "orchestrator", cwd=folder) as service,
        service.client("orchestrator") as one,
    ):
        yield one


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Return path -> text of a package that was made on this machine."""
    folder = tmp_path_factory.mktemp("made")
    subprocess.run(
        [sys.executable, "-m", "onexgen", "generate", "Create a Compute node that hashes files",
         "-q", "--output-dir", "made"],
        cwd=folder, check=True, capture_output=True,
    )  # fmt: skip
    [top] = (folder / "made").iterdir()
    return {
        path.relative_to(top).as_posix(): path.read_text("utf-8")
        for path in sorted(top.rglob("*"))
        if path.is_file()
    }


def zipped(
    files: Mapping[str, str | bytes], change: Callable[[Any], None] = lambda _: None
) -> bytes:
    """Return an archive; `change` may do something to its members."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, text in files.items():
            member = zipfile.ZipInfo(path)
            change(member)
            archive.writestr(member, text)
    return buffer.getvalue()


def sent(client: httpx.Client, raw: bytes) -> httpx.Response:
    """Send an archive to the gate."""
    return client.post("/v1/gate", content=raw, headers={"content-type": "application/zip"})


def test_a_good_package_passes(client: httpx.Client, package: dict[str, str]) -> None:
    """As files and as an archive, whatever its folder, the verdict is the same."""
    by_files = client.post("/v1/gate", json={"files": package})
    by_archive = sent(client, zipped(package))
    below = sent(client, zipped({f"a/b/{path}": text for path, text in package.items()}))

    assert [one.status_code for one in (by_files, by_archive, below)] == [200, 200, 200]
    told = by_files.json()
    assert by_archive.json() == told
    assert told["passed"] is True
    [verdict] = told["packages"]
    assert (verdict["path"], verdict["passed"], verdict["reasons"]) == (".", True, [])
    assert below.json()["packages"][0] | {"path": ".", "findings": []} == verdict | {"findings": []}


def test_a_bad_package_does_not(client: httpx.Client, package: dict[str, str]) -> None:
    """That is an answer and no error; findings name file and line."""
    bad = {**package, "node.py": package["node.py"] + "def broken(:\n"}
    told = client.post("/v1/gate", json={"files": bad}).json()

    assert told["passed"] is False
    [verdict] = told["packages"]
    last = len(bad["node.py"].splitlines())
    assert ("node.py", last) in {(one["file"], one["line"]) for one in verdict["findings"]}
    assert verdict["reasons"] != []


def test_nothing_of_it_is_run(
    client: httpx.Client, package: dict[str, str], tmp_path: Path
) -> None:
    """Neither tests, nor settings of tools, nor rules and pipelines in what is sent."""
    trap = tmp_path / "sprung"
    code = f"import pathlib\npathlib.Path({str(trap)!r}).touch()\n"
    rule = (
        "version: 1\nkind: checks\ncomponents: {all: {title: All, weight: 1}}\n"
        "thresholds: {overall: 0.1, warning: 0.9, error: 0.2}\n"
        "checks: [{id: trap, component: all, severity: warning, why: x, message: x, "
        f"tool: {{command: [touch, '{trap}'], output: x}}}}]\n"
    )
    traps = {
        "conftest.py": code,
        "tests/conftest.py": code,
        "sitecustomize.py": code,
        "__init__.py": code,
        "setup.py": code,
        "rules/quality.yaml": rule,
        "rules/trap.yaml": rule,
        ".onexgen.toml": "alone = true\n",
        "ruff.toml": "extend = '/etc/passwd'\n",
    }
    answer = sent(client, zipped({**package, **traps}))

    assert answer.status_code == 200, answer.text
    assert not trap.exists()


def linked(member: zipfile.ZipInfo) -> None:
    """Make a member of an archive a link."""
    member.create_system = 3
    member.external_attr = (stat.S_IFLNK | 0o777) << 16


BOMB = zipped({f"{n}.txt": b"\0" * 5_000_000 for n in range(5)} | {MARK: ""})
REFUSED = [
    ("no archive", b"PK nonsense", 400),
    ("nothing", b"", 400),
    ("above", zipped({"../out.txt": "x", MARK: ""}), 422),
    ("absolute", zipped({"/etc/x": "x", MARK: ""}), 422),
    ("a link", zipped({"link": "/etc/passwd", MARK: ""}, linked), 422),
    ("hooks", zipped({".git/hooks/pre-commit": "x", MARK: ""}), 422),
    ("no package", zipped({"read.me": "x"}), 422),
    ("too many", zipped({f"{n}.txt": "" for n in range(2001)}), 413),
    ("a bomb", BOMB, 413),
    ("too large", b"PK" + b"x" * 5_000_000, 413),
]


@pytest.mark.parametrize(("what", "raw", "status"), REFUSED, ids=[one[0] for one in REFUSED])
def test_archives_that_are_refused(
    client: httpx.Client, what: str, raw: bytes, status: int
) -> None:
    """Nothing of them is written."""
    answer = sent(client, raw)

    assert (answer.status_code, answer.json()["status"]) == (status, status), what


@pytest.mark.parametrize(
    ("sent_", "status"),
    [
        ({"json": {"files": {}}}, 422),
        ({"json": {"files": {"../x": "y"}}}, 422),
        ({"json": {"files": {"a": 1}}}, 422),
        ({"json": {"filse": {"a": "b"}}}, 422),
        ({"content": b"{", "headers": {"content-type": "application/json"}}, 400),
        ({"content": b"x", "headers": {"content-type": "application/x-tar"}}, 415),
    ],
)
def test_files_that_are_refused(client: httpx.Client, sent_: dict[str, Any], status: int) -> None:
    """What cannot be files of a package is said with its reason."""
    answer = client.post("/v1/gate", **sent_)

    assert (answer.status_code, bool(answer.json()["detail"])) == (status, True)


def test_explaining_names_the_rules(client: httpx.Client) -> None:
    """The answer holds what `onexgen explain` says, with the rule behind each decision."""
    answer = client.post("/v1/explain", json={"prompt": "Create a PostgreSQL CRUD Effect node"})

    outputs = answer.json()["outputs"]
    assert (answer.status_code, outputs["node_type"]) == (200, "effect")
    assert all(":" in one["at"] for one in outputs["evidence"]["classification"])
    empty = client.post("/v1/explain", json={"prompt": " "})
    assert (empty.status_code, empty.json()["detail"]) == (422, "input 'prompt' is empty")
