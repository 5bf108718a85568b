"""What a choice takes when none of its rules finds a label."""

from __future__ import annotations

import pytest
from tests.reading.pack import compile_text

from onexgen.extraction.reader import Reader

DOCUMENT = """\
version: 1
kind: extraction
title: Dinner
choices:
  - name: guest
    many: false
    labels: [{name: child, title: Child}, {name: adult, title: Adult}]
    rules:
      - id: child
        label: child
        any: [{stem: child}]
        why: Says so.
        fires: ["child"]
        silent: ["adult"]
  - name: dish
    labels: [{name: soup, title: Soup}, {name: cake, title: Cake}]
    rules:
      - id: soup
        label: soup
        any: [{stem: soup}]
        why: Says so.
        fires: ["soup"]
        silent: ["cake"]
    otherwise:
      - {id: sweet-by-default, label: cake, when: {guest: child}, why: Children like it.}
"""


@pytest.mark.parametrize(
    ("text", "dish", "rules"),
    [
        ("a child", ["cake"], ["child", "sweet-by-default"]),
        ("a child wants soup", ["soup"], ["child", "soup"]),
        ("somebody", [], []),
    ],
)
def test_otherwise(text: str, dish: list[str], rules: list[str]) -> None:
    """It needs its fields, gives way to any rule, and is named as the reason."""
    form, problems = compile_text("r.yaml", DOCUMENT)
    assert problems == ""
    answer = Reader([form], {})(text)
    evidence = answer["evidence"]
    assert isinstance(evidence, list)

    assert answer["dish"] == dish
    assert [item["rule"] for item in evidence if isinstance(item, dict)] == rules


def test_an_unknown_label() -> None:
    """The label has to exist."""
    _, problems = compile_text("r.yaml", DOCUMENT.replace("label: cake, when", "label: tart, when"))

    assert "unknown label 'tart'" in problems.splitlines()[0]
