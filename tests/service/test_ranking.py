"""What ended well comes first, when somebody wants that; each line says why."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.service.test_history import effect, opened

from onexgen.service.history.ranking import Rank, overlay, ranks
from onexgen.service.history.recording import Recorder

PRIORITIES = {"good": 60, "bad": 60, "rare": 60, "highest": 98, "lowest": 2}


def uses(**counts: tuple[int, int]) -> list[dict[str, Any]]:
    """Return rows of the statistics: name -> (ended well, failed)."""
    return [
        {"kind": "mixin", "name": name, "status": status, "count": count}
        for name, both in counts.items()
        for status, count in zip(("completed", "failed"), both, strict=True)
    ]


TRIALS = [
    (uses(), []),
    (uses(good=(20, 0), bad=(20, 0)), []),
    (uses(rare=(0, 9), good=(50, 0)), [Rank("good", 50, 50, 60, 63)]),
    (
        uses(good=(20, 0), bad=(0, 20)),
        [Rank("good", 20, 20, 60, 69), Rank("bad", 0, 20, 60, 51)],
    ),
    (
        uses(highest=(50, 0), lowest=(0, 50)),
        [Rank("highest", 50, 50, 98, 100), Rank("lowest", 0, 50, 2, 0)],
    ),
    ([{"kind": "variant", "name": "good", "status": "failed", "count": 99}], []),
    (uses(foreign=(0, 99)), []),
]


@pytest.mark.parametrize(("counted", "expected"), TRIALS)
def test_ranks(counted: list[dict[str, Any]], expected: list[Rank]) -> None:
    """Few runs, equal ends, other kinds and unknown names move nothing; bounds hold."""
    assert ranks(counted, "mixin", PRIORITIES, least=10, most=10) == expected


def test_overlay() -> None:
    """Each line has its reason."""
    assert overlay([Rank("good", 20, 21, 60, 68)], "rules/mixins.yaml", "mixin", 30) == (
        "version: 1\n"
        "kind: overlay\n"
        "description: What runs of the last 30 days say of each mixin.\n"
        "set:\n"
        "  rules/mixins.yaml:\n"
        "    entries.good.priority: 68  # 20 of 21 runs ended well; it was 60\n"
    )


def test_switched_on(store: str, tmp_path: Path) -> None:
    """From a history to another order, by a file of one's own; without it nothing changes."""

    async def fill() -> None:
        async with opened(store) as database:
            recorder, now = Recorder(database), datetime.now(UTC)
            for number in range(40):
                name = "caching" if number % 2 else "api_client_retry"
                status = "completed" if number % 2 else "failed"
                one = effect(f"r{number}", when=now, status=status)
                await recorder.record(_used(one, name))

    asyncio.run(fill())
    prompt = "Create an Effect node that calls a REST API with retry and caches answers with a TTL"
    before = onexgen(tmp_path, "run", "pipelines/mixins.yaml", "--prompt", prompt)
    printed = onexgen(
        tmp_path, "runs", "rank", "rules/mixins.yaml", "--kind", "mixin", "--store", store
    )
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules/used.yaml").write_text(printed, encoding="utf-8")
    after = onexgen(tmp_path, "run", "pipelines/mixins.yaml", "--prompt", prompt)
    origin = onexgen(
        tmp_path, "config", "show", "rules/mixins.yaml", "entries.caching.priority", "--origin"
    )

    assert printed.splitlines()[5:] == [
        "    entries.api_client_retry.priority: 51  # 0 of 20 runs ended well; it was 60",
        "    entries.caching.priority: 59  # 20 of 20 runs ended well; it was 50",
    ]
    assert before.index("api_client_retry") < before.index("caching")
    assert after.index("caching") < after.index("api_client_retry")
    assert "rules/used.yaml:7" in origin


def _used(one: Any, name: str) -> Any:
    from dataclasses import replace

    return replace(one, uses=[{"kind": "mixin", "name": name}])


def onexgen(folder: Path, *arguments: str) -> str:
    """Run a command; returns what it printed."""
    done = subprocess.run(
        [sys.executable, "-m", "onexgen", *arguments],
        cwd=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout
