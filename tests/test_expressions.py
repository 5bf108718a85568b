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
        ("${{ 'a' + 1 }}", "cannot evaluate ''a' + 1': can only concatenate str (not \"int\") to str"),
        ("${{ 'nan' | float }}", "cannot evaluate ''nan' | float': name 'nan' is not defined"),
        ("${{ name | float * 1e308 * 1e308 }}", None),
        ("${{ '1e308' | float * 10 }}", "cannot evaluate ''1e308' | float * 10': it yields inf, which is no number"),
        ("${{ 'a' * 99999999999999 }}", "cannot evaluate ''a' * 99999999999999': MemoryError"),
        (
            "${{ size.items }}",
            "cannot evaluate 'size.items': it yields a builtin_function_or_method, which is no data",
        ),
        ("${{ range }}", "cannot evaluate 'range': it yields a function, which is no data"),
        ("${{ [name.upper] }}", "cannot evaluate '[name.upper]': it yields a builtin_function_or_method, which is no data"),
        ("${{ 1 | snakee }}", "cannot evaluate '1 | snakee': No filter named 'snakee'."),
    ],
)
def test_error(text: str, message: str | None) -> None:
    """What cannot be evaluated is an error that names the expression."""
    if message is None:
        assert fill(text) == 0.0
        return
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
        ("${{ 'open }}", "unexpected char \"'\" at 4"),
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
    "[''] | map(attribute='__class__') | list",
    "'{0.__class__}'.format(1)",
    "'%s' | format(1).__class__",
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
    """Known ways out of the sandbox, and into the data, lead nowhere."""
    before = repr(CONTEXT)
    try:
        result = fill(f"${{{{ {expression} }}}}")
    except OnexgenError:
        result = None

    assert result in (None, "<class 'int'>", "") or "class" not in repr(result)
    assert not (isinstance(result, str) and result.startswith("<class"))
    assert repr(CONTEXT) == before
