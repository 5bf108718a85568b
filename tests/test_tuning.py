"""The tools for rules, each by what it makes of small data; whole commands are in scenarios."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from onexgen.config.measures import Measure
from onexgen.resources import Pack
from onexgen.tuning.comparing import compare
from onexgen.tuning.figures import figures_of
from onexgen.tuning.fitting import Row, fit, moved
from onexgen.tuning.knowledge import Knowledge
from onexgen.tuning.labelled import Answered, Labelled
from onexgen.tuning.rewriting import rewritten

MEASURES: dict[str, dict[str, Any]] = {
    "label": {"compare": "label", "same": {"broth": "soup"}},
    "labels": {"compare": "labels", "optional": "maybe", "without": ["salt"], "same": {"leek": ""}},
    "first": {"compare": "labels", "first": 1, "figure": "precision"},
    "items": {"compare": "items", "by": ["name", "grams"]},
    "inner": {"compare": "items", "answer": "a.parts", "truth": "a.parts", "by": ["name"]},
    "one_of": {"compare": "one_of", "parts": "_"},
    "values": {"compare": "values", "by": ["name"], "value": "kind"},
}
SALT, OIL = {"name": "salt", "grams": 0.5}, {"name": "oil", "grams": 2}


@pytest.mark.parametrize(
    ("measure", "answer", "truth", "counts"),
    [
        ("label", "soup", "broth", (1, 0, 0)),
        ("label", "cake", "broth", (0, 1, 0)),
        ("label", None, "soup", (0, 1, 0)),
        ("labels", ["a", "b"], ["b", "c"], (1, 1, 1)),
        ("labels", ["b", "perhaps", "salt", "leek"], ["b", "leek"], (1, 0, 0)),
        ("labels", ["b", "b"], ["b"], (1, 0, 0)),
        ("first", ["b", "c"], ["b"], (1, 0, 0)),
        ("items", [SALT, OIL], [{"name": "salt", "grams": 0.501}], (1, 0, 1)),
        ("items", [SALT, SALT], [SALT], (1, 0, 1)),
        ("inner", [{"parts": [SALT]}, {"parts": []}], [{"parts": [OIL, SALT]}], (1, 1, 0)),
        ("one_of", "thick_soup", ["stew", "thick_soup"], (1, 0, 0)),
        ("one_of", "my_thick_soup", ["thick_soup"], (1, 0, 0)),
        ("one_of", "thick_soup", ["my_thick_soup"], (0, 1, 0)),
        ("one_of", "soup", ["thick_soup"], (0, 1, 0)),
        (
            "values",
            [{"name": "salt", "kind": "str"}, {"name": "oil", "kind": "int"}],
            [{"name": "salt", "kind": "str"}, {"name": "oil", "kind": None}, {"name": "x"}],
            (1, 0, 0),
        ),
    ],
)
def test_answers_are_compared(
    measure: str, answer: Any, truth: Any, counts: tuple[int, int, int]
) -> None:
    """What is right, missed and made up."""
    settings = {"name": "it", "answer": "a", "truth": "a", **MEASURES[measure]}
    line = Labelled("1", "data:1", {"a": truth, "maybe": ["perhaps"]})
    found = compare(Measure.model_validate(settings), [Answered(line, {"a": answer}, {})])

    assert (found.right, found.missed, found.noise) == counts


def test_lines_that_say_nothing_do_not_count() -> None:
    """A line counts when it has the label, and the values that are asked for."""
    settings = {"name": "it", "compare": "label", "answer": "a", "truth": "a", "where": {"b": 1}}
    lines: list[Any] = [{"a": "x", "b": 1}, {"a": "x", "b": 2}, {"a": "x"}, {"b": 1}]
    answered = [Answered(Labelled("", "", line), {"a": "x"}, {}) for line in lines]

    assert compare(Measure.model_validate(settings), answered).lines == 1


def test_confidence_is_held_against_what_is_right() -> None:
    """Two sure answers, one of them wrong: the error is the distance to one half."""
    measure = Measure(name="it", compare="label", answer="a", truth="a", confidence="c")
    answered = [
        Answered(Labelled("", "", {"a": right}), {"a": "x", "c": 0.9}, {}) for right in ("x", "y")
    ]
    figures = figures_of(measure, compare(measure, answered))

    assert figures == {"accuracy": 0.5, "macro_f1": 0.3333, "calibration_error": 0.4}


def test_weights_move_towards_what_is_right_and_keep_their_sign() -> None:
    """A rule that misleads loses weight, never all of it; one that helps gains."""
    wrong = [Row(0, ((0, 1, 1.0), (1, 0, 1.0)))] * 40
    result = fit([*wrong, Row(1, ((0, 1, 1.0),))], [2.0, 1.0], labels=2, temperature=1.0)

    assert result.is_better
    assert result.loss[1] < result.loss[0]
    assert 0.4 <= result.weights[0] < 2.0
    assert 1.0 < result.weights[1] <= 5.0
    assert fit(wrong, [2.0, 1.0], labels=2, temperature=1.0) == fit(wrong, [2.0, 1.0], 2, 1.0)


def test_weights_that_fit_stay() -> None:
    """Where the labels follow no rule, nothing is better than what a person set."""
    rows = [Row(n % 2, ((0, 0, 1.0), (1, 1, 1.0))) for n in range(40)]
    result = fit(rows, [2.0, 2.0], labels=2, temperature=1.0)

    assert (result.is_better, moved(result, [2.0, 2.0])) == (False, {})


RULES = """\
version: 1
kind: scoring
title: Dishes
labels: [{name: soup, title: Soup}]
rules:
  # The first.
  - {id: a, label: soup, any: [{stem: soup}], why: x, fires: [soup], silent: [bread]}
  - id: b   # The second.
    label: soup   # A comment
    any: [{stem: broth}]
    why: x
    fires: [broth]
    silent: [bread]
  - { weight:   1.50 , id: c, label: soup, any: [{stem: stew}], why: x, fires: [stew], silent: [y]}
"""


def test_weights_are_written_and_nothing_else(tmp_path: Path) -> None:
    """Comments and layout stay; a weight that nobody wrote comes behind the label."""
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules/dishes.yaml").write_text(RULES, encoding="utf-8")
    knowledge = Knowledge(Pack((tmp_path,)))
    rules = list(knowledge.rules("rules/dishes.yaml"))
    texts = rewritten(knowledge, zip(rules, (2.0, 0.25, 10.0), strict=True))

    expected = RULES.replace("{id: a, label: soup,", "{id: a, label: soup, weight: 2,")
    expected = expected.replace("# A comment\n", "# A comment\n    weight: 0.25\n")
    expected = expected.replace("1.50", "10")
    assert texts == {"rules/dishes.yaml": (RULES, expected)}
