"""What is wrong with a rule file is said with its place and its repair."""

from __future__ import annotations

import time

import pytest
from tests.reading.pack import compile_text

from onexgen.extraction.literals import literals_of
from onexgen.extraction.patterns import problem_of

SCORING = """\
version: 1
kind: scoring
title: Dish
labels: [{name: soup, title: Soup}, {name: cake, title: Cake}]
factors: [{name: matter, weight: 1, why: All.}]
rules:
  - id: broth
    label: soup
    factor: matter
    any: [{stem: broth}]
    why: Soups have it.
    fires: ["broth"]
    silent: ["flour"]
"""
EXTRACTION = """\
version: 1
kind: extraction
title: Numbers
quantities:
  name: amounts
  settings: settings
  other: other
  units:
    - {name: grams, dimension: mass, words: [g]}
  words:
    - {words: [dozen], value: 12}
  meanings:
    - {name: flour, title: flour, dimensions: [mass], unit: grams}
quantity_rules:
  - id: flour
    label: flour
    any: [{stem: flour}]
    reach: {units: [grams]}
    why: Because.
    fires: ["flour"]
    silent: ["milk"]
"""

SEQUENCE = """\
version: 1
kind: extraction
title: Courses
sequence:
  name: courses
  rules:
    - id: courses-by-arrow
      marks: [->]
      why: Arrows lead on.
      fires: ["a -> b"]
      silent: ["a"]
  counterparts:
    name: drinks
    rules:
      - id: drink-beside
        regex: '(?P<item>x) with (?P<items>y)'
        why: It says so.
        fires: ["x with y"]
        silent: ["x"]
clauses:
  - name: wishes
    rules:
      - id: wish
        regex: 'no (?P<what>[a-z]+)'
        why: It says so.
        fires: ["no salt"]
        silent: ["salt"]
"""


ADD_UP = (
    "r.yaml:5:1: error[weights-do-not-add-up]: the weights of the factors add up to 0.9, not to 1 "
    "| help: change the weights until they do"
)
ONE_OF = (
    "r.yaml:10:11: error[invalid-term]: "
    "a term is one of stem, phrase, word, regex, or field with `is`"
)
FOREVER = (
    "r.yaml:10:19: error[unsafe-regex]: "
    "repeats something that can be repeated in several ways: some texts would take forever "
    "| help: begin each part with a letter that the one before cannot have, or limit it: {0,40}"
)
BROKEN = (
    "r.yaml:10:19: error[unsafe-regex]: "
    "not a regular expression: missing ), unterminated subpattern at character 1"
)
NOTHING = (
    "r.yaml:7:5: error[missing-key]: rule 'broth' names nothing to look for "
    "| help: give it `any` or `all`"
)
NO_UNIT = (
    "r.yaml:13:48: error[unknown-dimension]: no unit measures 'mas' | help: did you mean 'mass'?"
)
FLOWER = "r.yaml:16:12: error[unknown-label]: unknown label 'flower' | help: did you mean 'flour'?"


ONE_FORM = (
    "r.yaml:7:7: error[missing-key]: rule 'courses-by-arrow' needs exactly one of "
    "columns, heads, marks, regex"
)
UNCLOSED = (
    "r.yaml:24:16: error[unsafe-regex]: not a regular expression: "
    "missing ), unterminated subpattern at character 4"
)
NO_GROUP = (
    "r.yaml:16:16: error[invalid-term]: the expression has no group 'items' "
    "| help: write (?P<items>...) around what is meant"
)


def first_line(text: str, old: str, new: str) -> str:
    """Return the first line of what is said when a part of a document is replaced."""
    assert text.count(old) == 1, old
    _, problems = compile_text("r.yaml", text.replace(old, new))
    lines = problems.splitlines()
    helps = [line.partition("= ")[2] for line in lines if "= help" in line or "= note" in line]
    return " | ".join([*lines[:1], *helps])


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "weight: 1,", "weight: 0.9,",
            ADD_UP,
        ),
        (
            "label: soup", "label: sop",
            "r.yaml:8:12: error[unknown-label]: unknown label 'sop' | help: did you mean 'soup'?",
        ),
        (
            "factor: matter", "factor: method",
            "r.yaml:9:13: error[unknown-factor]: unknown factor 'method' | help: one of: matter",
        ),
        (
            "    factor: matter\n", "",
            "r.yaml:7:5: error[unknown-factor]: missing key 'factor' | help: one of: matter",
        ),
        (
            "{stem: broth}", "{stem: hot broth}",
            "r.yaml:10:18: error[invalid-term]: a stem is one word, got 2",
        ),
        (
            "{stem: broth}", "{phrase: broth}",
            "r.yaml:10:20: error[invalid-term]: a phrase is two to 4 words, got 1",
        ),
        (
            "{stem: broth}", "{stem: broth, word: broth}",
            ONE_OF,
        ),
        (
            "{stem: broth}", "{field: course}",
            ONE_OF,
        ),
        (
            "{stem: broth}", "{regex: '(a+)+b'}",
            FOREVER,
        ),
        (
            "{stem: broth}", "{regex: '(a'}",
            BROKEN,
        ),
        (
            "{stem: broth}", "{regex: 'a*'}",
            "r.yaml:10:19: error[unsafe-regex]: matches the empty text",
        ),
        (
            "any: [{stem: broth}]", "scope: text",
            NOTHING,
        ),
        (
            "name: cake", "name: soup",
            "r.yaml:4:44: error[duplicate-id]: label 'soup' is defined twice",
        ),
    ],
)  # fmt: skip
def test_a_wrong_scoring_file(old: str, new: str, said: str) -> None:
    """Each mistake is refused when rules are compiled."""
    assert first_line(SCORING, old, new) == said


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "unit: grams}", "unit: gram}",
            "r.yaml:13:61: error[unknown-unit]: unknown unit 'gram' | help: did you mean 'grams'?",
        ),
        (
            "dimensions: [mass]", "dimensions: [mas]",
            NO_UNIT,
        ),
        (
            "units: [grams]", "units: [gram]",
            "r.yaml:18:21: error[unknown-unit]: unknown unit 'gram' | help: did you mean 'grams'?",
        ),
        (
            "    label: flour", "    label: flower",
            FLOWER,
        ),
    ],
)  # fmt: skip
def test_a_wrong_extraction_file(old: str, new: str, said: str) -> None:
    """Units, dimensions and meanings have to exist."""
    assert first_line(EXTRACTION, old, new) == said


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "marks: [->]", "sure: false",
            ONE_FORM,
        ),
        (
            "marks: [->]", "marks: [->]\n      columns: [a]",
            ONE_FORM,
        ),
        (
            "(?P<items>y)", "y",
            NO_GROUP,
        ),
        (
            "what>[a-z]+)", "what>[a-z]+",
            UNCLOSED,
        ),
    ],
)  # fmt: skip
def test_wrong_sequences_and_clauses(old: str, new: str, said: str) -> None:
    """A rule has one form, and its expression the groups that are read."""
    assert first_line(SEQUENCE, old, new) == said


def test_two_rules_of_one_name() -> None:
    """The second one is blamed, with the place of the first."""
    rule = SCORING[SCORING.index("  - id: broth") :]
    _, problems = compile_text("r.yaml", SCORING + rule)

    assert problems.splitlines()[0] == "r.yaml:14:9: error[duplicate-id]: 'broth' is defined twice"
    assert "= note: first defined at r.yaml:7:9" in problems


@pytest.mark.parametrize("key", ["why", "fires", "silent"])
def test_every_rule_says_why_and_brings_examples(key: str) -> None:
    """A rule without them is refused."""
    lines = [line for line in SCORING.splitlines() if f"    {key}:" not in line]
    _, problems = compile_text("r.yaml", "\n".join(lines))

    assert f"missing key '{key}'" in problems.splitlines()[0]


@pytest.mark.parametrize(
    "pattern",
    [r"(a+)+b", r"(?:\w*\s?)*x", r"((ab)*c*)*d", r"(a{1,50}){1,50}b", r"(x+x+)+y", r"(?=(a+)+)b"],
)
def test_expressions_that_explode_are_refused(pattern: str) -> None:
    """Repeated repetitions take forever on some text."""
    assert problem_of(pattern).startswith("repeats something")


@pytest.mark.parametrize("pattern", [r"\bfor \d+ s", r"a{2}b+", r"(ab){1,3}c*d", r"x(?:y|z)+"])
def test_plain_expressions_are_accepted(pattern: str) -> None:
    """One repetition beside another is no danger."""
    assert problem_of(pattern) == ""


@pytest.mark.parametrize(
    ("pattern", "literals"),
    [
        (r"\bWorld of\s+\w+", [["world of"]]),
        (r"(cat|horse)s?", [["cat", "horse"]]),
        (r"(cat|\d)s?", []),
        (r"a?b", [["b"]]),
        (r"[xy]z?", [["x", "y"]]),
        (r"\d+", []),
        (r"İx", []),
        (r"\b(get|put) /", [["get /", "put /"]]),
        (r"keeps?.{0,9} (by|per) \w", [["keep"], [" by ", " per "]]),
        (r"(one|two\d+three) (four)?", [["one", "three"], [" "]]),
        (r"ab(?:cd)+ef", [["ef"], ["ab"], ["cd"]]),
        (r"(?=x)a(?!y)b$", [["ab"]]),
    ],
)
def test_letters_that_every_match_contains(pattern: str, literals: list[list[str]]) -> None:
    """They are looked for first: most expressions need not run at all."""
    assert literals_of(pattern) == literals


def test_the_pack_compiles_fast_enough() -> None:
    """A changed rule file costs one compilation: well below a second each."""
    begun = time.thread_time()
    compile_text("r.yaml", SCORING)

    assert time.thread_time() - begun < 0.5
