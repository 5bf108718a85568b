"""Data against a JSON Schema that a pack brings: each mistake at its place, in our own words."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from onexgen import mistakes
from onexgen.diagnostics import ConfigError, Diagnostic
from onexgen.json_types import Json, JsonObject
from onexgen.mistakes import Mistake
from onexgen.positions import Path, Source
from onexgen.schema_paths import keys_of

_TYPES: Final[Mapping[str, str]] = {
    "array": "a list",
    "boolean": "true or false",
    "integer": "a whole number",
    "null": "nothing",
    "number": "a number",
    "object": "a mapping",
    "string": "a string",
}


def validate_schema(schema: JsonObject, data: Json, source: Source) -> list[Diagnostic]:
    """Return what a schema finds wrong with data, at the places that `source` knows."""
    # Most runs check no data of this kind, and the import costs more than all other work.
    from jsonschema.exceptions import SchemaError
    from jsonschema.validators import Draft202012Validator, validator_for
    from referencing import Registry
    from referencing.exceptions import Unresolvable

    kind = validator_for(schema, default=Draft202012Validator)
    try:
        kind.check_schema(schema)
        # An empty registry: a schema never makes this process open a connection.
        validator = kind(schema, registry=Registry())
        errors = [
            _taken(error) for error in islice(validator.iter_errors(data), mistakes.MAX_MISTAKES)
        ]
    except SchemaError as error:
        place = "/".join(str(part) for part in error.absolute_path)
        raise ConfigError(f"the schema is wrong at '/{place}': {error.message}") from error
    except Unresolvable as error:
        raise ConfigError(
            f"the schema refers to '{error.ref}', which it does not hold",
            help="put the definition below `$defs` of the same schema",
        ) from error
    return mistakes.placed((one for error in errors for one in _worded(error)), source)


@dataclass(frozen=True, slots=True)
class _Error:
    """What the validator says: which keyword expected what of which value."""

    path: Path
    keyword: str
    expected: Any
    value: Any
    message: str
    schema: JsonObject
    is_key: bool
    # Of alternatives: the errors of each that is of the right type, and of those that are not.
    fitting: tuple[tuple[_Error, ...], ...] = ()
    mismatches: tuple[_Error, ...] = ()


type _Wording = Callable[[_Error], Iterator[Mistake]]


def _taken(error: Any) -> _Error:
    inner: dict[int, list[_Error]] = {}
    for one in error.context:
        inner.setdefault(one.relative_schema_path[0], []).append(_taken(one))
    path = tuple(error.absolute_path)
    mismatches = {
        branch: one
        for branch, errors in inner.items()
        for one in errors
        if one.path == path and one.keyword in ("type", "const", "enum")
    }
    return _Error(
        path=path,
        keyword=str(error.validator),
        expected=error.validator_value,
        value=error.instance,
        message=error.message,
        schema=error.schema,
        is_key="propertyNames" in error.absolute_schema_path,
        fitting=tuple(tuple(inner[branch]) for branch in inner if branch not in mismatches),
        mismatches=tuple(mismatches.values()),
    )


def _worded(error: _Error) -> Iterator[Mistake]:
    if error.is_key:
        rule = f"must match {error.expected}" if error.keyword == "pattern" else "is not allowed"
        message = f"the key '{error.value}' {rule}"
        yield Mistake("invalid-value", (*error.path, error.value), message, key=True)
    elif error.keyword in WORDINGS:
        yield from WORDINGS[error.keyword](error)
    else:
        yield mistakes.invalid(error.path, error.message)


def _type(error: _Error) -> Iterator[Mistake]:
    names = error.expected if isinstance(error.expected, list) else [error.expected]
    mismatches = [mistakes.wrong_type(error.path, error.value, _TYPES[name]) for name in names]
    yield mistakes.none_of(mismatches, error.value)


def _required(error: _Error) -> Iterator[Mistake]:
    # The validator makes one error for each missing key, but names the key only in its sentence.
    described = keys_of([error.schema])
    for key in error.expected:
        if key not in error.value:
            description = described.get(key, {}).get("description", "")
            yield mistakes.missing_key(error.path, key, str(description))


def _dependent(error: _Error) -> Iterator[Mistake]:
    for key, needed in error.expected.items():
        if key in error.value:
            lacking = [other for other in needed if other not in error.value]
            yield from (mistakes.missing_key(error.path, other) for other in lacking)


def _additional(error: _Error) -> Iterator[Mistake]:
    # The error names the mapping; which keys are too many is the difference.
    known = keys_of([error.schema])
    patterns = error.schema.get("patternProperties")
    allowed = list(patterns) if isinstance(patterns, dict) else []
    for key in error.value:
        if key not in known and not any(re.search(pattern, key) for pattern in allowed):
            yield mistakes.unknown_key(error.path, key, known)


def _choice(error: _Error) -> Iterator[Mistake]:
    yield mistakes.unknown_value(error.path, error.value, _choices(error))


def _choices(error: _Error) -> list[Json]:
    return list(error.expected) if error.keyword == "enum" else [error.expected]


def _limit(relation: str) -> _Wording:
    def wording(error: _Error) -> Iterator[Mistake]:
        yield mistakes.out_of_range(error.path, error.value, relation, error.expected)

    return wording


def _length(relation: str) -> _Wording:
    def wording(error: _Error) -> Iterator[Mistake]:
        yield mistakes.wrong_length(error.path, error.value, relation, error.expected)

    return wording


def _pattern(error: _Error) -> Iterator[Mistake]:
    yield mistakes.wrong_pattern(error.path, error.value, error.expected)


def _twice(error: _Error) -> Iterator[Mistake]:
    for index, item in enumerate(error.value):
        if item in error.value[:index]:
            yield mistakes.invalid((*error.path, index), "this item stands in the list twice")


def _alternatives(error: _Error) -> Iterator[Mistake]:
    if error.fitting:
        # Of the alternatives of the right type, the one that is nearly met says what to do.
        for one in min(error.fitting, key=len):
            yield from _worded(one)
    elif not error.mismatches:
        yield mistakes.invalid(error.path, "fits more than one of the alternatives")
    elif all(one.keyword == "type" for one in error.mismatches):
        found = [mistake for one in error.mismatches for mistake in _type(one)]
        yield mistakes.none_of(found, error.value)
    else:
        choices = [c for one in error.mismatches if one.keyword != "type" for c in _choices(one)]
        yield mistakes.unknown_value(error.path, error.value, choices)


WORDINGS: Final[Mapping[str, _Wording]] = {
    "additionalProperties": _additional,
    "anyOf": _alternatives,
    "const": _choice,
    "dependentRequired": _dependent,
    "enum": _choice,
    "exclusiveMaximum": _limit("less than"),
    "exclusiveMinimum": _limit("more than"),
    "maxItems": _length("at most"),
    "maxLength": _length("at most"),
    "maxProperties": _length("at most"),
    "maximum": _limit("at most"),
    "minItems": _length("at least"),
    "minLength": _length("at least"),
    "minProperties": _length("at least"),
    "minimum": _limit("at least"),
    "multipleOf": _limit("a multiple of"),
    "oneOf": _alternatives,
    "pattern": _pattern,
    "required": _required,
    "type": _type,
    "uniqueItems": _twice,
}
