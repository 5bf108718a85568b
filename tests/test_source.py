"""Reading YAML: the data, the position of everything, and what hostile files cost."""

from __future__ import annotations

import json
import subprocess
import sys
import time
import tracemalloc
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onexgen.diagnostics import ConfigError, Diagnostic, Span, render
from onexgen.json_types import Json
from onexgen.source import Marks, Path, Source, load
from onexgen.yaml_events import NotUnderstood, quick
from onexgen.yaml_reader import Reader
from onexgen.yaml_syntax import careful
from onexgen.yaml_text import to_yaml


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        ("~", None),
        ("null", None),
        ("Null", None),
        ("nULL", "nULL"),
        ("''", ""),
        ("true", True),
        ("FALSE", False),
        ("tRUE", "tRUE"),
        ("yes", "yes"),
        ("off", "off"),
        ("y", "y"),
        ("12", 12),
        ("-0", 0),
        ("+7", 7),
        ("0o17", 15),
        ("017", 17),
        ("0x1F", 31),
        ("-0x1F", "-0x1F"),
        ("0b11", "0b11"),
        ("1_000", "1_000"),
        ("12:30:00", "12:30:00"),
        ("2025-11-23", "2025-11-23"),
        ("1.10", 1.1),
        ("1.", 1.0),
        (".5", 0.5),
        ("-1e3", -1000.0),
        ("1e-400", 0.0),
        (".", "."),
        ("1.2.3", "1.2.3"),
        ("'1.10'", "1.10"),
        ('"true"', "true"),
        ("=", "="),
        ("'<<'", "<<"),
        ("${{ a }}", "${{ a }}"),
        ("|\n  a\n\n  b\n", "a\n\nb\n"),
        ("|-\n  a: b # c\n", "a: b # c"),
        (">\n  a\n  b\n", "a b\n"),
        ("a\n  b", "a b"),
        ("'it''s'", "it's"),
        (r'"\x41\u00e9\ud83d\ude00\U0001F600"', "Aé😀😀"),
        ("[]", []),
        ("{}", {}),
        ("[a, {b: 1}, ]", ["a", {"b": 1}]),
        ("\n- a\n- - b\n  - c\n", ["a", ["b", "c"]]),
        ("\n  on: off\n  'null': 1\n  '': 2\n", {"on": "off", "null": 1, "": 2}),
    ],
)
def test_values(text: str, value: Json) -> None:
    """A value has the type that the core of YAML 1.2 gives it, and no other."""
    data = load("x.yaml", f"key: {text}\n".encode()).data

    assert json.dumps(data) == json.dumps({"key": value})


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("first", ["", "\ufeff", "---\n", "# note\n\n--- # note\n"])
def test_line_ends_and_beginnings(ends: str, first: str) -> None:
    """How lines end and how a file begins changes neither data nor positions in a line."""
    text = f"{first}a: |\n  1\n  2\nb: x\n".replace("\n", ends)

    source = load("x.yaml", text.encode())

    assert source.data == {"a": "1\n2\n", "b": "x"}
    assert source.values["b",].column == 4
    assert source.text.split("\n")[source.values["b",].line - 1] == "b: x"


EXAMPLE = """\
# A comment.
version: 1
"quoted": 'it''s'
stages:
  - id: first
    steps: [{uses: a, with: {}}, b]

  - id: second   # trailing

text: |
  one
  two
empty:
last: {
  a: 1
}
"""


@pytest.mark.parametrize(
    ("path", "key", "value"),
    [
        ((), None, "2:1-16:2"),
        (("version",), "2:1-2:8", "2:10-2:11"),
        (("quoted",), "3:1-3:9", "3:11-3:18"),
        (("stages",), "4:1-4:7", "5:3-8:15"),
        (("stages", 0), None, "5:5-6:36"),
        (("stages", 0, "id"), "5:5-5:7", "5:9-5:14"),
        (("stages", 0, "steps"), "6:5-6:10", "6:12-6:36"),
        (("stages", 0, "steps", 0), None, "6:13-6:32"),
        (("stages", 0, "steps", 0, "with"), "6:23-6:27", "6:29-6:31"),
        (("stages", 0, "steps", 1), None, "6:34-6:35"),
        (("stages", 1), None, "8:5-8:15"),
        (("text",), "10:1-10:5", "10:7-13:1"),
        (("empty",), "13:1-13:6", "13:7-13:7"),
        (("last",), "14:1-14:5", "14:7-16:2"),
        (("last", "a"), "15:3-15:4", "15:6-15:7"),
    ],
)
def test_positions(path: Path, key: str | None, value: str) -> None:
    """Every key and value knows where it stands: columns from 1, the end exclusive."""
    source = load("x.yaml", EXAMPLE.encode())

    assert said(source.values[path]) == value
    assert (said(source.keys[path]) if path in source.keys else None) == key


def said(span: Span) -> str:
    """Return a span as `line:column-line:column`."""
    return f"{span.line}:{span.column}-{span.end_line}:{span.end_column}"


TEXTS = st.text(max_size=20)
NUMBERS = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
DATA = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=20,
)


def paths(data: Json, path: Path = ()) -> list[Path]:
    """Return the path of everything in a document."""
    children: list[tuple[str | int, Json]] = []
    if isinstance(data, dict):
        children = list(data.items())
    elif isinstance(data, list):
        children = list(enumerate(data))
    return [path, *(one for key, value in children for one in paths(value, (*path, key)))]


def cut(source: Source, span: Span) -> str:
    """Return the text of a span."""
    lines = source.text.split("\n")[span.line - 1 : span.end_line]
    lines[-1] = lines[-1][: span.end_column - 1]
    return "\n".join(lines)[span.column - 1 :]


@pytest.mark.fuzz
@given(DATA)
def test_written_data_comes_back(data: Json) -> None:
    """What is written as YAML or as JSON is read as the same data, each part with its place."""
    for text in (to_yaml(data), json.dumps(data), json.dumps(data, indent=1)):
        source = load("x.yaml", text.encode())

        assert json.dumps(source.data) == json.dumps(data)
        assert set(source.values) == set(paths(data))
        for path, span in source.keys.items():
            assert load("key", cut(source, span).encode()).data == path[-1]


PIECES = [
    *("a", "b: ", "- ", "? ", "\n", "\n  ", "  ", "\t", "{", "}", "[", "]", ",", ": ", "#", "%"),
    *("|\n", ">2-\n", "'", '"', "&a ", "*a", "!t ", "!!str ", "!<x> ", "<<: ", "\\x41", "\\u"),
    *("%YAML 1.1\n", "---\n", "...\n", "\\UFFFFFFFF", "\\uD800", "1", "-.5", "\\", "@", "`", "="),
    *("é", "漢", "\U0001f600", "\u2028", "\x85", "\ufeff", "\x00", "\r"),
]


@pytest.mark.fuzz
@given(st.lists(st.sampled_from(PIECES), max_size=25).map("".join) | st.binary(max_size=40))
def test_any_bytes(text: str | bytes) -> None:
    """Whatever a file holds, it is data with positions, or it is refused at a place inside it."""
    raw = text if isinstance(text, bytes) else text.encode()
    source, problems, text = outcome(raw)

    if source is not None:
        assert set(source.values) == set(paths(source.data))
        return
    lines = text.split("\n")
    for one in problems:
        assert one.span is not None
        assert 1 <= one.span.line <= len(lines)
        assert 1 <= one.span.column <= len(lines[one.span.line - 1]) + 1
    assert render(problems, {"x.yaml": text}).endswith("Nothing was run.\n")


def outcome(raw: bytes) -> tuple[Source | None, tuple[Diagnostic, ...], str]:
    """Return what came of a file: its data, or the problems with its text."""
    try:
        return load("x.yaml", raw), (), ""
    except ConfigError as error:
        return None, error.diagnostics, error.texts["x.yaml"]


ALIASES = "".join(
    f"{name}: &{name} [" + f"*{earlier}, " * 9 + "]\n" for earlier, name in pairwise("abcdefghi")
)
BOMBS = {
    "aliases": ("a: &a [x]\n" + ALIASES, "yaml-anchor"),
    "many aliases": ("a: &a 1\nb: [" + "*a," * 300_000 + "]", "yaml-anchor"),
    "lists": ("[" * 900_000, "too-deep"),
    "mappings": ("{a: " * 200_000, "too-deep"),
    "block lists": ("- " * 400_000, "too-deep"),
    "complex keys": ("? " * 400_000, "too-deep"),
    "documents": ("---\n" * 240_000, "several-documents"),
    "tags": ("- !t x\n" * 100_000, "yaml-tag"),
    "same key": ("a: 1\n" * 190_000, "duplicate-key"),
    "control characters": ("\x00" * 900_000, "control-character"),
    "large": ("a" * 5_000_000, "too-large"),
}


@pytest.mark.parametrize(("text", "code"), BOMBS.values(), ids=BOMBS)
def test_bombs(text: str, code: str) -> None:
    """A file that would explode is refused in less than 50 ms and 50 MB, and so is its report."""
    raw = text.encode()
    spent = []
    for _ in range(3):
        start = time.process_time()
        with pytest.raises(ConfigError) as refusal:
            load("bomb.yaml", raw)
        spent.append(time.process_time() - start)
    tracemalloc.start()
    with pytest.raises(ConfigError):
        load("bomb.yaml", raw)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert refusal.value.diagnostics[0].code == code
    assert len(refusal.value.diagnostics) <= 20
    assert min(spent) < 0.05
    assert peak < 50_000_000
    assert len(render(refusal.value.diagnostics, refusal.value.texts)) < 10_000


def test_too_large() -> None:
    """The limit is a million bytes, and the report says so."""
    load("x.yaml", b"#" * 1_000_000)

    with pytest.raises(ConfigError) as refusal:
        load("x.yaml", b"#" * 1_000_001)

    assert render(refusal.value.diagnostics, refusal.value.texts) == (
        "x.yaml:1:1: error[too-large]: the file has 1,000,001 bytes; at most 1,000,000 are read\n"
        "  |\n"
        "1 |\n"
        "  | ^\n"
        "  = help: split it into several files\n"
        "  = see: docs/errors.md#too-large\n"
        "\n"
        "1 error in 1 file. Nothing was run.\n"
    )


def test_deepest() -> None:
    """Sixty-four levels are read."""
    load("x.yaml", b"[" * 64 + b"]" * 64)
    load("x.yaml", b"- " * 64 + b"x")


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ((), "x.yaml:2:1"),
        (("stages",), "x.yaml:5:3"),
        (("stages", 1), "x.yaml:8:5"),
        (("stages", 1, "id"), "x.yaml:8:9"),
        (("stages", 1, "when"), "x.yaml:8:5"),
        (("stages", 7), "x.yaml:4:1"),
        (("nowhere", "at", "all"), "x.yaml:2:1"),
    ],
)
def test_marks_at(path: Path, place: str) -> None:
    """A path is at its value; one that is not in the file is at its nearest known ancestor."""
    assert Marks(load("x.yaml", EXAMPLE.encode())).at(path) == place


def test_marks_error() -> None:
    """Problems are collected with the span of the value, or of the key when that is wrong."""
    marks = Marks(load("x.yaml", EXAMPLE.encode()))

    marks.error("one", ("stages", 0, "id"), "value")
    marks.error("two", ("stages", 0, "id"), "key", help="h", note="n", key=True)
    marks.error("three", ("stages", 0, "missing"), "parent", key=True)

    found = [(d.code, d.place, d.message, d.help, d.note) for d in marks.diagnostics]
    assert found == [
        ("one", "x.yaml:5:9", "value", "", ""),
        ("two", "x.yaml:5:5", "key", "h", "n"),
        ("three", "x.yaml:5:5", "parent", "", ""),
    ]


def test_import_is_cheap() -> None:
    """Who only needs positions pays neither for the parser nor for the grammar."""
    heavy = "{'ruamel', 'pydantic', 'jsonschema'}"
    code = (
        f"import sys, onexgen.source, onexgen.schema_validation; print({heavy} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout == "set()\n"


PIECES = (
    *" \n:,-?[]{}&*#|>'\"!%@`ab01.~</\\",
    *(": ", "- ", "  ", "\n  ", "|\n  a", "'a'", '"b"', " # c", "a: b", "- - a", "---\n", "...\n"),
    *("é", "😀", "null", "? ", '"\\u00e9"', '"\\ud83d\\ude00"', "|-\n a\n", ">+\n a\n\n", "{a: }"),
)


@given(st.lists(st.sampled_from(PIECES), max_size=20).map("".join))
def test_both_parsers_read_the_same(text: str) -> None:
    """What libyaml takes, the careful parser takes, and data and places are the same."""
    events = quick(text)
    if events is None:
        return
    fast = Reader("x.yaml", events)
    try:
        data = fast.read()
    except NotUnderstood:
        return
    if fast.problems:
        return
    slow = Reader("x.yaml", careful("x.yaml", text))

    assert (slow.read(), slow.problems) == (data, [])
    assert (slow.keys, slow.values) == (fast.keys, fast.values)
