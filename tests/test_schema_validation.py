"""Schemas that a pack brings: every keyword in our own words, at its place."""

# ruff: noqa: E501 - one case, one line

from __future__ import annotations

import pytest

from onexgen.diagnostics import ConfigError
from onexgen.json_types import JsonObject
from onexgen.schema_validation import validate_schema
from onexgen.source import load


@pytest.mark.parametrize(
    ("schema", "text", "said"),
    [
        ({"type": "string"}, "1", ["1:4 wrong-type expected a string, got the number 1"]),
        ({"type": "integer"}, "1.5", ["1:4 wrong-type expected a whole number, got the number 1.5"]),
        ({"type": "integer"}, "true", ["1:4 wrong-type expected a whole number, got true"]),
        ({"type": ["string", "null"]}, "[]", ["1:4 wrong-type expected a string or nothing, got a list"]),
        ({"type": "object"}, "x", ["1:4 wrong-type expected a mapping, got a string"]),
        ({"type": "array"}, "", ["1:3 wrong-type expected a list, got nothing"]),
        ({"type": "boolean"}, "yes", ["1:4 wrong-type expected true or false, got a string"]),
        ({"type": "number"}, "x", ["1:4 wrong-type expected a number, got a string"]),
        ({"const": 1}, "2", ["1:4 unknown-value must be 1, got 2"]),
        ({"enum": ["red", "green"]}, "gren", ["1:4 unknown-value unknown value 'gren'"]),
        ({"minimum": 1}, "0", ["1:4 out-of-range must be at least 1, got 0"]),
        ({"maximum": 1}, "2", ["1:4 out-of-range must be at most 1, got 2"]),
        ({"exclusiveMinimum": 1}, "1", ["1:4 out-of-range must be more than 1, got 1"]),
        ({"exclusiveMaximum": 1}, "1", ["1:4 out-of-range must be less than 1, got 1"]),
        ({"multipleOf": 0.5}, "0.7", ["1:4 out-of-range must be a multiple of 0.5, got 0.7"]),
        ({"minLength": 1}, "''", ["1:4 wrong-length must not be empty"]),
        ({"maxLength": 1}, "ab", ["1:4 wrong-length must have at most 1 character, got 2"]),
        ({"pattern": "^a$"}, "b", ["1:4 wrong-pattern must match ^a$, got 'b'"]),
        ({"minItems": 2}, "[a]", ["1:4 wrong-length must have at least 2 items, got 1"]),
        ({"maxItems": 1}, "[a, b]", ["1:4 wrong-length must have at most 1 item, got 2"]),
        ({"uniqueItems": True}, "[a, b, a]", ["1:11 invalid-value this item stands in the list twice"]),
        ({"minProperties": 2}, "{a: 1}", ["1:4 wrong-length must have at least 2 keys, got 1"]),
        ({"maxProperties": 1}, "{a: 1, b: 1}", ["1:4 wrong-length must have at most 1 key, got 2"]),
        ({"required": ["b", "c"]}, "{a: 1}", ["1:1 missing-key missing key 'b'", "1:1 missing-key missing key 'c'"]),
        ({"dependentRequired": {"a": ["b"]}}, "{a: 1}", ["1:1 missing-key missing key 'b'"]),
        (
            {"properties": {"a": {}}, "patternProperties": {"^x": {}}, "additionalProperties": False},
            "{a: 1, x1: 2, b: 3, c: 4}",
            ["1:18 unknown-key unknown key 'b'", "1:24 unknown-key unknown key 'c'"],
        ),
        ({"propertyNames": {"pattern": "^a$"}}, "{b: 1}", ["1:5 invalid-value the key 'b' must match ^a$"]),
        ({"propertyNames": {"maxLength": 1}}, "{bb: 1}", ["1:5 invalid-value the key 'bb' is not allowed"]),
        ({"items": {"type": "string"}}, "[a, 1]", ["1:8 wrong-type expected a string, got the number 1"]),
        (
            {"anyOf": [{"type": "string"}, {"type": "integer"}]},
            "[]",
            ["1:4 wrong-type expected a string or a whole number, got a list"],
        ),
        ({"oneOf": [{"const": 1}, {"enum": [2, 3]}]}, "4", ["1:4 unknown-value must be 1, 2 or 3, got 4"]),
        ({"oneOf": [{"minimum": 1}, {"minimum": 2}]}, "3", ["1:4 invalid-value fits more than one of the alternatives"]),
        (
            {"anyOf": [{"type": "string"}, {"type": "object", "required": ["b"]}]},
            "{a: 1}",
            ["1:1 missing-key missing key 'b'"],
        ),
        (
            {"anyOf": [{"type": "array", "items": {"type": "integer"}}, {"type": "string"}]},
            "[1, x]",
            ["1:8 wrong-type expected a whole number, got a string"],
        ),
        ({"not": {"const": 1}}, "1", ["1:4 invalid-value 1 should not be valid under {'const': 1}"]),
        ({"$ref": "#/$defs/a", "$defs": {"a": {"type": "string"}}}, "1", ["1:4 wrong-type expected a string, got the number 1"]),
        ({"type": "string"}, "x", []),
    ],
)  # fmt: skip
def test_keywords(schema: JsonObject, text: str, said: list[str]) -> None:
    """Each keyword names what was found and what is expected, where it stands in the file."""
    source = load("x.yaml", f"k: {text}\n".encode())
    whole: JsonObject = {"properties": {"k": schema}, "$defs": schema.pop("$defs", {})}

    found = validate_schema(whole, source.data, source)

    assert [f"{one.place[7:]} {one.code} {one.message}" for one in found] == said


def test_help() -> None:
    """A key of the schema explains itself when it is missing or misspelt."""
    source = load("x.yaml", b"nmae: x\n")
    schema: JsonObject = {
        "properties": {"name": {"description": "What guests call it."}},
        "required": ["name"],
        "additionalProperties": False,
    }

    found = validate_schema(schema, source.data, source)

    assert [one.help for one in found] == ["did you mean 'name'?", "'name': What guests call it."]


@pytest.mark.parametrize(
    ("schema", "message"),
    [
        ({"type": "strin"}, "the schema is wrong at '/type': 'strin' is not valid under any of the given schemas"),
        ({"$ref": "http://127.0.0.1:9/x"}, "the schema refers to 'http://127.0.0.1:9/x', which it does not hold"),
        ({"$ref": "#/$defs/none"}, "the schema refers to '/$defs/none', which it does not hold"),
    ],
)  # fmt: skip
def test_wrong_schemas(schema: JsonObject, message: str) -> None:
    """A schema that is wrong itself is refused; nothing is fetched from elsewhere."""
    source = load("x.yaml", b"a: 1\n")

    with pytest.raises(ConfigError) as refusal:
        validate_schema(schema, source.data, source)

    assert str(refusal.value) == message


def test_mistakes_end() -> None:
    """Of a file where everything is wrong a hundred mistakes are told."""
    source = load("x.yaml", b"[" + b"x, " * 300 + b"]")

    assert len(validate_schema({"items": {"type": "integer"}}, source.data, source)) == 100
