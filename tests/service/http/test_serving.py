"""A service that starts, answers for its health on all ports, and stops; or says why not."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest
from tests.service.helpers import PACK
from tests.service.http.helpers import serving


def refused(*arguments: str, tmp_path: Path, code: int, cwd: Path = PACK) -> str:
    """Run a service that does not start; returns what it says."""
    done = subprocess.run(
        [sys.executable, "-m", "onexgen", "serve", *arguments], cwd=cwd, capture_output=True,
        text=True, env={**os.environ, "XDG_STATE_HOME": str(tmp_path)}, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == code, done.stderr
    assert done.stdout == ""
    return done.stderr


def test_every_port_is_healthy(root: Path, tmp_path: Path) -> None:
    """Without a broker, each of the five roles answers on a port of its own; SIGTERM ends it."""
    with serving(tmp_path, cwd=root) as service:
        assert len(set(service.urls.values())) == len(service.urls) == 5
        for url in service.urls.values():
            for path in ("/health", "/health/live"):
                answer = httpx.get(f"{url}{path}")
                assert (answer.status_code, answer.json()) == (200, {"status": "healthy"})
            ready = httpx.get(f"{url}/health/ready").json()
            assert ready == {"status": "ready", "dependencies": {"bus": "up"}, "help": ""}
        assert service.end() == 0, service.said


def test_one_role_and_shared_ports(tmp_path: Path) -> None:
    """A role can be alone, and roles with one port share a server."""
    with serving(tmp_path, "--role", "back", cwd=PACK) as service:
        assert list(service.urls) == ["back"]
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    with serving(tmp_path, "--port", port, cwd=PACK) as service:
        assert service.urls == dict.fromkeys(("front", "back"), f"http://127.0.0.1:{port}")
        assert httpx.get(f"{service.urls['back']}/health").status_code == 200


def test_a_port_that_is_taken(tmp_path: Path) -> None:
    """Nothing starts, and the message names port, role, cause and remedy."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        said = refused("--port", f"back={port}", tmp_path=tmp_path, code=6)

    assert said == (
        f"error: cannot listen on 127.0.0.1:{port} for back: Address already in use\n"
        "  is another service running? --port back=PORT takes another one\n"
    )


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--role", "font"], 2, "error: there is no role 'font'\n  did you mean 'front'?\n"),
        (
            ["--port", "front:80"], 2,
            "error: 'front:80' is not of the form ROLE=PORT or PORT\n  for example 8080\n",
        ),
        (
            ["--host", "0.0.0.0"], 4,  # noqa: S104 - that is what is refused.
            ("error: 0.0.0.0 can be reached from elsewhere, and there is no token\n"
            "  onexgen serve tokens add NAME, or --host 127.0.0.1\n"),
        ),
        (["--bus", "http://x"], 2, None),
        (["--store", "nosql://x"], 2, None),
        (
            ["--output-root", "nowhere"], 2,
            "error: nowhere is no folder\n  make it, or name another one\n",
        ),
    ],
)  # fmt: skip
def test_what_cannot_start(
    arguments: list[str], code: int, said: str | None, tmp_path: Path
) -> None:
    """A wrong wish is said before a port is taken."""
    told = refused(*arguments, tmp_path=tmp_path, code=code)

    assert said is None or told == said


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("roles.back.routes", "[walking]", "there is no group of routes 'walking'"),
        ("roles.back.routes", "[gating]", "no pipeline answers the routes 'gating'"),
    ],
)
def test_routes_that_cannot_be(path: str, value: str, said: str, tmp_path: Path) -> None:
    """A role with unknown routes, or with routes that nothing answers, is said at once."""
    shutil.copytree(PACK, tmp_path / "pack")
    (tmp_path / "pack/rules/more.yaml").write_text(
        "version: 1\nkind: overlay\ndescription: Another role.\n"
        f"set:\n  rules/service.yaml: {{{path}: {value}}}\n", "utf-8",
    )  # fmt: skip
    told = refused("--port", "0", tmp_path=tmp_path, code=5, cwd=tmp_path / "pack")

    assert said in told


def test_nothing_else_loads_it() -> None:
    """Help, a run on this machine, and whoever talks to a bus know nothing of the service."""
    heavy = ("fastapi", "starlette", "uvicorn", "onexgen.service.http")
    code = (
        "import sys\n"
        "from onexgen.__main__ import main\n"
        "import onexgen.cli.app, onexgen.service.opened, onexgen.service.remote\n"
        f"print([name for name in {heavy} if name in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout == "[]\n"


def test_stopping_while_somebody_follows(tmp_path: Path) -> None:
    """Streams have a limit; SIGTERM ends those that are open, and the service."""
    wish = {"mode": "make", "inputs": {"prompt": "hello", "trial": "slow"}}
    with serving(tmp_path, "--role", "front", cwd=PACK) as service, ExitStack() as stack:
        client = stack.enter_context(service.client("front"))
        path = client.post("/v1/runs", json=wish).json()["links"]["events"]
        streams = [stack.enter_context(client.stream("GET", path)) for _ in range(10)]
        texts = [stream.iter_text() for stream in streams]
        assert {next(text).splitlines()[0] for text in texts} == {"event: run_started"}
        refused = client.get(path)
        assert (refused.status_code, refused.json()["detail"]) == (429, "too many streams are open")
        assert service.end() == 0, service.said
        for text in texts:
            assert "event: result" not in "".join(text)
