"""Records of what belongs together in a text, read by a document of another domain."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.reading.pack import compile_text

from onexgen.extraction.reader import Reader

DOCUMENT = """
version: 1
kind: extraction
title: Kitchen
relations:
  name: relations
  kinds:
    - name: servings
      parts: [dish, guest, drink]
      needs: [dish, guest]
      cut: {guest: ' and '}
      drop: [the]
      stop: [nobody]
      words: {dish: {broth: soup}}
      otherwise: {drink: dish}
      links:
        - id: dish-for-guest
          regex: '(?P<dish>[a-z]+) for (?P<guest>[a-z]+(?: and [a-z]+)?)'
          why: Who gets what.
          fires: ["soup for anna"]
          silent: ["soup"]
        - id: dish-for-guest-with-drink
          regex: '(?P<dish>[a-z]+) for (?P<guest>[a-z]+) with (?P<drink>[a-z]+)'
          why: Who gets what, and with it.
          fires: ["soup for anna with tea"]
          silent: ["soup for anna"]
        - id: dish-after-dish
          regex: '(?P<dish>[a-z]+) > (?=(?P<guest>[a-z]+))'
          why: A look-ahead leaves its letters to the next record.
          fires: ["soup > bread"]
          silent: ["soup"]
        - id: rows
          headings: {dish: [dish, meal], guest: [guest]}
          set: {drink: water}
          why: A row is a record.
          fires: ["| Meal | Guest |\\n|---|---|\\n| soup | anna |"]
          silent: ["| Meal |\\n|---|\\n| soup |"]
"""


@pytest.fixture(scope="module")
def reader() -> Reader:
    """Return a reader of the kitchen's requests."""
    form, problems = compile_text("kitchen.yaml", DOCUMENT)
    assert problems == ""
    return Reader([form], {})


@pytest.mark.parametrize(
    ("text", "records"),
    [
        ("nothing at all", []),
        ("soup for anna", [{"dish": "soup", "guest": "anna", "drink": "soup"}]),
        ("Broth for anna", [{"dish": "soup", "guest": "anna", "drink": "soup"}]),
        (
            "soup for anna and ben",
            [
                {"dish": "soup", "guest": "anna", "drink": "soup"},
                {"dish": "soup", "guest": "ben", "drink": "soup"},
            ],
        ),
        ("soup for nobody", []),
        ("soup for anna with tea", [{"dish": "soup", "guest": "anna", "drink": "tea"}]),
        ("soup for anna, soup for anna", [{"dish": "soup", "guest": "anna", "drink": "soup"}]),
        (
            "soup > bread > cake",
            [
                {"dish": "soup", "guest": "bread", "drink": "soup"},
                {"dish": "bread", "guest": "cake", "drink": "bread"},
            ],
        ),
        (
            "| Meal | Guest |\n|---|---|\n| soup | `anna` |\n| the cake | ben |",
            [
                {"dish": "soup", "guest": "anna", "drink": "water"},
                {"dish": "cake", "guest": "ben", "drink": "water"},
            ],
        ),
        ("| Meal | Price |\n|---|---|\n| soup | 3 |", []),
    ],
)
def test_records_are_read(reader: Reader, text: str, records: list[Any]) -> None:
    """A record has the parts that were written, once, and the most that was said."""
    found = reader(text)
    assert found["servings"] == records
    assert found["relations"] == (["servings"] if records else [])


def test_record_says_where_it_comes_from(reader: Reader) -> None:
    """The evidence of a record is the rule and its words."""
    reasons: Any = reader("we serve soup for anna with tea")["evidence"]
    assert [(one["field"], one["value"], one["rule"], one["text"]) for one in reasons] == [
        ("servings", "soup, anna, tea", "dish-for-guest-with-drink", "soup for anna with tea")
    ]
    assert Path(reasons[0]["at"].split(":")[0]).suffix == ".yaml"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("needs: [dish, guest]", "needs: [dish, gust]", "unknown part 'gust'"),
        ("words: {dish:", "words: {dich:", "unknown part 'dich'"),
        ("otherwise: {drink: dish", "otherwise: {drink: dush", "unknown part 'dush'"),
        ("set: {drink:", "set: {drunk:", "unknown part 'drunk'"),
        ("cut: {guest: ' and '}", "cut: {guest: '(a+)+'}", "unsafe-regex"),
        (
            "headings: {dish: [dish, meal], guest: [guest]}",
            "drink: tea",
            "unknown key 'drink'",
        ),
        (
            "headings: {dish: [dish, meal], guest: [guest]}\n          set: {drink: water}",
            "set: {drink: water}",
            "link 'rows' needs either `regex` or `headings`",
        ),
    ],
)
def test_wrong_relations_are_refused(old: str, new: str, said: str) -> None:
    """What is wrong is said when the document is read, not when a text is."""
    _, problems = compile_text("kitchen.yaml", DOCUMENT.replace(old, new, 1))
    assert said in problems
