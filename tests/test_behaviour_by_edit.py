"""Behaviour is data: one edit of one file changes what comes out, and names mean nothing."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from onexgen.diagnostics import OnexgenError
from onexgen.events import MemoryBus
from onexgen.expressions import Expressions
from onexgen.inputs import resolve_inputs
from onexgen.session import Session, drain
from onexgen.source import load

DOMAINS = Path(__file__).parent / "domains"
# Nothing that runs reads it: scenarios of the tools for rules show what it does.
ONLY_FOR_TOOLS = {"rules/measures.yaml"}
EDITS: list[dict[str, Any]] = load("edits.yaml", (DOMAINS / "edits.yaml").read_bytes()).data[
    "edits"
]  # type: ignore[assignment,call-overload,index]
RENAMED = {"soup": "boiled", "bread": "kneaded", "dessert": "sweet_thing"}
FAMILIES = {"card": "paper", "pot": "kettle", "oven": "stove"}


def observe(edit: dict[str, Any]) -> Any:
    """Run the pipeline of an edit and return what it looks at."""
    bus = MemoryBus()
    seen: dict[str, Any] = {"error": ""}
    try:
        session = Session(
            f"pipelines/{edit.get('pipeline', 'recipe')}.yaml",
            environment=edit.get("environment"),
        )
        inputs = resolve_inputs(session.plan.inputs, edit["given"])
        [done] = drain(session.run([inputs], bus=bus, preview="list"))
        seen |= done.record | {"stages": [stage.id for stage in done.stages]}
        if done.error is not None:
            raise done.error
        seen["outputs"] = session.outputs(done)
    except OnexgenError as error:
        seen["error"] = error.message
    seen["topics"] = [event.topic for event in bus.events]
    return Expressions(lambda _: None).evaluate(edit["look"], seen)


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the domain that nobody edits: it is compiled once."""
    folder = tmp_path_factory.mktemp("untouched") / "kitchen"
    shutil.copytree(DOMAINS / "kitchen", folder, ignore=shutil.ignore_patterns("golden"))
    return folder


@pytest.mark.parametrize("edit", EDITS, ids=lambda edit: edit["id"])
def test_edit(
    edit: dict[str, Any], kitchen: Path, untouched: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An edit changes just what it says."""
    monkeypatch.chdir(untouched)
    before = observe(edit)
    monkeypatch.chdir(kitchen)
    file = kitchen / edit["file"]
    text = file.read_text("utf-8")
    assert text.count(edit["old"]) == 1
    file.write_text(text.replace(edit["old"], edit["new"]), encoding="utf-8")

    assert before == edit["before"]
    assert observe(edit) == edit["after"]
    assert before != edit["after"]


def test_every_file_is_edited(kitchen: Path) -> None:
    """No data file of the domain is left out."""
    folders = ("environments", "pipelines", "rules", "templates")
    files = {
        str(path.relative_to(kitchen))
        for folder in folders
        for path in (kitchen / folder).rglob("*")
        if path.is_file()
    }

    assert {edit["file"] for edit in EDITS} == files - ONLY_FOR_TOOLS


def renamed(text: str) -> str:
    """Return a file of the domain with every label and every family under another name."""
    for old, new in RENAMED.items():
        text = re.sub(rf"((?:label|name|default): |== '){old}\b", rf"\g<1>{new}", text)
        text = re.sub(rf"((?:applies_to|aliases): \[(?:\w+, )*){old}\b", rf"\g<1>{new}", text)
    for old, new in FAMILIES.items():
        text = re.sub(rf"(extends: |\"){old}\b(?=/|\n)", rf"\g<1>{new}", text)
    return text


@pytest.mark.parametrize("wish", ["Lentil soup", "A rye loaf", "Apple cake"])
def test_names_mean_nothing(wish: str, kitchen: Path) -> None:
    """With every label and family renamed, the same files come out."""
    edit = {"given": {"wish": wish}, "look": "[card, dish.label, dish.confidence]"}
    files, label, confidence = observe(edit)
    for old, new in FAMILIES.items():
        (kitchen / "templates" / old).rename(kitchen / "templates" / new)
    for path in kitchen.rglob("*"):
        if path.suffix in (".yaml", ".j2"):
            path.write_text(renamed(path.read_text("utf-8")), encoding="utf-8")
    other_files, other_label, other_confidence = observe(edit)
    del files[".onexgen/manifest.json"], other_files[".onexgen/manifest.json"]

    assert other_files == files
    assert other_label == RENAMED[label]
    assert other_confidence == confidence
