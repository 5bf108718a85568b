"""Expressions keep the types of what they yield, and user text is never one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import TemplateSyntaxError

from onexgen.diagnostics import OnexgenError
from onexgen.expressions import CodeStore, Expressions
from onexgen.json_types import Json

TEXTS = ["12", "None", "[1,2]", "true", "{{ 7*7 }}", "${{ 7*7 }}", "{% raw %}", "{# a #}", "a\\b"]
CONTEXT: dict[str, Any] = {
    "one": 1,
    "name": "soup",
    "none": None,
    "items": [1, 2],
    "size": {"cm": 3, "wide": {"in": 1}},
}


def fill(text: str, **context: Any) -> Any:
    """Fill one text with the usual context."""
    return Expressions(lambda _: None).fill(text, CONTEXT | context)


@pytest.mark.parametrize("text", TEXTS)
def test_user_text_stays_text(text: str) -> None:
    """What looks like a number, a list or a template is text when a user wrote it."""
    assert fill("${{ inputs.prompt }}", inputs={"prompt": text}) == text
    assert fill("said: ${{ inputs.prompt }}!", inputs={"prompt": text}) == f"said: {text}!"
    assert fill("${{ [inputs.prompt] }}", inputs={"prompt": text}) == [text]


@given(st.text())
def test_any_user_text_stays_text(text: str) -> None:
    """The same for every text, also inside data and behind a filter."""
    assert fill("${{ inputs.prompt }}", inputs={"prompt": text}) == text
    assert fill("${{ {'a': inputs.prompt ~ ''} }}", inputs={"prompt": text}) == {"a": text}


json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=12,
)  # fmt: skip


@given(json)
def test_data_pass_through(value: Json) -> None:
    """A whole expression yields the data themselves, whatever they are."""
    assert fill("${{ value }}", value=value) == value
    assert fill("${{ [value, value] }}", value=value) == [value, value]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("plain", "plain"),
        ("", ""),
        ("a }} b", "a }} b"),
        ("{{ one }} {% if %} {# #}", "{{ one }} {% if %} {# #}"),
        ("${{ one }}", 1),
        ("${{one}}", 1),
        ("  ${{ one }}\n", 1),
        ("${{\n  one\n}}", 1),
        ("${{ -1 }}", -1),
        ("${{ one }}${{ one }}", "11"),
        ("${{ one }} ", 1),
        ("n${{ one }}", "n1"),
        ("${{ one }}.", "1."),
        ("${{ one }} and }}", "1 and }}"),
        ("a ${{- one -}} b", "a1b"),
        ("${{ none }}", None),
        ("${{ none }}!", "None!"),
        ("${{ 'a' }}", "a"),
        ("${{ '}}' }}", "}}"),
        ("${{ '${{' }}", "${{"),
        ("${{ '%}' }}", "%}"),
        ("${{ {'a': {'b': '}}'}} }}", {"a": {"b": "}}"}}),
        ("${{ {'a': 1} }}x", "{'a': 1}x"),
        ("${{ 'a\nb' }}", "a\nb"),
        ("${{ (1, 2) }}", [1, 2]),
        ("${{ range(3) }}", [0, 1, 2]),
        ("${{ items | map('string') }}", ["1", "2"]),
        ("${{ {'a': items | select('odd')} }}", {"a": [1]}),
        ("${{ [size.keys(), size.values()] }}", [["cm", "wide"], [3, {"in": 1}]]),
        ("${{ size.items() }}", [["cm", 3], ["wide", {"in": 1}]]),
        ("${{ name | escape }}", "soup"),
        ("${{ {1: 2} }}", {"1": 2}),
        ("${{ 1.5 * 2 }}", 3.0),
        ("${{ name == 'soup' }}", True),
        ("${{ size.nothing is defined }}", False),
        ("${{ size.nothing | default(4) }}", 4),
    ],
)
def test_value(text: str, value: Json) -> None:
    """Each text yields exactly this value, of exactly this type."""
    result = fill(text)

    assert result == value
    assert type(result) is type(value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("${{ nothing }}", "cannot evaluate 'nothing': 'nothing' is undefined"),
        ("${{ size.mm }}", "cannot evaluate 'size.mm': 'dict object' has no attribute 'mm'"),
        ("a ${{ size.mm }}", "cannot evaluate 'size.mm': 'dict object' has no attribute 'mm'"),
        ("${{ [size.mm] }}", "cannot evaluate '[size.mm]': 'dict object' has no attribute 'mm'"),
        ("${{ {'a': nothing} }}", "cannot evaluate '{'a': nothing}': 'nothing' is undefined"),
        ("${{ nothing or 1 }}", "cannot evaluate 'nothing or 1': 'nothing' is undefined"),
        ("${{ 1 / 0 }}", "cannot evaluate '1 / 0': division by zero"),
        ("${{ items[9] }}", "cannot evaluate 'items[9]': list object has no element 9"),
        (
            "${{ 'a' + 1 }}",
            "cannot evaluate ''a' + 1': can only concatenate str (not \"int\") to str",
        ),
        ("${{ 'nan' | float }}", "cannot evaluate ''nan' | float': name 'nan' is not defined"),
        (
            "${{ one * 1e308 * 10 }}",
            "cannot evaluate 'one * 1e308 * 10': it yields inf, which is no number",
        ),
        ("${{ 'a' * 99999999999999 }}", "cannot evaluate ''a' * 99999999999999': MemoryError"),
        (
            "${{ size.keys }}",
            "cannot evaluate 'size.keys': it yields a builtin_function_or_method, which is no data",
        ),
        ("${{ range }}", "cannot evaluate 'range': it yields a function, which is no data"),
        (
            "${{ [dict] }}",
            "cannot evaluate '[dict]': it yields a type, which is no data",
        ),
        ("${{ 1 | snakee }}", "cannot evaluate '1 | snakee': No filter named 'snakee'."),
    ],
)
def test_error(text: str, message: str) -> None:
    """What cannot be evaluated is an error that names the expression."""
    with pytest.raises(OnexgenError) as caught:
        fill(text)

    assert caught.value.message == message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("${{ }}", "an expression is missing"),
        ("${{}}", "an expression is missing"),
        ("a ${{ }} b", "an expression is missing"),
        ("${{ one", "'${{' without '}}'"),
        ("one ${{ two ", "'${{' without '}}'"),
        ("${{ one }} ${{", "'${{' without '}}'"),
    ],
)
def test_syntax(text: str, message: str) -> None:
    """What begins like an expression and is none is an error, never text."""
    with pytest.raises(TemplateSyntaxError) as caught:
        Expressions(lambda _: None).split(text)

    assert caught.value.message == message


ESCAPES = [
    "''.__class__",
    "''.__class__.__mro__[1].__subclasses__()",
    "''['__class__']",
    "''|attr('__class__')",
    "''|attr('__cla' ~ 'ss__')",
    "[''] | map(attribute='__class__') | join",
    "'{0.__class__}'.format(1)",
    "('%s' | format(1)).__class__",
    "'{0.__class__}'.format_map({'0': 1})",
    "range.__init__.__globals__",
    "cycler.__init__.__globals__.os",
    "joiner.__init__.__globals__['os'].popen('id')",
    "namespace.__init__.__globals__",
    "self.__init__.__globals__",
    "self._TemplateReference__context",
    "dict.__base__.__subclasses__()",
    "(1).__class__.__bases__",
    "''.join.__self__.__class__",
    "labels.__globals__",
    "size.update({'a': 1})",
    "size.setdefault('a', 1)",
    "size.pop('cm')",
    "items.append(3)",
    "items.sort()",
    "range(100001)",
]


@pytest.mark.parametrize("expression", ESCAPES)
def test_sandbox(expression: str) -> None:
    """Known ways out of the sandbox, and ways to change the data, are refused."""
    before = repr(CONTEXT)
    with pytest.raises(OnexgenError, match=r"^cannot evaluate "):
        fill(f"${{{{ {expression} }}}}")

    assert repr(CONTEXT) == before


@pytest.mark.parametrize("expression", ESCAPES)
def test_sandbox_of_templates(expression: str) -> None:
    """The same in templates, where the error names file and line."""
    text = f"one\n{{% set result = ({expression}) %}}\n{{{{ result }}}}"
    expressions = Expressions({"a/b.j2": text}.get)
    with pytest.raises(OnexgenError, match=r"^templates/a/b\.j2:[23]: ") as caught:
        expressions.render("a/b.j2", CONTEXT)

    assert caught.value.help == "`onexgen check` looks at every template"


def test_nothing_is_random() -> None:
    """What would yield other bytes every time does not exist."""
    with pytest.raises(OnexgenError, match="No filter named 'random'"):
        fill("${{ items | random }}")
    with pytest.raises(OnexgenError, match="'lipsum' is undefined"):
        fill("${{ lipsum() }}")


def test_omit() -> None:
    """`omit` drops its key or item, at every depth, but never a text that looks like it."""
    expressions = Expressions(lambda _: None)
    value: Json = {
        "a": "${{ omit }}",
        "b": {"c": "${{ omit if true else 1 }}", "d": 1},
        "e": ["${{ omit }}", 2, {"f": "${{ omit }}"}],
        "g": "${{ user }}",
        "h": [["${{ omit }}"]],
    }
    user = expressions.evaluate("omit", {})

    assert expressions.fill_all(value, {"user": "".join(user)}) == {
        "b": {"d": 1}, "e": [2, {}], "g": user, "h": [[]],
    }  # fmt: skip


def test_render() -> None:
    """Templates are found by name, and their blocks leave no empty lines."""
    texts = {
        "a/page.j2": """{% extends 'b/base.j2' %}
{% block body %}
  {% for n in items %}
- {{ n }}
  {% endfor %}
{% endblock %}
""",
        "b/base.j2": "# {{ name }}\n{% block body %}{% endblock %}\nend\n",
    }

    assert Expressions(texts.get).render("a/page.j2", CONTEXT) == "# soup\n- 1\n- 2\nend\n"


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("one\n\n{{ nothing }}\n", "a.j2:3", "'nothing' is undefined"),
        ("\n{{ size.mm.cm }}\n", "a.j2:2", "'dict object' has no attribute 'mm'"),
        ("{% include 'b.j2' %}", "b.j2:2", "division by zero"),
        ("{% include 'c.j2' %}", "a.j2:1", "c.j2"),
        ("one\n{{ name | snakee }}", "a.j2:2", "No filter named 'snakee'."),
        ("one\n{% if %}", "a.j2:2", "Expected an expression, got 'end of statement block'"),
        (
            "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
            "a.j2:1",
            "maximum recursion depth exceeded",
        ),
    ],
)  # fmt: skip
def test_error_in_a_template(text: str, place: str, message: str) -> None:
    """An error names the template and line in which it is, not the one that was asked for."""
    expressions = Expressions({"a.j2": text, "b.j2": "one\n{{ 1 / (items[0] - 1) }}"}.get)
    with pytest.raises(OnexgenError) as caught:
        expressions.render("a.j2", CONTEXT)

    assert caught.value.message.split(" in comparison")[0] == f"templates/{place}: {message}"


def test_stored_code(tmp_path: Path) -> None:
    """What Jinja2 compiled is kept and used again, but never for another text."""
    file = tmp_path / "codes"
    first = CodeStore(file)
    Expressions({"a.j2": "{{ one }}"}.get, codes=first).render("a.j2", CONTEXT)
    file.write_bytes(first.content() or b"")
    same, other = CodeStore(file), CodeStore(file)

    assert Expressions({"a.j2": "{{ one }}"}.get, codes=same).render("a.j2", CONTEXT) == "1"
    assert same.content() is None
    assert Expressions({"a.j2": "{{ name }}"}.get, codes=other).render("a.j2", CONTEXT) == "soup"
    assert other.content() is not None


@given(st.binary() | st.integers(min_value=0))
def test_damaged_code(tmp_path_factory: pytest.TempPathFactory, damage: bytes | int) -> None:
    """A damaged store is as none: nothing is read from it."""
    file = tmp_path_factory.getbasetemp() / "codes"
    codes = CodeStore(None)
    Expressions({"a.j2": "{{ one }}"}.get, codes=codes).render("a.j2", CONTEXT)
    content = codes.content() or b""
    if isinstance(damage, int):
        place = damage % len(content)
        damage = content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]
    file.write_bytes(damage)
    store = CodeStore(file)

    assert Expressions({"a.j2": "{{ one }}"}.get, codes=store).render("a.j2", CONTEXT) == "1"
    assert store.content() is not None
