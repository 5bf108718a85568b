"""The commands in the documents are run, in their order, in an empty folder."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Final, NamedTuple

import pytest
import yaml

_BLOCK: Final = re.compile(r"^```(\w+)([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_FILE: Final = re.compile(r"file=(\S+)")
_STATUS: Final = re.compile(r"status=(\d+)")


class Block(NamedTuple):
    """One fenced block: its language, what stands behind it, its text."""

    language: str
    words: str
    text: str


def blocks(path: Path) -> list[Block]:
    """Return the fenced blocks of a document."""
    return [Block(*match) for match in _BLOCK.findall(path.read_text(encoding="utf-8"))]


def run(line: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run one command of a document."""
    command, *arguments = shlex.split(line)
    assert command == "onexgen", line
    environment = {**os.environ, "NO_COLOR": "1"}
    return subprocess.run(
        [sys.executable, "-m", command, *arguments], cwd=folder, env=environment,
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def follow(page: Path, folder: Path) -> None:
    """Do what a page says, in its order; every command ends as the page says."""
    printed = ""
    for block in blocks(page):
        file = _FILE.search(block.words)
        if file:
            (folder / file[1]).parent.mkdir(parents=True, exist_ok=True)
            (folder / file[1]).write_text(block.text, encoding="utf-8")
        elif block.language == "console":
            status = _STATUS.search(block.words)
            for line in block.text.splitlines():
                done = run(line.removeprefix("$ "), folder)
                printed = done.stderr
                assert done.returncode == int(status[1] if status else 0), (line, done.stderr)
        elif block.words.strip() == "stderr":
            # Progress comes before what went wrong.
            assert block.text in printed, printed


def test_the_tutorial(root: Path, tmp_path: Path) -> None:
    """Every command of the tutorial ends as the page says."""
    follow(root / "docs/tutorial.md", tmp_path)

    assert (tmp_path / "generated_nodes/postgres_crud_effect/node.py").is_file()
    assert (tmp_path / "generated_nodes/ledger_archive_effect/OPERATIONS.md").is_file()


def test_the_page_on_rules(root: Path, tmp_path: Path) -> None:
    """Every command of the page on rules ends as the page says."""
    follow(root / "docs/rules.md", tmp_path)


def test_the_page_on_templates(root: Path, tmp_path: Path) -> None:
    """Every command of the page on templates ends as it says, and packages have what it says."""
    follow(root / "docs/templates.md", tmp_path)

    audited = tmp_path / "generated_nodes/ledger_archive_effect"
    assert "keeps 10 connections open" in (audited / "OPERATIONS.md").read_text("utf-8")
    assert "granted by the database team; names are checked" in (audited / "README.md").read_text()
    contract = yaml.safe_load((audited / "contract.yaml").read_text("utf-8"))
    assert contract["metadata"] == {"transport_type": ["DATABASE"], "owner": "database team"}
    assert contract["performance"]["max_connections"] == 20
    reader = tmp_path / "generated_nodes/csv_reader_compute/pytest.ini"
    assert "--strict-markers" in reader.read_text("utf-8")


def test_the_page_on_variants(root: Path, tmp_path: Path) -> None:
    """Every command of the page on variants ends as the page says."""
    follow(root / "docs/variants.md", tmp_path)


@pytest.mark.slow
def test_the_page_on_the_gate(root: Path, tmp_path: Path) -> None:
    """Every command of the page on the gate ends as it says, and repairs what it says."""
    follow(root / "docs/gate.md", tmp_path)

    repaired = (tmp_path / "nodes/small/node.py").read_text("utf-8")
    assert "import json" not in repaired
    assert "def total(values=None):" in repaired
    assert "print" not in repaired


def test_the_page_on_schedules(root: Path, tmp_path: Path) -> None:
    """Every command of the page on schedules ends as it says, and the contract has the times."""
    follow(root / "docs/schedules.md", tmp_path)

    report = tmp_path / "generated_nodes/order_report_orchestrator/contract.yaml"
    contract = yaml.safe_load(report.read_text("utf-8"))
    parts = {part["type"]: part for part in contract["subcontracts"]}
    assert parts["schedule"]["trigger"] == {"cron": "0 2 * * *"}
    assert parts["schedule"]["time_zone"] == "Europe/Berlin"
    assert parts["deadline"]["done_by"] == "06:00"
    assert parts["workflow"]["stages"] == ["export_orders", "build_the_report", "e_mail_it"]


def test_the_page_on_alerts(root: Path, tmp_path: Path) -> None:
    """Every command of the page on alerts ends as it says, and the contract has the span."""
    follow(root / "docs/alerts.md", tmp_path)

    made = tmp_path / "generated_nodes/queue_watch_effect/contract.yaml"
    parts = {part["type"]: part for part in yaml.safe_load(made.read_text("utf-8"))["subcontracts"]}
    assert parts["exposition"]["metrics"] == {"queue_depth": "gauge", "orders_total": "counter"}
    assert parts["alerts"]["cooldown_seconds"] == 600
    assert parts["alerts"]["rules"] == [
        {"metric": "queue_depth", "direction": "above", "limit": 1000, "hold_seconds": 300}
    ]


def test_the_page_on_messages(root: Path, tmp_path: Path) -> None:
    """Every command of the page on messages ends as it says, and the contract has the topics."""
    follow(root / "docs/messages.md", tmp_path)

    made = tmp_path / "generated_nodes/order_intake_effect/contract.yaml"
    parts = {part["type"]: part for part in yaml.safe_load(made.read_text("utf-8"))["subcontracts"]}
    assert parts["messaging"]["topics"] == ["shop.orders"]
    assert parts["messaging"]["accepted_topic"] == "shop.checked"
    assert parts["messaging"]["dead_letter_topic"] == "shop.orders.dlq"
    assert parts["retry"]["max_attempts"] == 4
    assert parts["records"]["records"] == {"order": {"order_id": "int", "total": "decimal"}}


def test_the_page_on_reducers(root: Path, tmp_path: Path) -> None:
    """Every command of the page on reducers ends as it says."""
    follow(root / "docs/reducers.md", tmp_path)


def test_the_page_on_orchestrators(root: Path, tmp_path: Path) -> None:
    """Three packages that were made apart work together, and take work back, as the page says."""
    page = root / "docs/orchestrators.md"
    follow(page, tmp_path)

    printed = [
        subprocess.run(
            [sys.executable, "desk.py", partner],
            cwd=tmp_path, capture_output=True, text=True, check=True,
        ).stdout
        for partner in (str(tmp_path / "partner.jsonl"), "/dev/null/partner.jsonl")
    ]  # fmt: skip
    assert printed == [block.text for block in blocks(page) if block.language == "text"]
    told = json.loads((tmp_path / "partner.jsonl").read_text("utf-8"))
    assert told["payload"] == {
        "note": "first.txt",
        "digest": hashlib.sha256(b"hello").hexdigest(),
    }
    contract = tmp_path / "generated_nodes/desk_orchestrator/contract.yaml"
    parts = {
        part["type"]: part for part in yaml.safe_load(contract.read_text("utf-8"))["subcontracts"]
    }
    (said,) = (yaml.safe_load(block.text) for block in blocks(page) if block.language == "yaml")
    assert said.items() <= parts["services"].items()


def test_the_page_on_tests(root: Path, tmp_path: Path) -> None:
    """Every command of the page on tests ends as the page says, and declares what it says."""
    follow(root / "docs/testing.md", tmp_path)

    declared = (tmp_path / "soup/pyproject.toml").read_text("utf-8")
    assert declared.endswith('\n[dependency-groups]\ntest = ["spoon-that-nobody-has"]\n')


def test_the_readme_names_what_there_is(root: Path) -> None:
    """Commands and links of the README exist."""
    text = (root / "README.md").read_text(encoding="utf-8")
    shown = run("onexgen --help", root).stdout

    named = set(re.findall(r"`onexgen (\w+)", text))
    assert named - {"run"} <= set(re.findall(r"^  (\w+) ", shown, re.MULTILINE))
    for link in re.findall(r"\]\(([^)#]+)\)", text):
        assert link.startswith("https://") or (root / link).exists(), link


@pytest.mark.parametrize(
    "page",
    [
        "CONTRIBUTING.md",
        "docs/alerts.md",
        "docs/configuration.md",
        "docs/decisions/README.md",
        "docs/gate.md",
        "docs/hooks-and-metrics.md",
        "docs/http.md",
        "docs/messages.md",
        "docs/operators.md",
        "docs/orchestrators.md",
        "docs/reducers.md",
        "docs/rules.md",
        "docs/schedules.md",
        "docs/service.md",
        "docs/templates.md",
        "docs/testing.md",
        "docs/tutorial.md",
        "docs/variants.md",
    ],
)
def test_links(root: Path, page: str) -> None:
    """Links between the documents lead somewhere."""
    path = root / page
    for link in re.findall(r"\]\(([^)#]+)\)", path.read_text(encoding="utf-8")):
        assert link.startswith("https://") or (path.parent / link).exists(), link
