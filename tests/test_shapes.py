"""Schemas read from the text of classes, against those that pydantic makes of the classes."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

import pytest

from onexgen.diagnostics import OnexgenError
from onexgen.json_types import Json
from onexgen.shapes import Shapes

TYPES: dict[str, Json] = {
    "bool": {"type": "boolean"},
    "int": {"type": "integer"},
    "float": {"type": "number"},
    "str": {"type": "string"},
    "UUID": {"type": "string", "format": "uuid"},
}
LIMITS = {
    "ge": "minimum", "gt": "exclusiveMinimum", "le": "maximum", "lt": "exclusiveMaximum",
    "min_length": "minLength", "max_length": "maxLength", "pattern": "pattern",
}  # fmt: skip
HEAD = '''
from __future__ import annotations
from enum import StrEnum
from typing import Annotated, ClassVar, Final, Literal
from uuid import UUID, uuid4
from pydantic import BaseModel, ConfigDict, Field

LONGEST: Final = 9
type Name = Annotated[str, Field(min_length=1)]
Share = Annotated[float, Field(ge=0, le=1)]


class Colour(StrEnum):
    """A colour."""

    RED = "red"
    BLUE = "blue"


class Part(BaseModel):
    """A part.

    It has more to say than its first line.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str


class Tree(BaseModel):
    branches: tuple[Tree, ...] = ()
'''
FIELDS = [
    "x: int",
    "x: bool | None = None",
    "x: str = 'soup'",
    "x: int = Field(..., ge=1, lt=9)",
    "x: int = Field(ge=1)",
    "x: float = Field(default=0.5, gt=0, le=1, description='How much')",
    "x: str = Field(min_length=1, max_length=LONGEST, pattern='^a')",
    "x: str | None = Field(default=None, max_length=3)",
    "x: int | str | None",
    "x: tuple[str, ...] = Field(default=(), max_length=LONGEST)",
    "x: list[int] = Field(min_length=2)",
    "x: dict[str, int] = Field(default_factory=dict, max_length=4)",
    "x: Literal['stop', 'skip'] = 'stop'",
    "x: UUID = Field(default_factory=uuid4)",
    "x: Share",
    "x: tuple[Share, ...]",
    "x: Colour",
    "x: Colour = Colour.RED",
    "x: Part",
    "x: tuple[Part, ...] = ()",
    "x: Part | None = Field(default=None, description='One')",
    "x: dict[str, Part]",
    "x: Tree",
    "known: ClassVar[int] = 1",
]


def described(source: str, name: str = "Whole") -> dict[str, Any]:
    """Return the schema of a class of a source text."""
    return Shapes({"a.py": source, "b.md": source}, TYPES, LIMITS).schema(name)


def plain(schema: Any) -> Any:
    """Return a schema without what is said for people, in one form."""
    if isinstance(schema, list):
        return [plain(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {key: plain(value) for key, value in schema.items() if key != "title"}
    if "enum" in kept:
        kept.pop("type", None)
    return kept


def made_by_pydantic(source: str) -> Any:
    """Return the schema that pydantic makes of the class, described in one line as well."""
    module = ModuleType("shapes_under_test")
    sys.modules[module.__name__] = module
    exec(compile(source, "a.py", "exec"), vars(module))  # noqa: S102 - the text of this file
    schema: Any = module.Whole.model_json_schema()
    for part in schema.get("$defs", {}).values():
        if "description" in part:
            part["description"] = part["description"].partition("\n")[0]
    return plain(schema)


@pytest.mark.parametrize("field", FIELDS)
def test_same_as_pydantic(field: str) -> None:
    """A class with one field has the schema that pydantic makes of it, limits and defaults too."""
    source = f"{HEAD}\n\nclass Whole(BaseModel):\n    {field}\n"
    expected = made_by_pydantic(source)
    # The text does not say which value a member of an enumeration has.
    if "Colour.RED" in field:
        expected["properties"]["x"].pop("default")

    assert plain(described(source)) == expected


def test_closed_class() -> None:
    """A class that forbids other fields says so, and what it is, in its first line."""
    assert described(HEAD, "Part") == {
        "title": "Part",
        "description": "A part.",
        "type": "object",
        "properties": {"name": {"type": "string"}},
        "required": ["name"],
        "additionalProperties": False,
    }


def test_named_type_is_spelt_out() -> None:
    """What a type of the files stands for is there in its place."""
    whole = described(f"{HEAD}\n\nclass Whole(BaseModel):\n    x: Name\n")

    assert whole["properties"] == {"x": {"type": "string", "minLength": 1}}


def test_unknown_type_may_be_anything() -> None:
    """A type that nobody explains allows every value."""
    whole = described("class Whole(BaseModel):\n    x: Mystery[int]\n    y: 'int'\n")

    assert whole["properties"] == {"x": {}, "y": {"type": "integer"}}


def test_unknown_class() -> None:
    """A class that no file has is an error."""
    with pytest.raises(OnexgenError) as caught:
        described(HEAD, "Whole")

    assert str(caught.value) == "no file has a class 'Whole'"
