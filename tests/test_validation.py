"""The grammar against data: what comes out, and that no sentence of the library does."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator
from importlib import import_module
from typing import Annotated, Any, Final

import pytest
from pydantic import AfterValidator, BaseModel, Field
from pydantic_core import PydanticCustomError

from onexgen import config
from onexgen.config.base import Strict
from onexgen.diagnostics import Diagnostic, Span
from onexgen.source import Marks, load
from onexgen.validation import WORDINGS, validate


def modules() -> list[str]:
    """Return the modules of the grammar."""
    return [f"{config.__name__}.{module.name}" for module in pkgutil.iter_modules(config.__path__)]


def models() -> list[type[BaseModel]]:
    """Return every model of the grammar."""
    found = [value for name in modules() for value in vars(import_module(name)).values()]
    return [one for one in found if isinstance(one, type) and issubclass(one, BaseModel)]


LIMITS: Final = {
    "ge": "greater_than_equal",
    "gt": "greater_than",
    "le": "less_than_equal",
    "lt": "less_than",
    "multiple_of": "multiple_of",
}
SIZES: Final = {"min_length": "too_short", "max_length": "too_long"}
# Kind of schema -> the errors it always raises, and those that its settings add.
RAISED: Final[dict[str, tuple[set[str], dict[str, str]]]] = {
    "any": (set(), {}),
    "bool": ({"bool_type"}, {}),
    "default": (set(), {}),
    "definition-ref": (set(), {}),
    "definitions": (set(), {}),
    "dict": ({"dict_type"}, SIZES),
    "enum": ({"enum"}, {}),
    "float": ({"float_type"}, LIMITS),
    "frozenset": ({"frozen_set_type"}, SIZES),
    "function-after": ({"value_error", "assertion_error"}, {}),
    "function-before": ({"value_error", "assertion_error"}, {}),
    "function-wrap": ({"value_error", "assertion_error"}, {}),
    "int": ({"int_type"}, LIMITS),
    "list": ({"list_type"}, SIZES),
    "literal": ({"literal_error"}, {}),
    "model": ({"model_type"}, {}),
    "model-field": ({"missing"}, {}),
    "model-fields": ({"extra_forbidden"}, {}),
    "none": ({"none_required"}, {}),
    "nullable": (set(), {}),
    "str": (
        {"string_type"},
        {
            "min_length": "string_too_short",
            "max_length": "string_too_long",
            "pattern": "string_pattern_mismatch",
        },
    ),
    "tuple": ({"tuple_type", "missing", "too_long"}, SIZES),
    "union": (set(), {}),
}


def raised(schema: object) -> Iterator[str]:
    """Yield the type of every error that a schema can raise."""
    if isinstance(schema, list | tuple):
        for one in schema:
            yield from raised(one)
    if not isinstance(schema, dict):
        return
    kind = schema.get("type")
    if isinstance(kind, str):
        always, added = RAISED[kind]
        yield from always
        yield from (error for setting, error in added.items() if setting in schema)
    for key, value in schema.items():
        if key not in ("default", "expected", "function", "metadata", "serialization"):
            yield from raised(value)


@pytest.mark.parametrize("model", models(), ids=lambda model: model.__name__)
def test_every_error_is_worded(model: type[BaseModel]) -> None:
    """Whatever the grammar can find wrong is said in our own words."""
    schema: Any = model.__pydantic_core_schema__

    assert set(raised(schema)) - set(WORDINGS) == set()


class Item(Strict):
    """An example."""

    id: str
    sizes: tuple[int, ...] = Field(default=(), min_length=1)
    with_: dict[str, int] = Field(default_factory=dict, alias="with")


def test_right_data() -> None:
    """Right data becomes the model: lists are tuples there, aliases are fields."""
    source = load("x.yaml", b"id: a\nsizes: [1, 2]\nwith: {b: 3}\n")

    assert validate(Item, source) == (
        Item.model_validate({"id": "a", "sizes": (1, 2), "with": {"b": 3}}),
        [],
    )


def test_marks() -> None:
    """What is wrong is returned, and collected where the other problems of the file are."""
    source = load("x.yaml", b"id: 1\nwiht: {}\n")
    marks = Marks(source)
    marks.error("other", (), "found before")

    found = validate(Item, source, marks)

    problems = [
        Diagnostic(
            "wrong-type",
            "expected a string, got the number 1",
            "x.yaml",
            Span(1, 5, 1, 6),
            help="quote it: '1'",
        ),
        Diagnostic(
            "unknown-key",
            "unknown key 'wiht'",
            "x.yaml",
            Span(2, 1, 2, 5),
            help="did you mean 'with'?",
        ),
    ]
    assert found == (None, problems)
    assert marks.diagnostics[1:] == problems


def test_items_are_blamed_before_their_number() -> None:
    """A list that is too short only because its items are wrong is not called too short."""
    _, found = validate(Item, load("x.yaml", b"id: a\nsizes: [b]\n"))

    assert [one.message for one in found] == ["expected a whole number, got a string"]


def test_mistakes_end() -> None:
    """Of a file where everything is wrong a hundred mistakes are told, and that there are more."""
    many = b"id: a\nsizes:\n" + b"- x\n" * 300

    _, found = validate(Item, load("x.yaml", many))

    assert len(found) == 100
    assert [one.note for one in found[98:]] == ["", "there may be more mistakes in this file"]


def _refuse(_: str) -> str:
    raise PydanticCustomError("of_its_own", "no {what} today", {"what": "soup"})


class Odd(Strict):
    """An example that raises what no model of the grammar raises."""

    id: Annotated[str, AfterValidator(_refuse)]


def test_unknown_errors() -> None:
    """An error that has no wording of ours is told in the words of its author."""
    _, found = validate(Odd, load("x.yaml", b"id: a\n"))

    assert [(one.code, one.message) for one in found] == [("invalid-value", "no soup today")]
