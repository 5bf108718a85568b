"""Points become a choice with confidence, alternatives, reasons and the word that would flip it."""

from __future__ import annotations

from typing import Any

import pytest
from tests.reading.pack import compile_text

from onexgen.actions.score import Score, ScoreOptions
from onexgen.diagnostics import UsageError
from onexgen.scoring import confidences

KITCHEN = """\
version: 1
kind: scoring
title: Dish
labels:
  - {name: soup, title: Soup, within: first}
  - {name: bread, title: Bread, within: first}
  - {name: cake, title: Cake, within: last}
factors:
  - {name: matter, weight: 0.6, why: Most of it.}
  - {name: method, weight: 0.4, why: The rest.}
scale: {temperature: 1.0, choose_below: 0.6, margin_below: 0.1, repeat: 0.5}
rules:
  - id: broth
    label: soup
    factor: matter
    weight: 5
    any: [{stem: broth}, {stem: stock}]
    why: Soups have it.
    fires: ["broth"]
    silent: ["flour"]
  - id: boiling
    label: soup
    factor: method
    weight: 5
    any: [{stem: boil}]
    why: Soups are boiled.
    fires: ["boil"]
    silent: ["bake"]
  - id: baking
    label: bread
    factor: method
    weight: 5
    any: [{stem: bake}]
    why: Bread is baked.
    fires: ["bake"]
    silent: ["boil"]
  - id: sweet
    label: cake
    factor: matter
    weight: 5
    any: [{field: taste, is: sweet}]
    why: Cakes are sweet.
    fires: ["sweet"]
    silent: ["salt"]
"""


class Kitchen:
    """Stands for the workspace of a run: one compiled document."""

    def __init__(self, text: str = KITCHEN) -> None:
        """Compile the document."""
        form, problems = compile_text("kitchen.yaml", text)
        assert problems == ""
        self._form = form

    def rules(self, path: str) -> Any:
        """Return the document."""
        assert path == "kitchen.yaml"
        return self._form


def score(text: str, **options: Any) -> Any:
    """Return the choice for a text."""
    return Score(Kitchen())(ScoreOptions(text=text, rules="kitchen.yaml", **options))  # type: ignore[arg-type]


def point(rule: str, line: int, label: str, points: float, text: str) -> dict[str, Any]:
    """Return what is shown of a rule that gave points."""
    at = f"kitchen.yaml:{line}:9"
    return {"rule": rule, "at": at, "label": label, "points": points, "text": text}


def test_the_whole_answer() -> None:
    """Every point is shown with its rule, its place, its words."""
    assert score("Boil the broth of a good stock and bake it") == {
        "label": "soup",
        "title": "Soup",
        "confidence": 0.9875,
        "needs_choice": False,
        "alternatives": [
            {"label": "bread", "confidence": 0.011},
            {"label": "cake", "confidence": 0.0015},
        ],
        "indicators": ["Matter match: broth, stock", "Method match: Boil"],
        "evidence": [
            point("broth", 13, "soup", 4.5, "broth, stock"),
            point("boiling", 21, "soup", 2.0, "Boil"),
            point("baking", 29, "bread", 2.0, "bake"),
        ],
        "factors": {"matter": {"soup": 4.5}, "method": {"soup": 2.0, "bread": 2.0}},
        "flip": None,
    }


def test_without_evidence_nothing_is_sure() -> None:
    """Equal shares, a choice needed, no reasons."""
    answer = score("three spoons")

    assert answer["confidence"] == 0.3333
    assert answer["needs_choice"]
    assert answer["evidence"] == []
    assert answer["flip"] is None


def test_the_word_that_would_flip_the_choice() -> None:
    """Without `broth` it would be bread; without `boil` it stays soup."""
    assert score("bake it, with broth")["flip"] == {"text": "broth", "term": "broth", "to": "bread"}
    assert score("boil it in broth, then bake")["flip"] is None


def test_a_field_speaks_too() -> None:
    """What is already understood gives points."""
    answer = score("", subject={"taste": ["sweet", "sour"]})

    assert (answer["label"], answer["indicators"]) == ("cake", ["Matter match: taste is sweet"])


def test_a_hint_decides() -> None:
    """Whatever the rules say; their reasons are still shown."""
    answer = score("boil the broth", hint="cake")

    assert (answer["label"], answer["confidence"], answer["needs_choice"]) == ("cake", 1.0, False)
    assert [item["rule"] for item in answer["evidence"]] == ["broth", "boiling"]


def test_only_labels_within_a_wider_one() -> None:
    """Other labels are no alternatives."""
    answer = score("boil", subject={"taste": "sweet"}, among="first")

    assert (answer["label"], [a["label"] for a in answer["alternatives"]]) == ("soup", ["bread"])


@pytest.mark.parametrize(
    ("options", "message", "help"),
    [
        ({"hint": "sop"}, "'sop' is not a label of kitchen.yaml", "did you mean 'soup'?"),
        ({"among": "frist"}, "nothing to choose from within 'frist'", "did you mean 'first'?"),
    ],
)
def test_a_wrong_option(options: dict[str, str], message: str, help: str) -> None:
    """The answer says what is there."""
    with pytest.raises(UsageError) as caught:
        score("boil", **options)

    assert (caught.value.message, caught.value.help) == (message, help)


def test_confidence_is_a_share_of_one() -> None:
    """A lead of one temperature is e times likelier."""
    shares = confidences({"a": 2.0, "b": 1.0}, 1.0)

    assert sum(shares.values()) == pytest.approx(1)
    assert shares["a"] / shares["b"] == pytest.approx(2.718281828)
    assert confidences({"a": 1e6, "b": 0.0}, 0.1)["a"] == 1.0
