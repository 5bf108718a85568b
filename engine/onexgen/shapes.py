"""What classes of Python files hold, as JSON Schema: read from their text, not imported."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from typing import Final

from onexgen.diagnostics import OnexgenError
from onexgen.json_types import Json

type Schema = dict[str, Json]

# What a limit on size is called where it is about items or keys instead of letters.
_SIZES: Final = {"array": "Items", "object": "Properties"}
_NOTHING: Final[Schema] = {"type": "null"}


class Shapes:
    """The classes and names of some files, each read when it is first asked for."""

    def __init__(
        self, files: Mapping[str, str], types: Mapping[str, Json], limits: Mapping[str, str]
    ) -> None:
        """Know what a name such as `int` holds, and what the limits of fields are called."""
        self._texts = [text for path, text in sorted(files.items()) if path.endswith(".py")]
        self._types = types
        self._limits = limits
        self._trees: dict[str, ast.Module] = {}
        self._found: dict[str, ast.stmt | None] = {}
        self._shared: dict[str, Schema] = {}

    def schema(self, name: str) -> Schema:
        """Return the schema of a class with all that it needs; OnexgenError without a class."""
        statement = self._statement(name)
        if not isinstance(statement, ast.ClassDef):
            raise OnexgenError(f"no file has a class '{name}'")
        self._shared = {}
        own = self._class(statement)
        self._shared.pop(name, None)
        head: Schema = {"title": name}
        rest: Schema = {"$defs": dict(sorted(self._shared.items()))} if self._shared else {}
        return head | own | rest

    def _statement(self, name: str) -> ast.stmt | None:
        """Return what defines a name at the top of a file."""
        if name not in self._found:
            starts = re.compile(rf"^(?:class |type |){re.escape(name)}\b", re.MULTILINE)
            texts = (text for text in self._texts if starts.search(text))
            statements = (part for text in texts for part in self._tree(text).body)
            self._found[name] = next((part for part in statements if _defines(part, name)), None)
        return self._found[name]

    def _tree(self, text: str) -> ast.Module:
        if text not in self._trees:
            try:
                self._trees[text] = ast.parse(text)
            except SyntaxError as error:
                lines = text.splitlines()
                line = lines[error.lineno - 1].strip() if error.lineno else ""
                raise OnexgenError(f"a file does not parse: {error.msg}: {line}") from error
        return self._trees[text]

    def _class(self, owner: ast.ClassDef) -> Schema:
        """Return the schema of a class: the values of an enumeration, else its fields."""
        about = ast.get_docstring(owner)
        result: Schema = {"description": about.partition("\n")[0]} if about else {}
        if any(ast.unparse(base).endswith("Enum") for base in owner.bases):
            return result | {"enum": [_literal(part.value) for part in _assigned(owner)]}
        properties: Schema = {}
        required: list[Json] = []
        for field in _fields(owner):
            name = ast.unparse(field.target)
            properties[name] = self._field(field)
            if _is_required(field.value):
                required.append(name)
        settings = [ast.unparse(part.value) for part in _assigned(owner)]
        is_closed = any("extra='forbid'" in text for text in settings)
        return (
            result
            | {"type": "object", "properties": properties}
            | ({"required": required} if required else {})
            | ({"additionalProperties": False} if is_closed else {})
        )

    def _field(self, field: ast.AnnAssign) -> Schema:
        schema = self._type(field.annotation)
        if not isinstance(field.value, ast.Call):
            return schema if field.value is None else schema | _default(field.value)
        said = {key.arg: key.value for key in field.value.keywords if key.arg}
        schema = self._limited(schema, said)
        if "default" in said:
            schema |= _default(said["default"])
        if "description" in said:
            schema |= {"description": _literal(said["description"])}
        return schema

    def _limited(self, schema: Schema, said: Mapping[str, ast.expr]) -> Schema:
        """Return a schema with limits; of alternatives, what can be nothing has none."""
        limits = {key: self._value(value) for key, value in said.items() if key in self._limits}
        limits = {key: value for key, value in limits.items() if value is not None}
        if not limits:
            return schema
        choices = schema.get("anyOf")
        if isinstance(choices, list):
            limited: list[Json] = [
                item if item == _NOTHING else self._with(item, limits) for item in choices
            ]
            return schema | {"anyOf": limited}
        return self._with(schema, limits)

    def _with(self, schema: Json, limits: Mapping[str, Json]) -> Schema:
        """Return a schema with limits under the names that they have there."""
        whole: Schema = dict(schema) if isinstance(schema, dict) else {}
        for key, value in limits.items():
            name = self._limits[key]
            kind = whole.get("type")
            ending = _SIZES.get(kind) if isinstance(kind, str) else None
            whole[name.replace("Length", ending) if ending else name] = value
        return whole

    def _value(self, part: ast.expr) -> Json:
        """Return the value of a literal, or of a name that stands for one."""
        if isinstance(part, ast.Name):
            found = self._statement(part.id)
            value = found.value if isinstance(found, ast.Assign | ast.AnnAssign) else None
            return None if value is None else self._value(value)
        return _literal(part)

    def _type(self, part: ast.expr) -> Schema:
        """Return what an annotation allows."""
        match part:
            case ast.Constant(value=None):
                return dict(_NOTHING)
            case ast.Constant(value=str() as text):
                return self._type(ast.parse(text, mode="eval").body)
            case ast.BinOp(left=left, right=right):
                return {"anyOf": [*self._choices(left), *self._choices(right)]}
            case ast.Subscript(value=ast.Name(id=name), slice=inner):
                return self._made_of(name, inner)
            case ast.Name(id=name):
                return self._named(name)
        return {}

    def _choices(self, part: ast.expr) -> list[Json]:
        schema = self._type(part)
        choices = schema.get("anyOf")
        return choices if isinstance(choices, list) and len(schema) == 1 else [schema]

    def _made_of(self, name: str, inner: ast.expr) -> Schema:
        parts = inner.elts if isinstance(inner, ast.Tuple) else [inner]
        match name:
            case "Literal":
                return {"enum": [_literal(part) for part in parts]}
            case "Annotated":
                schema = self._type(parts[0])
                for call in parts[1:]:
                    if isinstance(call, ast.Call):
                        said = {key.arg: key.value for key in call.keywords if key.arg}
                        schema = self._limited(schema, said)
                return schema
            case "dict" | "Mapping":
                return {"type": "object", "additionalProperties": self._type(parts[-1])}
            case "tuple" if len(parts) > 1 and ast.unparse(parts[-1]) != "...":
                return {"type": "array", "prefixItems": [self._type(part) for part in parts]}
            case "tuple" | "list" | "set" | "frozenset" | "Sequence":
                return {"type": "array", "items": self._type(parts[0])}
        return {}

    def _named(self, name: str) -> Schema:
        """Return what a name stands for: a known type, a class of the files, or another type."""
        known = self._types.get(name)
        if isinstance(known, dict):
            return dict(known)
        found = self._statement(name)
        if isinstance(found, ast.ClassDef):
            if name not in self._shared:
                self._shared[name] = {}  # It may need itself.
                self._shared[name] = self._class(found)
            return {"$ref": f"#/$defs/{name}"}
        if isinstance(found, ast.Assign | ast.AnnAssign | ast.TypeAlias) and found.value:
            return self._type(found.value)
        return {}


def _defines(part: ast.stmt, name: str) -> bool:
    match part:
        case ast.ClassDef(name=found):
            return found == name
        case (
            ast.TypeAlias(name=target) | ast.AnnAssign(target=target) | ast.Assign(targets=[target])
        ):
            return ast.unparse(target) == name
    return False


def _fields(owner: ast.ClassDef) -> Iterator[ast.AnnAssign]:
    for part in owner.body:
        if isinstance(part, ast.AnnAssign) and "ClassVar" not in ast.unparse(part.annotation):
            yield part


def _assigned(owner: ast.ClassDef) -> Iterator[ast.Assign]:
    return (part for part in owner.body if isinstance(part, ast.Assign))


def _is_required(value: ast.expr | None) -> bool:
    """Tell whether a field has no default of any kind."""
    if not isinstance(value, ast.Call):
        return value is None
    names = {key.arg for key in value.keywords}
    first = value.args[0] if value.args else None
    is_open = first is None or ast.unparse(first) == "..."
    return is_open and not names & {"default", "default_factory"}


def _default(value: ast.expr) -> Schema:
    """Return the default, if it is a plain value."""
    try:
        plain = ast.literal_eval(value)
    except ValueError:
        return {}
    return {"default": list(plain) if isinstance(plain, tuple) else plain}


def _literal(part: ast.expr) -> Json:
    """Return the value of a literal; of anything else, nothing."""
    try:
        value: Json = ast.literal_eval(part)
    except ValueError:
        return None
    return value
