"""Entries of a library: what comes with them, what excludes them, which comes first."""

from __future__ import annotations

from typing import Any

import pytest
from tests.reading.pack import compile_text

from onexgen.extraction.library import search
from onexgen.extraction.reader import PLAIN
from onexgen.matching import Matcher

DOCUMENT = """\
version: 1
kind: library
title: Kitchen
full_points: 2
threshold: 0.5
categories: [heat, taste]
entries:
  - {name: stove, title: Stove, summary: Cooks., requires: [pan]}
  - {name: pan, title: Pan, summary: Holds., priority: 5}
  - {name: grill, title: Grill, summary: Roasts., conflicts: [stove]}
rules:
  - id: cooking
    label: stove
    factor: heat
    weight: 2
    any: [{stem: cook}]
    why: Cooking needs it.
    fires: ["cook"]
    silent: ["eat"]
  - id: roasting
    label: grill
    factor: taste
    weight: 1
    any: [{stem: roast}]
    why: Roasting needs it.
    fires: ["roast"]
    silent: ["eat"]
"""


def found(text: str) -> list[Any]:
    """Return what the library offers for a text."""
    form, problems = compile_text("r.yaml", DOCUMENT)
    assert problems == ""
    matcher = Matcher([(None, form["rules"])], PLAIN)
    return [
        (entry["name"], entry["relevance"], entry["scores"])
        for entry in search(form, matcher, {}, text)
    ]


@pytest.mark.parametrize(
    ("text", "entries"),
    [
        ("cook", [("pan", 1.0, {}), ("stove", 1.0, {"heat": 2.0})]),
        ("roast", [("grill", 0.5, {"taste": 1.0})]),
        ("cook and roast", [("pan", 1.0, {}), ("stove", 1.0, {"heat": 2.0})]),
        ("eat", []),
    ],
)
def test_entries_that_belong_together(text: str, entries: list[Any]) -> None:
    """Requirements come along, more priority comes first, conflicts drop the weaker one."""
    assert found(text) == entries


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("requires: [pan]", "requires: [pot]", "unknown entry 'pot'"),
        ("factor: heat", "factor: heal", "unknown factor 'heal'"),
    ],
)
def test_a_wrong_library(old: str, new: str, said: str) -> None:
    """Entries and categories have to exist."""
    _, problems = compile_text("r.yaml", DOCUMENT.replace(old, new))

    assert said in problems.splitlines()[0]


def test_what_was_excluded_is_told() -> None:
    """An entry names those that fit too, and that it excludes."""
    form, _ = compile_text("r.yaml", DOCUMENT)
    matcher = Matcher([(None, form["rules"])], PLAIN)

    entries = search(form, matcher, {}, "cook and roast")

    assert [(entry["name"], entry["instead_of"]) for entry in entries] == [
        ("pan", []),
        ("stove", ["grill"]),
    ]
