"""Whatever is asked gets an answer; what says nothing gets one that is not sure."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from onexgen.inputs import resolve_inputs
from onexgen.json_types import JsonObject
from onexgen.session import Session, drain

KEYS = (
    "node_type confidence alternatives needs_choice domain operations features dependencies "
    "service_name entities parameters performance_requirements variant mixins patterns evidence"
)
NOTHING = {
    "one word, repeated": "data " * 4000,
    "one letter, repeated": "a" * 20_000,
    "stop words": "the of and a to in is it that was for on are with as at be this by or",
    "emoji": "😀🚀🔥 💾💾 🎉",
    "german": "Bitte erstelle mir eine Komponente, die Kundendaten liest und Rechnungen verschickt",
    "japanese": "データベースから顧客を読み取り、毎日レポートを送信する",
    "digits": "9" * 20_000,
    "numbers": "1 " * 10_000,
    "marks": "." * 20_000,
    "accents": "e\u0301" * 10_000,
    "line ends": "\n" * 19_999 + "x",
    "a null character": "a\u0000b",
}


@pytest.fixture(scope="module")
def session(root: Path) -> Session:
    """Return the pipeline of `explain`."""
    return Session("pipelines/explain.yaml", cwd=root)


def answer(session: Session, prompt: str) -> JsonObject:
    """Return what a prompt is understood as."""
    inputs = resolve_inputs(session.plan.inputs, {"prompt": prompt})
    [run] = drain(session.run([inputs]))
    assert run.error is None, run.error
    return session.outputs(run)


@pytest.mark.parametrize("prompt", NOTHING.values(), ids=NOTHING)
def test_what_says_nothing(session: Session, prompt: str) -> None:
    """There is an answer, and it says that somebody should choose."""
    found = answer(session, prompt)

    assert found["needs_choice"] is True
    assert isinstance(found["confidence"], float)
    assert found["confidence"] < 0.5
    json.dumps(found)


def test_every_answer_has_the_same_keys(session: Session) -> None:
    """Programs find what they look for, whatever was asked."""
    full = answer(session, "Create a PostgreSQL CRUD Effect node with 10-50 connections")

    assert set(KEYS.split()) <= full.keys()
    assert answer(session, "x").keys() == full.keys()
