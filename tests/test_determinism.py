"""The same request, rules and version give the same bytes, whatever surrounds them."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

PROMPT: Final = (
    "Create PostgreSQL CRUD Effect node with connection pooling, retry logic and circuit breaker"
)
SURROUNDINGS: Final = [
    (f"{seed}", zone, locale, "x" * length)
    for seed, zone, locale, length in [
        (0, "UTC", "C", 1),
        (1, "Asia/Kathmandu", "C.UTF-8", 3),
        (2, "America/St_Johns", "POSIX", 9),
        (3, "Pacific/Chatham", "de_DE.UTF-8", 20),
        (4, "UTC", "tr_TR.UTF-8", 40),
        (42, "Europe/Berlin", "C", 60),
        (99, "Asia/Tokyo", "ja_JP.UTF-8", 2),
        (1234, "Africa/Cairo", "ar_EG.UTF-8", 5),
        (77777, "Etc/GMT+12", "C.UTF-8", 80),
        (4294967295, "Australia/Eucla", "C", 100),
    ]
]


MASKS: Final = [0o022, 0o000, 0o077, 0o027]


def tree_hash(folder: Path) -> str:
    """Return one digest of all paths, modes and bytes below a folder."""
    seen = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        mode = path.stat().st_mode & 0o777
        content = path.read_bytes() if path.is_file() else b""
        seen.update(f"{path.relative_to(folder)} {mode:o} {len(content)}\n".encode() + content)
    return seen.hexdigest()


@pytest.mark.slow
def test_one_hash(tmp_path: Path) -> None:
    """Ten runs under different hash seeds, time zones, locales, masks and folders."""
    hashes = {
        _made(
            tmp_path / name / f"run{number}",
            tmp_path / f"cache{number % 2}",
            seed,
            zone,
            locale,
            MASKS[number % len(MASKS)],
        )
        for number, (seed, zone, locale, name) in enumerate(SURROUNDINGS)
    }

    assert len(hashes) == 1


def _made(folder: Path, cache: Path, seed: str, zone: str, locale: str, mask: int) -> str:
    folder.mkdir(parents=True)
    cache.mkdir(exist_ok=True)
    environment = {
        **os.environ,
        "PYTHONHASHSEED": seed,
        "TZ": zone,
        "LC_ALL": locale,
        "XDG_CACHE_HOME": str(cache),
    }
    command = [sys.executable, "-m", "onexgen", "run", "pipelines/default.yaml", "-q"]
    subprocess.run(
        [*command, "--prompt", PROMPT, "--output-dir", str(folder / "out")],
        cwd=folder, env=environment, check=True, capture_output=True, umask=mask,
    )  # fmt: skip
    return tree_hash(folder / "out")
