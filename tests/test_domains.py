"""A second domain, without one word in common, runs on the untouched engine to these bytes.

A new case is a line of wishes.jsonl; `WRITE=1 pytest tests/test_domains.py` writes its files.
"""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from onexgen.inputs import resolve_inputs
from onexgen.runs import Run
from onexgen.session import Session, drain
from onexgen.storage import manifest

DOMAIN = Path(__file__).parent / "domains/kitchen"
GOLDEN = DOMAIN / "golden"
WISHES = [json.loads(line) for line in (DOMAIN / "wishes.jsonl").read_text("utf-8").splitlines()]


def run(
    pipeline: str, given: dict[str, Any], environment: str | None = None
) -> tuple[Session, Run]:
    """Run a pipeline of the current folder once."""
    session = Session(f"pipelines/{pipeline}.yaml", environment=environment)
    [done] = drain(session.run([resolve_inputs(session.plan.inputs, given)]))
    assert done.error is None, done.error
    return session, done


def tree(folder: Path) -> dict[str, bytes]:
    """Return path -> bytes of all files but the manifest, which names the program's version."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and ".onexgen" not in path.parts
    }


def expected(name: str, actual: str) -> str:
    """Return the text of a golden file; writes it first when asked to."""
    file = GOLDEN / name
    if "WRITE" in os.environ:
        file.parent.mkdir(exist_ok=True)
        file.write_text(actual, encoding="utf-8")
    return file.read_text("utf-8")


@pytest.mark.usefixtures("kitchen")
@pytest.mark.parametrize("wish", WISHES, ids=lambda wish: wish["id"])
def test_card(wish: dict[str, Any]) -> None:
    """Every wish yields exactly the card, and the outputs, of the golden folder."""
    given = dict(wish)
    name, environment = given.pop("id"), given.pop("environment", None)
    session, done = run("recipe", given, environment)
    outputs = session.outputs(done)
    made = Path(str(outputs["directory"]))
    golden = GOLDEN / name
    if "WRITE" in os.environ:
        shutil.rmtree(golden, ignore_errors=True)
        shutil.copytree(made, golden, ignore=shutil.ignore_patterns(".onexgen"))
    text = json.dumps(outputs, indent=2) + "\n"

    assert tree(made) == tree(golden)
    assert text == expected(f"{name}.json", text)
    assert manifest.verify(str(made)) == {"missing": [], "changed": [], "extra": []}


@pytest.mark.usefixtures("kitchen")
def test_same_wish_same_bytes() -> None:
    """The same wish changes nothing the second time, whatever the correlation id."""
    _, first = run("recipe", {"wish": "apple cake"})
    before = {path: path.stat().st_mtime_ns for path in Path("cards").rglob("*")}
    session, second = run("recipe", {"wish": "apple cake"})

    assert session.outputs(second)["unchanged"] is True
    assert {path: path.stat().st_mtime_ns for path in Path("cards").rglob("*")} == before
    assert first.request.correlation_id != second.request.correlation_id


def test_card_goes_into_the_family_book(kitchen: Path) -> None:
    """A marked project above the folder decides where a package goes."""
    (kitchen / "BOOK.md").write_text("# Family recipes of the Smiths\n")
    (kitchen / "shelves/winter/cards").mkdir(parents=True)
    _, done = run("recipe", {"wish": "apple cake"})

    assert (kitchen / "shelves/winter/cards/apple/card.md").is_file()
    assert done.record["place"] == {
        "directory": f"{kitchen}/shelves/winter/cards/apple",
        "package": "winter.apple",
        "producer": "winter",
        "standalone": False,
        "place": "family-book",
        "at": "rules/shelves.yaml:5:5",
    }


@pytest.mark.usefixtures("kitchen")
def test_evidence_of_an_overlay_points_at_the_overlay() -> None:
    """A rule that an environment adds is named by the line of the environment."""
    _, done = run("recipe", {"wish": "A panettone"}, "feast")

    assert done.record["dish"]["evidence"] == [
        {
            "rule": "named-panettone",
            "at": "environments/feast.yaml:9:11",
            "label": "dessert",
            "points": 3.6,
            "text": "panettone",
        }
    ]


@pytest.mark.usefixtures("kitchen")
def test_mishaps() -> None:
    """Failure patterns of another domain find root causes, and the rest falls back."""
    said = {"burnt": "The loaf was burnt", "flat": "It was bland", "late": "It came late"}
    guests = [
        {"name": name, "file": "", "error": text, "traceback": ""} for name, text in said.items()
    ]
    complaints = {"passed": 5, "failed": 3, "errors": 0, "failed_tests": guests}
    session, done = run("tasting", {"complaints": complaints})

    assert session.outputs(done) == {
        "severity": "sad",
        "mishaps": ["overcooked", "bland", "unrecognised:It"],
        "advice": ["Cook the loaf for a shorter time.", "Salt it.", "Read the traceback."],
    }
    assert session.summary(done) == [
        "Sad: Cook the loaf for a shorter time. Salt it. Read the traceback."
    ]
