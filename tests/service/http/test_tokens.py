"""Who may use the service, and how often."""

from __future__ import annotations

import hashlib
import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from tests.service.helpers import PACK
from tests.service.http.helpers import serving

from onexgen.diagnostics import ConfigError, UnsafeError, UsageError
from onexgen.service.http.auth import Tokens
from onexgen.service.http.limiting import Buckets
from onexgen.service.http.settings import TokenRules

RULES = TokenRules("test_", 16)


def onexgen(folder: Path, *arguments: str, code: int = 0) -> str:
    """Run a command on the tokens of a folder; returns what it printed."""
    done = subprocess.run(
        [sys.executable, "-m", "onexgen", "serve", "tokens", *arguments], cwd=PACK, text=True,
        env={**os.environ, "XDG_STATE_HOME": str(folder / "state")}, capture_output=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == code, done.stderr
    return done.stdout


def test_a_token_from_first_to_last(tmp_path: Path) -> None:
    """It is shown once, kept as a digest, needed at once, and refused at once when revoked."""
    with serving(tmp_path, cwd=PACK) as service:
        with service.client("front") as anyone:
            assert anyone.get("/v1/runs").status_code == 200
            token = onexgen(tmp_path, "add", "ann").strip()
            refused = anyone.get("/v1/runs")
            assert (refused.status_code, refused.headers["www-authenticate"]) == (401, "Bearer")
            assert refused.json()["detail"] == "no token"
            assert anyone.get("/health").status_code == 200
        with service.client("front", token + "x") as wrong:
            assert wrong.get("/v1/runs").json()["detail"] == "the token is not known"
        with service.client("front", token) as ann:
            assert ann.get("/v1/runs").status_code == 200
            other = onexgen(tmp_path, "add", "bob").strip()
            onexgen(tmp_path, "revoke", "ann")
            assert ann.get("/v1/runs").status_code == 401
        with service.client("front", other) as bob:
            assert bob.get("/v1/runs").status_code == 200
        file = tmp_path / "state/onexgen/tokens.json"
        file.write_text("{}", "utf-8")
        with service.client("front", other) as bob:
            broken = bob.get("/v1/runs")
            assert (broken.status_code, broken.headers["retry-after"]) == (503, "5")
            assert broken.json()["detail"] == "the service cannot read its tokens"


def test_keys_belong_to_their_callers(tmp_path: Path) -> None:
    """Two callers with the same idempotency key have two runs."""
    tokens = [onexgen(tmp_path, "add", name).strip() for name in ("ann", "bob")]
    wish = {"mode": "make", "inputs": {"prompt": "hello"}}
    with serving(tmp_path, cwd=PACK) as service:
        names = []
        for token in [*tokens, *tokens]:
            with service.client("front", token) as client:
                answer = client.post("/v1/runs", json=wish, headers={"Idempotency-Key": "k"})
                names.append(answer.json()["id"])
    assert names[:2] == names[2:]
    assert names[0] != names[1]


def test_what_is_kept(tmp_path: Path) -> None:
    """The file is the owner's alone, and holds no token."""
    file = tmp_path / "state/onexgen/tokens.json"
    token = onexgen(tmp_path, "add", "ann").strip()

    assert token.startswith("test_")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    [kept] = json.loads(file.read_text("utf-8"))["tokens"]
    assert (kept["name"], kept["digest"]) == ("ann", hashlib.sha256(token.encode()).hexdigest())
    assert onexgen(tmp_path, "list").splitlines()[1].split() == ["ann", kept["since"]]
    listed = json.loads(onexgen(tmp_path, "list", "--json"))
    assert listed == {"schema_version": 1, "tokens": [{"name": "ann", "since": kept["since"]}]}


def test_tokens_that_cannot_be(tmp_path: Path) -> None:
    """Names are plain and used once; a file that others may read is not used."""
    tokens = Tokens(tmp_path / "tokens.json", RULES)
    tokens.add("ann")
    with pytest.raises(UsageError, match="there is a token 'ann'"):
        tokens.add("ann")
    with pytest.raises(UsageError, match="is no name for a token"):
        tokens.add("ann\n")
    with pytest.raises(UsageError, match="there is no token 'an'"):
        tokens.revoke("an")
    tokens.path.chmod(0o644)
    with pytest.raises(UnsafeError, match="others may read or write"):
        Tokens(tokens.path, RULES).known()
    tokens.path.chmod(0o600)
    tokens.path.write_text("[]", "utf-8")
    with pytest.raises(ConfigError, match="holds no tokens"):
        tokens.known()


def test_pages_of_elsewhere_are_refused(tmp_path: Path) -> None:
    """Without a token, neither a name that was made to lead here nor a page of elsewhere helps."""
    with serving(tmp_path, "--role", "front", cwd=PACK) as service:
        url = service.urls["front"]
        for headers in ({"Host": "evil.example"}, {"Origin": "https://evil.example"}):
            answer = httpx.get(f"{url}/v1/runs", headers=headers)
            assert (answer.status_code, answer.json()["status"]) == (403, 403)
        port = url.rpartition(":")[2]
        for headers in ({"Host": f"localhost:{port}"}, {"Origin": url}, {"Host": "localhost"}):
            assert httpx.get(f"{url}/v1/runs", headers=headers).status_code == 200
        token = onexgen(tmp_path, "add", "ann").strip()
        headers = {"Host": "service.example", "Authorization": f"Bearer {token}"}
        assert httpx.get(f"{url}/v1/runs", headers=headers).status_code == 200


def test_a_bucket_fills_as_time_goes_on() -> None:
    """A burst is allowed, then one for each part of a minute; callers do not hinder each other."""
    now = 0.0
    buckets = Buckets(60, 3, 2, lambda: now)

    assert [buckets.take("a") for _ in range(4)] == [0, 0, 0, 1]
    assert buckets.take("b") == 0
    now = 0.5
    assert buckets.take("a") == 0.5
    now = 1.0
    assert [buckets.take("a"), buckets.take("a")] == [0, 1]
    # The one that was silent for longest is forgotten.
    buckets.take("c")
    assert [buckets.take("a") for _ in range(2)] == [1, 1]


def test_too_many_requests(tmp_path: Path) -> None:
    """Whoever asks too often is told when to come again; health is always told."""
    folder = tmp_path / "pack"
    (folder / "rules").mkdir(parents=True)
    (folder / "rules/limits.yaml").write_text(
        "version: 1\nkind: overlay\ndescription: Few requests.\n"
        "set:\n  rules/service.yaml: {limits.requests_a_minute: 1, limits.burst: 2}\n", "utf-8",
    )  # fmt: skip
    with (
        serving(tmp_path, "--role", "orchestrator", cwd=folder) as service,
        service.client("orchestrator") as client,
    ):
        answers = [client.get("/v1/runs") for _ in range(3)]
        assert [one.status_code for one in answers] == [200, 200, 429]
        assert (answers[2].headers["retry-after"], answers[2].json()["help"]) == (
            "60", "try again in 60 s",
        )  # fmt: skip
        assert client.get("/health").status_code == 200
