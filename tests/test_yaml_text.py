"""What is written as YAML, two independent parsers read back as it was."""

from __future__ import annotations

import io
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from onexgen.json_types import Json
from onexgen.source import load
from onexgen.yaml_text import quote, to_yaml

WORDS = [
    "yes", "No", "ON", "off", "true", "null", "~", "", " ", "1", "1.5", "1e3", "0x1f", "0o7",
    "1_000", "12:30:45", "2026-08-02", ".inf", "-.INF", ".nan", "=", "<<", "!tag", "&a", "*a",
    "- a", "? a", "a: b", "a #b", "a:", "#", "@a", "`a`", "%a", "|", ">", "a\nb", "a\tb", "\ta",
    "a ", " a", "'", '"', "\\", "\\n", "---", "...", "--- a", "{a}", "[a]", "a, b", "\x85",
    "\u2028", "\ufeff", "\ufffe", "\x00", "\x07", "\x7f", "é", "日本", "😀", "y", "n", "NaN", "e5",
    "_", "a/b.c", "a--b", "a" * 200,
]  # fmt: skip
json = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
    | st.sampled_from(WORDS),
    lambda inner: (
        st.lists(inner) | st.dictionaries(st.text(max_size=200) | st.sampled_from(WORDS), inner)
    ),
    max_leaves=20,
)


def by_ruamel(text: str) -> Any:
    """Read with a parser of YAML 1.2."""
    return YAML(typ="safe", pure=True).load(io.StringIO(text))


def by_pyyaml(text: str) -> Any:
    """Read with a parser of YAML 1.1, as most programs do."""
    yaml = pytest.importorskip("yaml")
    return yaml.safe_load(text)


@pytest.mark.fuzz
@given(json)
@example(1e16)
@example([1e-7, -0.0, 5e-324, 1.5e300])
@example({"a": {"b": []}, "c": [{}], "d": [[[1]], [{"e": [2, {"f": None}]}]]})
@example([{"a": 1, "b": [{"c": 2}]}])
def test_reads_back_equal(value: Json) -> None:
    """All data come back equal, by either version of YAML."""
    text = to_yaml(value)

    assert by_ruamel(text) == value
    assert by_pyyaml(text) == value


@pytest.mark.parametrize("word", WORDS)
def test_word_reads_back(word: str) -> None:
    """A text is a text wherever it stands: as a value, a key, and inside brackets."""
    value: Json = {"value": word, word: "key", "inside": [word, {word: word}], "list": [[word]]}
    text = to_yaml(value)

    assert by_ruamel(text) == value
    assert by_pyyaml(text) == value
    assert text.isprintable() or "\n" in text


@settings(max_examples=30)
@given(st.dictionaries(st.text(min_size=1), json, min_size=1))
def test_our_own_parser_reads_it(value: dict[str, Json]) -> None:
    """Documents that the engine writes can be read by the engine."""
    assert load("a.yaml", to_yaml(value).encode()).data == value


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "null\n"),
        ({}, "{}\n"),
        ([], "[]\n"),
        ("plain words", "plain words\n"),
        ({"a": "no", "b": "12", "c": "x: y"}, 'a: "no"\nb: "12"\nc: "x: y"\n'),
        ({"a": [1, 2, 3]}, "a: [1, 2, 3]\n"),
        ({"a": {"b": 1}}, "a: {b: 1}\n"),
        ({"a": {"b": {"c": 1}}}, "a:\n  b: {c: 1}\n"),
        ({"a": ["x" * 50, "y" * 50]}, f"a:\n  - {'x' * 50}\n  - {'y' * 50}\n"),
        ([{"a": 1, "b": 2}, "c"], "- a: 1\n  b: 2\n- c\n"),
        ([[1, 2], [3]], "- - 1\n  - 2\n- - 3\n"),
        ({"a": "x\ny"}, 'a: "x\\ny"\n'),
        ({"a": True, "b": None, "c": 1e16}, "a: true\nb: null\nc: 1.0e+16\n"),
    ],
)
def test_layout(value: Json, text: str) -> None:
    """Short collections stand on one line, long and deep ones in blocks."""
    assert to_yaml(value) == text


def test_indent() -> None:
    """Data can be set into a file that is indented."""
    assert to_yaml({"a": [{"b": 1}]}, 4) == "    a:\n      - b: 1\n"


@given(st.text())
def test_quote_is_one_line(text: str) -> None:
    """A quoted text has no line end, and nothing that an editor would not show."""
    assert "\n" not in quote(text)
    assert all(ch.isprintable() or ch in quote(ch) for ch in quote(text))
