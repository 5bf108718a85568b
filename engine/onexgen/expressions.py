"""The one Jinja2 environment: expressions in documents, and templates."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, ItemsView, Iterable, Iterator, KeysView, Mapping, ValuesView
from pathlib import Path
from typing import Any, Final

import jinja2
from jinja2 import (
    BaseLoader,
    BytecodeCache,
    StrictUndefined,
    TemplateError,
    TemplateNotFound,
    TemplateSyntaxError,
    Undefined,
)
from jinja2.bccache import Bucket
from jinja2.sandbox import ImmutableSandboxedEnvironment

from onexgen.diagnostics import OnexgenError
from onexgen.filters import FILTERS
from onexgen.json_types import Json
from onexgen.store import Shelf

OMIT: Final = "\x00omit\x00"
_NAMES: Final = "expression:"
_START, _END = "${{", "}}"
_AT: Final = re.compile(r" at \d+$")
_WHITE: Final = " \t\r\n"
# Not empty, and no sign at an end that would strip white space.
_SINGLE: Final = re.compile(r"(?!-)(?=.*\S).*(?<!-)", re.DOTALL)
# A name, or what stands below it in the record: data already, whatever else an expression yields.
_PLACE: Final = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*")
_CONSTANTS: Final = frozenset({"true", "false", "none", "True", "False", "None"})
_UNKNOWN: Final = object()
_METHODS: Final = frozenset(dir(dict))
_FAILURES: Final = (
    TemplateError, ArithmeticError, AttributeError, LookupError, MemoryError, NameError,
    RuntimeError, TypeError, ValueError,
)  # fmt: skip
# The same input gives the same bytes: nothing here may draw lots.
_RANDOM_FILTER, _RANDOM_GLOBAL = "random", "lipsum"


class CodeStore(BytecodeCache):
    """Compiled templates, all in one file: one read at a start; a damaged file is as none."""

    def __init__(self, path: Path | None, compiler: str = "") -> None:
        """Read the file if it is there; `compiler` stands for all that compiles, besides texts.

        Jinja2 evaluates filters of constants while it compiles.
        """
        self._shelf = Shelf(path, f"{compiler} {jinja2.__version__}")

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give Jinja2 what is stored, if it was compiled from the same text.

        The header that Jinja2 needs for files of its own is left out: a start reads two hundred.
        """
        checksum, code = self._shelf.get(bucket.key) or ("", None)
        if checksum == bucket.checksum:
            bucket.code = code

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what Jinja2 compiled."""
        self._shelf.put(bucket.key, (bucket.checksum, bucket.code))

    def keep(self) -> None:
        """Write the file, if anything changed."""
        self._shelf.keep()

    def content(self) -> bytes | None:
        """Return what is to be stored, None when nothing changed since it was last asked for."""
        return self._shelf.content()


class _Loader(BaseLoader):
    """Templates by name from the pack; expressions by their own text."""

    def __init__(self, read: Callable[[str], str | None]) -> None:
        self._read = read

    def get_source(
        self,
        environment: Any,  # noqa: ARG002 - Jinja2 passes it.
        template: str,
    ) -> tuple[str, str, Callable[[], bool]]:
        if template.startswith(_NAMES):
            text = f"{{% set result = ({template.removeprefix(_NAMES)}) %}}"
            return text, template, lambda: True
        source = self._read(template)
        if source is None:
            raise TemplateNotFound(template)
        return source, template, lambda: True


class _Sandbox(ImmutableSandboxedEnvironment):
    """The environment: what a template asks for is most often a key of plain data."""

    def getattr(self, obj: Any, attribute: str) -> Any:
        """Return a key of a mapping at once, where no method hides it; ask the sandbox else."""
        if type(obj) is dict and attribute in obj and attribute not in _METHODS:
            return obj[attribute]
        return super().getattr(obj, attribute)


class Expressions:
    """Evaluates `${{ }}` and renders templates, in a sandbox, with strict undefined names."""

    def __init__(
        self,
        read: Callable[[str], str | None],
        *,
        codes: CodeStore | None = None,
        functions: Mapping[str, Callable[..., Json]] | None = None,
    ) -> None:
        """Create the environment; `read` yields the text of a template by its name."""
        self.environment = _Sandbox(
            loader=_Loader(read),
            bytecode_cache=codes,
            undefined=StrictUndefined,
            autoescape=False,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
            auto_reload=False,
            cache_size=-1,
        )
        del self.environment.filters[_RANDOM_FILTER], self.environment.globals[_RANDOM_GLOBAL]
        self.environment.filters.update(FILTERS)
        # Functions that are there only while documents are compiled.
        self.functions = frozenset(functions or ())
        self.environment.globals.update({"omit": OMIT, **(functions or {})})
        # Only finds where expressions begin and end: `{%` and `{#` mean nothing there.
        self._splitter = self.environment.overlay(
            variable_start_string=_START,
            variable_end_string=_END,
            block_start_string="\x00{%",
            block_end_string="%}\x00",
            comment_start_string="\x00{#",
            comment_end_string="#}\x00",
            bytecode_cache=None,
        )
        self._parts: dict[str, tuple[tuple[bool, str], ...]] = {}
        self._places: dict[str, list[str]] = {}

    def split(self, text: str) -> tuple[tuple[bool, str], ...]:
        """Return (is expression, text) parts; raises TemplateSyntaxError."""
        found = self._parts.get(text)
        if found is None:
            found = self._parts[text] = self._split(text)
        return found

    def _split(self, text: str) -> tuple[tuple[bool, str], ...]:
        if _START not in text:
            return ((False, text),)
        # A single expression is by far the most common.
        stripped = text.strip(_WHITE)
        inner = stripped[len(_START) : -len(_END)]
        is_closed = stripped.startswith(_START) and stripped.endswith(_END)
        if is_closed and _SINGLE.fullmatch(inner) and _START not in inner and _END not in inner:
            return ((True, inner.strip(_WHITE)),)
        parts: list[tuple[bool, str]] = []
        inside: list[str] = []
        is_inside = False
        for _, kind, value in self._splitter.lex(text):
            if kind == "variable_begin":
                is_inside, inside = True, []
            elif kind == "variable_end":
                is_inside = False
                parts.append((True, "".join(inside).strip(_WHITE)))
                if not parts[-1][1]:
                    raise TemplateSyntaxError("an expression is missing", 1)
            elif is_inside:
                inside.append(value)
            elif value:
                parts.append((False, value))
        if is_inside:
            raise TemplateSyntaxError(f"'{_START}' without '{_END}'", 1)
        # White space around one expression means nothing: that is how YAML writes long texts.
        whole = [part for part in parts if part[0] or part[1].strip(_WHITE)]
        return tuple(whole if len(whole) == 1 and whole[0][0] else parts)

    def evaluate(self, expression: str, context: Mapping[str, Any]) -> Any:
        """Return the value of one bare expression."""
        try:
            value = self._at(expression, context)
            if value is not _UNKNOWN:
                return value if isinstance(value, (dict, list)) else _data(value)
            template = self.environment.get_template(_NAMES + expression)
            frame = template.new_context(dict(context))
            for _ in template.root_render_func(frame):
                pass
            return _data(frame.vars["result"])
        except _FAILURES as error:
            raise OnexgenError(f"cannot evaluate '{expression}': {_said(error)}") from error

    def _at(self, expression: str, context: Mapping[str, Any]) -> Any:
        """Return what stands at a place of the context; where Jinja2 must decide, _UNKNOWN.

        Two of three expressions only name a place: no template is needed for them.
        """
        parts = self._places.get(expression)
        if parts is None:
            is_place = _PLACE.fullmatch(expression) and expression not in _CONSTANTS
            parts = self._places[expression] = expression.split(".") if is_place else []
        value: Any = context if parts else _UNKNOWN
        for part in parts:
            # A method of a mapping hides a key of its name: Jinja2 prefers attributes.
            if not isinstance(value, Mapping) or part not in value:
                return _UNKNOWN
            if value is not context and hasattr(value, part):
                return _UNKNOWN
            value = value[part]
        return value

    def fill(self, text: str, context: Mapping[str, Any]) -> Any:
        """Return `text` with its expressions replaced; one whole expression keeps its type."""
        parts = self.split(text)
        if len(parts) == 1:
            is_expression, part = parts[0]
            return self.evaluate(part, context) if is_expression else part
        return "".join(
            str(self.evaluate(part, context)) if is_expression else part
            for is_expression, part in parts
        )

    def fill_all(self, value: Json, context: Mapping[str, Any]) -> Any:
        """Return data with every expression in it replaced; `omit` drops its key or item."""
        if isinstance(value, str):
            return self.fill(value, context)
        if isinstance(value, list):
            return [item for item in self._filled(value, context) if item is not OMIT]
        if isinstance(value, dict):
            pairs = zip(value, self._filled(value.values(), context), strict=True)
            return {key: item for key, item in pairs if item is not OMIT}
        return value

    def _filled(self, values: Iterable[Json], context: Mapping[str, Any]) -> list[Any]:
        return [self.fill_all(item, context) for item in values]

    def render(self, template: str, context: Mapping[str, Any]) -> str:
        """Return a template of the pack, rendered."""
        try:
            return self.environment.get_template(template).render(context)
        except _FAILURES as error:
            name, line = _blamed(error, template)
            raise OnexgenError(
                f"templates/{name}:{line}: {_said(error)}",
                help="`onexgen check` looks at every template",
            ) from error

    def is_whole(self, text: str) -> bool:
        """Tell whether text is one expression and nothing else."""
        parts = self.split(text)
        return len(parts) == 1 and parts[0][0]


def _data(value: Any) -> Any:
    """Return what an expression yields as plain data; raises when it is no data."""
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError(f"it yields {value}, which is no number")
    if value is None or type(value) in (bool, int, float, str):
        return value
    if isinstance(value, str):
        return str(value)
    if isinstance(value, Undefined):
        return str(value)  # Raises, with the name that is missing.
    if isinstance(value, Mapping):
        return {str(key): _data(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, range, Iterator, KeysView, ValuesView, ItemsView)):
        return [_data(item) for item in value]
    raise TypeError(f"it yields a {type(value).__name__}, which is no data")


def _said(error: BaseException) -> str:
    """Return what an error says, without the line number that Jinja2 appends to some."""
    return getattr(error, "message", None) or str(error) or type(error).__name__


def said_by(error: TemplateSyntaxError) -> str:
    """Return what is wrong with an expression; the numbers that Jinja2 adds mean another text."""
    return _AT.sub("", (error.message or "").removesuffix("."))


def _blamed(error: BaseException, template: str) -> tuple[str, int]:
    """Return the template and line in which an error arose; Jinja2 rewrites the traceback."""
    place = (template, getattr(error, "lineno", None) or 1)
    frame = error.__traceback__
    while frame is not None:
        name = frame.tb_frame.f_code.co_filename
        if name.endswith(".j2"):
            place = (name, frame.tb_lineno)
        frame = frame.tb_next
    return place
