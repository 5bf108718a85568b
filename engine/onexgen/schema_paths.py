"""What a JSON Schema says about one path of a document: its keys and its choices."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from onexgen.json_types import Json, JsonObject


def schemas_at(schema: JsonObject, path: Sequence[str | int]) -> list[JsonObject]:
    """Return every part of a schema that describes the value at a path."""
    found = list(_plain(schema, schema))
    for part in path:
        steps = [step for known in found for step in _below(known, part)]
        found = [known for step in steps for known in _plain(schema, step)]
    return found


def keys_of(schemas: Sequence[JsonObject]) -> dict[str, JsonObject]:
    """Return the named keys of mappings, each with what describes its value."""
    keys: dict[str, JsonObject] = {}
    for schema in schemas:
        for key, value in _object(schema.get("properties")).items():
            keys.setdefault(key, _object(value))
    return keys


def choices_of(schemas: Sequence[JsonObject]) -> list[Json]:
    """Return the values that are allowed where only some are."""
    choices: list[Json] = []
    for schema in schemas:
        values = schema.get("enum")
        choices.extend(values if isinstance(values, list) else [])
        choices.extend([schema["const"]] if "const" in schema else [])
    return choices


def _object(value: Json) -> JsonObject:
    return value if isinstance(value, dict) else {}


def _plain(root: JsonObject, schema: Json) -> Iterator[JsonObject]:
    """Resolve references and alternatives until only plain schemas are left."""
    if not isinstance(schema, dict):
        return
    reference = schema.get("$ref")
    if isinstance(reference, str):
        target: Json = root
        for part in reference.removeprefix("#/").split("/"):
            target = _object(target).get(part)
        yield from _plain(root, target)
    alternatives = [schema.get(key) for key in ("anyOf", "oneOf", "allOf")]
    for options in alternatives:
        for option in options if isinstance(options, list) else []:
            yield from _plain(root, option)
    yield schema


def _below(schema: JsonObject, part: str | int) -> Iterator[Json]:
    if isinstance(part, int):
        first = schema.get("prefixItems")
        fixed = first if isinstance(first, list) else []
        yield fixed[part] if part < len(fixed) else schema.get("items")
        return
    named = _object(schema.get("properties"))
    if part in named:
        yield named[part]
        return
    yield from _object(schema.get("patternProperties")).values()
    yield schema.get("additionalProperties")
