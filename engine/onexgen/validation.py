"""Data against a model of the grammar: each mistake at its place, in our own words."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from onexgen import mistakes
from onexgen.diagnostics import Diagnostic
from onexgen.json_types import Json, JsonObject
from onexgen.mistakes import Mistake
from onexgen.positions import Marks, Path, Source
from onexgen.schema_paths import choices_of, keys_of, schemas_at


def validate[M: BaseModel](
    model_class: type[M], source: Source, marks: Marks | None = None
) -> tuple[M | None, list[Diagnostic]]:
    """Return the model of a file's data, or what is wrong; `marks` collects that too."""
    try:
        # Only from JSON does a strict model take lists for tuples and texts for enums.
        return model_class.model_validate_json(json.dumps(source.data)), []
    except ValidationError as failure:
        errors = failure.errors(include_url=False, include_input=False)[: mistakes.MAX_MISTAKES]
    schema = model_class.model_json_schema()
    worded = [_worded(error, source.data, schema) for error in errors]
    found = mistakes.placed(_united([one for one in worded if one], source.data), source)
    if marks is not None:
        marks.diagnostics.extend(found)
    return None, found


@dataclass(frozen=True, slots=True)
class _Place:
    """Where an error is, what is there, and what the schema says about it."""

    path: Path
    value: Json
    last: str | int
    schemas: list[JsonObject]


type _Context = Mapping[str, Any]
type _Wording = Callable[[_Place, _Context], Mistake | None]


def _of_type(expected: str) -> _Wording:
    return lambda place, _: mistakes.wrong_type(place.path, place.value, expected)


def _limit(relation: str, name: str) -> _Wording:
    return lambda place, context: mistakes.out_of_range(
        place.path, place.value, relation, context[name]
    )


def _at_most(place: _Place, context: _Context) -> Mistake:
    return mistakes.wrong_length(place.path, place.value, "at most", context["max_length"])


def _at_least(place: _Place, context: _Context) -> Mistake | None:
    limit = context["min_length"]
    if mistakes.size(place.value) >= limit:
        # Only the items that are right were counted; the others are named one by one.
        return None
    return mistakes.wrong_length(place.path, place.value, "at least", limit)


def _choice(place: _Place, _: _Context) -> Mistake:
    return mistakes.unknown_value(place.path, place.value, choices_of(place.schemas))


def _missing(place: _Place, _: _Context) -> Mistake:
    if isinstance(place.last, int):
        return mistakes.wrong_length(place.path, place.value, "at least", place.last + 1)
    description = keys_of(place.schemas).get(place.last, {}).get("description")
    return mistakes.missing_key(place.path, place.last, str(description or ""))


def _unknown(place: _Place, _: _Context) -> Mistake:
    return mistakes.unknown_key(place.path, str(place.last), keys_of(place.schemas))


def _pattern(place: _Place, context: _Context) -> Mistake:
    return mistakes.wrong_pattern(place.path, place.value, context["pattern"])


def _own_words(place: _Place, context: _Context) -> Mistake:
    return mistakes.invalid(place.path, str(context["error"]))


# Every type of error that a strict model of the grammar can raise.
WORDINGS: Final[Mapping[str, _Wording]] = {
    "assertion_error": _own_words,
    "bool_type": _of_type("true or false"),
    "dict_type": _of_type("a mapping"),
    "enum": _choice,
    "extra_forbidden": _unknown,
    "float_type": _of_type("a number"),
    "frozen_set_type": _of_type("a list"),
    "greater_than": _limit("more than", "gt"),
    "greater_than_equal": _limit("at least", "ge"),
    "int_from_float": _of_type("a whole number"),
    "int_type": _of_type("a whole number"),
    "less_than": _limit("less than", "lt"),
    "less_than_equal": _limit("at most", "le"),
    "list_type": _of_type("a list"),
    "literal_error": _choice,
    "missing": _missing,
    "model_type": _of_type("a mapping"),
    "multiple_of": _limit("a multiple of", "multiple_of"),
    "none_required": _of_type("nothing"),
    "set_type": _of_type("a list"),
    "string_pattern_mismatch": _pattern,
    "string_too_long": _at_most,
    "string_too_short": _at_least,
    "string_type": _of_type("a string"),
    "too_long": _at_most,
    "too_short": _at_least,
    "tuple_type": _of_type("a list"),
    "value_error": _own_words,
}
# Their location ends with a key that is not, or should not be, in the document.
_ABOUT_KEYS: Final = frozenset({"missing", "extra_forbidden"})


def _worded(error: ErrorDetails, data: Json, schema: JsonObject) -> Mistake | None:
    kind, loc = error["type"], error["loc"]
    is_key = loc[-1:] == ("[key]",)
    inside = loc[:-1] if is_key or kind in _ABOUT_KEYS else loc
    path, value, union = _located(inside, data)
    place = _Place(path, value, loc[-1] if loc else "", schemas_at(schema, path))
    if is_key:
        place = replace(place, value=str(path[-1]))
    wording = WORDINGS.get(kind)
    if wording is None:
        one: Mistake | None = mistakes.invalid(path, error["msg"])
    else:
        one = wording(place, error.get("ctx", {}))
    return one and replace(one, key=one.key or is_key, union=union)


def _located(loc: tuple[str | int, ...], data: Json) -> tuple[Path, Json, Path | None]:
    """Return path and value, and where a union put names of its own into the location."""
    path: list[str | int] = []
    union: Path | None = None
    for part in loc:
        if _holds(data, part):
            data = data[part]  # type: ignore[index]
            path.append(part)
        elif union is None:
            union = tuple(path)
    return tuple(path), data, union


def _holds(data: Json, part: str | int) -> bool:
    if isinstance(data, list):
        return isinstance(part, int) and part < len(data)
    return isinstance(data, dict) and part in data


def _united(found: list[Mistake], data: Json) -> list[Mistake]:
    """Return mistakes with those of the alternatives of a union as one."""
    result = [one for one in found if one.union is None]
    unions: dict[Path, list[Mistake]] = {}
    for one in found:
        if one.union is not None:
            unions.setdefault(one.union, []).append(one)
    for union, rivals in unions.items():
        mismatches = [one for one in rivals if one.expected and one.path == union]
        if len(mismatches) == len(rivals):
            result.append(mistakes.none_of(mismatches, _located(union, data)[1]))
        else:
            # An alternative of the right type says better what is wrong.
            result.extend(one for one in rivals if one not in mismatches)
    return result
