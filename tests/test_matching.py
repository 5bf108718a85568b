"""Which rules fire: conditions, denial, fields."""

from __future__ import annotations

from typing import Any

import pytest
from tests.reading.pack import compile_text

from onexgen.extraction.reader import PLAIN
from onexgen.firing import Firing
from onexgen.matching import Matcher
from onexgen.text import LanguageForm, OpenerForm

NO: OpenerForm = {"words": ["no"], "line": False, "behind": False, "at_most": 9}
LANGUAGE: LanguageForm = {**PLAIN, "openers": [NO]}
DOCUMENT = """\
version: 1
kind: scoring
title: Dishes
labels: [{{name: soup, title: Soup}}]
rules:
  - id: the-rule
    label: soup
    {conditions}
    why: Because.
    fires: ["x"]
    silent: ["y"]
"""


def firings(conditions: str, text: str, subject: dict[str, Any] | None = None) -> list[Firing]:
    """Return what fires on a text when one rule has some conditions."""
    form, problems = compile_text("r.yaml", DOCUMENT.format(conditions=conditions))
    assert problems == ""
    matcher = Matcher([(None, form["rules"])], LANGUAGE)
    return matcher.firings(matcher.read(text, subject))


@pytest.mark.parametrize(
    ("conditions", "text", "fires"),
    [
        ("any: [{stem: boil}]", "It is boiling", True),
        ("any: [{stem: boil}]", "It is a boy", False),
        ("any: [{word: boil}]", "It is boiling", False),
        ("any: [{word: boil}]", "Boil it", True),
        ("any: [{phrase: hot water}]", "with HOT waters", True),
        ("any: [{phrase: hot water}]", "hot, water", False),
        ("any: [{phrase: hot water}]", "hot-water", True),
        ("any: [{regex: '\\bto+\\b'}]", "TOOO hot", True),
        ("any: [{stem: boil}, {stem: cook}]", "cooked", True),
        ("all: [{stem: boil}, {stem: bean}]", "boil the beans", True),
        ("all: [{stem: boil}, {stem: bean}]", "boil. Then beans", False),
        ("{all: [{stem: boil}, {stem: bean}], scope: text}", "boil. Then beans", True),
        ("{any: [{stem: boil}], beside: [{stem: pea}, {stem: bean}]}", "boil beans", True),
        ("{any: [{stem: boil}], beside: [{stem: pea}, {stem: bean}]}", "boil corn", False),
        ("{any: [{stem: boil}], unless: [{stem: bean}]}", "boil beans", False),
        ("{any: [{stem: boil}], unless: [{stem: bean}]}", "boil. Then beans", True),
        ("{any: [{stem: boil}], unless: [{stem: bean}], scope: text}", "boil. Then beans", False),
        ("any: [{stem: boil}]", "no boiling", False),
        ("{any: [{stem: boil}], negated: only}", "no boiling", True),
        ("{any: [{stem: boil}], negated: only}", "boiling", False),
        ("{any: [{stem: boil}], negated: also}", "no boiling", True),
        ("any: [{stem: simmer}]", "simmre it", True),
    ],
)
def test_conditions_of_a_rule(conditions: str, text: str, fires: bool) -> None:
    """What is looked for, what else must be there, what takes it back, what denial does."""
    inner = conditions.removeprefix("{").removesuffix("}") if conditions[0] == "{" else conditions
    lines = "\n    ".join(_split(inner))

    assert bool(firings(lines, text)) is fires


def _split(conditions: str) -> list[str]:
    """Return the keys of a flow mapping, a line each."""
    parts = conditions.split("], ")
    return [
        part if part.endswith("]") or i == len(parts) - 1 else part + "]"
        for i, part in enumerate(parts)
    ]


@pytest.mark.parametrize(
    ("subject", "fires"),
    [
        ({"course": "first"}, True),
        ({"course": ["first", "second"]}, True),
        ({"course": "second"}, False),
        ({"course": None}, False),
        ({"course": {"first": 1}}, False),
        ({}, False),
    ],
)
def test_a_field_of_the_subject(subject: dict[str, Any], fires: bool) -> None:
    """A rule may ask for what is already known."""
    assert bool(firings("any: [{field: course, is: first}]", "", subject)) is fires


def test_a_denial_in_the_text_does_not_deny_a_field() -> None:
    """What is known is known, whatever the text denies."""
    conditions = "any: [{field: course, is: first}]"

    assert firings(conditions, "no beans at all", {"course": "first"})


def test_hits_are_the_words_in_their_order() -> None:
    """Evidence shows what stood in the text."""
    (firing,) = firings("any: [{stem: bean}, {phrase: hot water}]", "Hot water and beans, bean")

    assert [(hit.start, hit.end) for hit in firing.hits] == [(0, 2), (3, 4), (4, 5)]
