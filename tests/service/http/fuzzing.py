"""Thousands of requests that nobody would send, made from the description of the service.

`python -m tests.service.http.fuzzing EXAMPLES` asks a service that really runs, and prints what
was found; EXAMPLES is how many are made for each route.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from tests.service.http.helpers import serving

# Whether a pipeline takes its inputs is data of the pack: the description cannot say it.
_LEFT_OUT: Final = "positive_data_acceptance"
_CASES: Final = re.compile(r"(\d+) generated")
_NO_LIMITS: Final = {
    "version": 1,
    "kind": "overlay",
    "description": "Nobody is too fast.",
    "set": {
        "rules/service.yaml": {
            "limits.requests_a_minute": 1_000_000, "limits.burst": 1_000_000,
        }
    },
}  # fmt: skip


def fuzz(folder: Path, examples: int) -> tuple[int, int, str]:
    """Ask a service of the installed pack; returns exit code, number of cases, and the report."""
    (folder / "rules").mkdir()
    (folder / "out").mkdir()
    (folder / "rules/limits.yaml").write_text(json.dumps(_NO_LIMITS, indent=0), "utf-8")
    variables = {"XDG_STATE_HOME": str(folder / "state")}
    token = subprocess.run(
        [sys.executable, "-m", "onexgen", "serve", "tokens", "add", "fuzz"], cwd=folder,
        env={**os.environ, **variables}, capture_output=True, text=True, check=True,
    ).stdout.strip()  # fmt: skip
    with serving(folder, "--output-root", "out", cwd=folder, shared=True) as service:
        done = subprocess.run(
            [
                str(Path(sys.executable).with_name("schemathesis")), "run",
                f"{next(iter(service.urls.values()))}/openapi.json",
                "--header", f"Authorization: Bearer {token}", "--max-examples", str(examples),
                "--seed", "1", "--continue-on-failure", "--exclude-checks", _LEFT_OUT,
            ],
            cwd=folder, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert service.end() == 0, service.said
        assert "this is a bug" not in service.said, service.said
    cases = _CASES.search(done.stdout)
    return done.returncode, int(cases[1]) if cases else 0, done.stdout + done.stderr


def main() -> int:
    """Fuzz, and print the report."""
    with tempfile.TemporaryDirectory() as folder:
        code, _, report = fuzz(Path(folder), int(sys.argv[1]))
    sys.stdout.write(report)
    return code


if __name__ == "__main__":
    sys.exit(main())
