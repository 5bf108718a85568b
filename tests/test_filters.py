"""Filters: the only ways by which a text becomes a name, a literal or a comment."""

from __future__ import annotations

import ast
import builtins
import io
import json
import keyword
import re
import tokenize
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from onexgen import filters
from onexgen.expressions import Expressions
from onexgen.json_types import Json

NASTY = [
    '"""', "'''", "\\", '\\"', 'a"""\nimport os', "\n", "\r", "\x00", "\u2028", "\u202e", "\ud7ff",
    "'", '"', "{{ 7*7 }}", "{% raw %}", "${{ x }}", "#", "# noqa", "*/", "-->", "; DROP TABLE a;",
    "é", "\ufb01", "日本", "😀", "\x1b[31m", "\x85", "a\tb", "\\N{DASH}", "\\u0041", "%s", "{0}",
    "\uff21\uff22\uff23", "\u200b", "class", "True", "match", "print", "1", "_", "__init__",
    "\u0130stanbul", "ß",
]  # fmt: skip
texts = st.text() | st.sampled_from(NASTY) | st.lists(st.sampled_from(NASTY)).map("".join)
json_data = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | texts,
    lambda inner: st.lists(inner) | st.dictionaries(texts, inner),
    max_leaves=15,
)


@pytest.mark.fuzz
@given(texts, st.sets(st.sampled_from(["item", "item_", "item_2", "class_", "n1", "abc"])))
@example("class", {"class_"})
@example("9" * 60, set())
@example("a" * 60, {"a" * 40, "a" * 39 + "_"})
def test_identifier(text: str, reserved: set[str]) -> None:
    """Every text becomes a free ASCII name of at most 40 characters."""
    name = filters.identifier(text, reserved=reserved)

    assert re.fullmatch(r"[a-z][a-z0-9_]{0,39}", name)
    assert name.isidentifier()
    assert not keyword.iskeyword(name)
    assert not keyword.issoftkeyword(name)
    assert name not in dir(builtins)
    assert name not in reserved
    assert filters.identifier(name.rstrip("_")) == filters.identifier(text) or reserved


@given(texts)
def test_slug(text: str) -> None:
    """So it does where keywords may stand; the result does not change any more."""
    name = filters.slug(text)

    assert re.fullmatch(r"[a-z]([a-z0-9_]{0,38}[a-z0-9])?", name)
    assert "__" not in name
    assert filters.slug(name) == name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("PostgreSQL CRUD", "postgre_sql_crud"),
        ("HTTPServer", "http_server"),
        ("orderId", "order_id"),
        ("  many   words  ", "many_words"),
        ("Grün", "grun"),
        ("Crème brûlée", "creme_brulee"),
        ("\uff21\uff22\uff23", "abc"),
        ("日本", "item"),
        ("", "item"),
        ("123 go", "n123_go"),
        ("class", "class_"),
        ("None", "none"),
        ("match", "match_"),
        ("print", "print_"),
        ("__init__", "init"),
        ("a" * 50, "a" * 40),
        (f"{'a' * 39} b", "a" * 39),
    ],
)
def test_identifier_of(text: str, name: str) -> None:
    """Words, capitals, accents and numbers become the name that a person would give."""
    assert filters.identifier(text) == name


@pytest.mark.parametrize(
    ("name", "text", "result"),
    [
        ("attribute", "match", "match"),
        ("attribute", "class", "class_"),
        ("slug", "class", "class"),
        ("snake", "orderId", "order_id"),
        ("kebab", "Order Id", "order-id"),
        ("pascal", "order_id", "OrderId"),
        ("pascal", "http2 server", "Http2Server"),
        ("plural", "order", "orders"),
        ("plural", "category", "categories"),
        ("plural", "box", "boxes"),
        ("plural", "orders", "orders"),
        ("plural", "order_child", "order_children"),
        ("plural", "data", "data"),
        ("plural", "day", "days"),
        ("singular", "orders", "order"),
        ("singular", "categories", "category"),
        ("singular", "addresses", "address"),
        ("singular", "databases", "database"),
        ("singular", "status", "status"),
        ("singular", "order_people", "order_person"),
        ("first_part", "a.b.c", "a"),
        ("first_part", "a", "a"),
        ("one_line", " a\n\tb\u200b\x00 c ", "a b c"),
        ("docstring", 'say "hi" \\ """', "say 'hi' / '''"),
        ("comment", "a\nimport os", "a import os"),
        ("markdown", "*a* [b](c) <d>\n# e", "\\*a\\* \\[b\\]\\(c\\) \\<d\\> \\# e"),
        ("words", ["a"], "a"),
        ("words", [], ""),
        ("words", ["a", "b", "c"], "a, b and c"),
    ],
)
def test_text_filter(name: str, text: Any, result: str) -> None:
    """Each filter, by one look at what it does."""
    assert filters.FILTERS[name](text) == result


@pytest.mark.parametrize(
    ("expression", "result"),
    [
        ("words | words('or')", "a or b"),
        ("words | map('prefixed', 'x_') | list", ["x_a", "x_b"]),
        ("words | map('as_field', 'name') | list", [{"name": "a"}, {"name": "b"}]),
        ("words | map('as_field', 'name', 'x') | list", [{"name": "xa"}, {"name": "xb"}]),
        (
            "{'a': {'b': 1, 'c': 2}} | merge({'a': {'b': 3}, 'd': 4})",
            {"a": {"b": 3, "c": 2}, "d": 4},
        ),
        ("{'a': 1, 'b': 2, 'c': 3} | pick('c', 'a', 'z')", {"c": 3, "a": 1}),
        ("'a' | lookup({'a': 1})", 1),
        ("'z' | lookup({'a': 1}, 0)", 0),
        ("things | each('name', 'upper')", [{"name": "A", "n": 1}, {"name": "B", "n": 2}]),
        (
            "things | each('name', 'replace', 'a', 'c')",
            [{"name": "c", "n": 1}, {"name": "b", "n": 2}],
        ),
        ("['ab', 'cd'] | matching('^a')", ["ab"]),
        ("'a1 b2' | found('(?P<x>[a-z])(?P<n>.)')", [{"x": "a", "n": "1"}, {"x": "b", "n": "2"}]),
        (r"'def a\nxdef b\ndef c' | found('^def (.)')", ["a", "c"]),
        ("things | matching('b', 'name')", [{"name": "b", "n": 2}]),
        ("things | rows('%(name)s=%(n)d', ';')", "a=1;b=2"),
        ("things | to_json(none)", '[{"name": "a", "n": 1}, {"name": "b", "n": 2}]'),
        ("{'a': 'é'} | to_json", '{\n  "a": "é"\n}'),
    ],
)
def test_data_filter(expression: str, result: Json) -> None:
    """Each filter of data, as expressions use it; what goes in is not changed."""
    context: dict[str, Any] = {
        "words": ["a", "b"],
        "things": [{"name": "a", "n": 1}, {"name": "b", "n": 2}],
    }
    before = json.dumps(context)

    assert Expressions(lambda _: None).evaluate(expression, context) == result
    assert json.dumps(context) == before


@pytest.mark.fuzz
@given(json_data)
def test_py_reads_back(value: Json) -> None:
    """A literal evaluates to the data that it was made of, and stands on one printable line."""
    literal = filters.py(value)

    assert ast.literal_eval(literal) == value
    assert literal.isprintable()


@given(texts)
def test_py_uses_double_quotes(text: str) -> None:
    """Texts stand in double quotes, as the formatter would write them."""
    literal = filters.py(text)

    assert literal.startswith('"')
    assert literal.endswith('"')


@pytest.mark.fuzz
@given(texts)
def test_docstring(text: str) -> None:
    """Any text is safe within a docstring, which then is all that there is."""
    line = filters.docstring(text)
    tree = ast.parse(f'def f():\n    """{line}."""\n')
    [function] = tree.body

    assert isinstance(function, ast.FunctionDef)
    assert len(function.body) == 1
    assert ast.get_docstring(function, clean=False) == f"{line}."
    assert "\n" not in line


@pytest.mark.fuzz
@given(texts)
def test_comment(text: str) -> None:
    """Any text is safe within a comment: the line stays one comment."""
    source = f"x = 1  # {filters.FILTERS['comment'](text)}\ny = 2\n"
    tokens = list(tokenize.generate_tokens(io.StringIO(source).readline))

    assert [token.string for token in tokens if token.type == tokenize.NAME] == ["x", "y"]
    assert len(ast.parse(source).body) == 2


@given(texts)
def test_markdown(text: str) -> None:
    """Any text stays on its line, and none of its signs means anything."""
    shown = filters.markdown(text)

    assert "\n" not in shown
    assert not re.search(r"(?<!\\)(?:\\\\)*[`*_\[\]<>#|!]", shown)
    assert re.sub(r"\\(.)", r"\1", shown) == filters.one_line(text)


@pytest.mark.parametrize(
    ("name", "arguments", "result"),
    [
        ("before", (["a", "b", "c"],), {"a": [], "b": ["a"], "c": ["a", "b"]}),
        ("before", ([],), {}),
        (
            "neighbours",
            (["a", "b", "c"], "x", "y"),
            [{"x": "a", "y": "b"}, {"x": "b", "y": "c"}],
        ),
        ("neighbours", (["a"], "x", "y"), []),
        ("composed", ([{"a": "x"}], "b", "%(a)s-%(a)s"), [{"a": "x", "b": "x-x"}]),
        (
            "distinct",
            ([{"a": 1, "b": 1}, {"a": 1, "b": 2}, {"a": 2, "b": 1}], "a"),
            [{"a": 1, "b": 1}, {"a": 2, "b": 1}],
        ),
        (
            "distinct",
            ([{"a": 1, "b": 1}, {"a": 1, "b": 2}, {"a": 1, "b": 1}], "a", "b"),
            [{"a": 1, "b": 1}, {"a": 1, "b": 2}],
        ),
        (
            "entries",
            ({"a": {"x": 1}, "b": {"x": 2, "key": "c"}}, "key"),
            [{"x": 1, "key": "a"}, {"x": 2, "key": "b"}],
        ),
        ("entries", ({}, "key"), []),
        (
            "reached",
            (["a"], [{"x": "b", "y": "c"}, {"x": "a", "y": "b"}, {"x": "d", "y": "a"}], "x", "y"),
            ["a", "b", "c"],
        ),
        ("reached", (["a"], [{"x": "a", "y": "b"}, {"x": "b", "y": "a"}], "x", "y"), ["a", "b"]),
        (
            "spread",
            ([{"a": [1, 2], "b": 3}, {"a": [], "b": 4}, {"a": 5, "b": 6}], "a"),
            [{"a": 1, "b": 3}, {"a": 2, "b": 3}, {"a": 5, "b": 6}],
        ),
    ],
)
def test_linking_filter(name: str, arguments: tuple[Any, ...], result: Any) -> None:
    """Each filter over mappings that point at each other."""
    assert filters.FILTERS[name](*arguments) == result


def test_product_of_whole_numbers_is_whole() -> None:
    """A product has a point only where it is no whole number; what is multiplied stays."""
    values = [{"a": 2, "b": 60}, {"a": 0.5, "b": 60}, {"a": 0.5, "b": 1}]
    products = filters.FILTERS["product"](values, "c", "a", "b")

    assert repr([value["c"] for value in products]) == "[120, 30, 0.5]"
    assert [{"a": value["a"], "b": value["b"]} for value in products] == values


@pytest.mark.parametrize(
    ("factor", "said"), [("5", "'5'"), (None, "None"), (True, "True"), ([], "[]")]
)
def test_product_is_of_numbers(factor: Json, said: str) -> None:
    """What is no number is refused, also where Python could multiply it."""
    with pytest.raises(TypeError, match=re.escape(f"no number at 'a', but {said}")):
        filters.FILTERS["product"]([{"a": factor, "b": 2}], "c", "a", "b")


def test_slug_leaves_reserved_names_to_others() -> None:
    """A state that is called `TODO` must not read as work that is left to do."""
    assert filters.slug("TODO", "state", ["todo"]) == "todo_"
    assert filters.slug("to do", "state", ["todo"]) == "to_do"
