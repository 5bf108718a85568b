"""The one Jinja2 environment: expressions in documents, and templates."""

from __future__ import annotations

import marshal
from collections.abc import Callable, Generator, Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from jinja2 import (
    BaseLoader,
    BytecodeCache,
    StrictUndefined,
    TemplateError,
    TemplateNotFound,
    Undefined,
)
from jinja2.bccache import Bucket
from jinja2.sandbox import ImmutableSandboxedEnvironment

from onexgen.diagnostics import OnexgenError
from onexgen.filters import FILTERS
from onexgen.json_types import Json

OMIT: Final = "\x00omit\x00"
_NAMES: Final = "expression:"
_START, _END = "${{", "}}"


class CodeStore(BytecodeCache):
    """Compiled templates, all in one file: one read at a start."""

    def __init__(self, path: Path | None) -> None:
        """Read the file if it is there."""
        self._path = path
        self._codes: dict[str, bytes] = {}
        self._is_changed = False
        if path is not None:
            try:
                self._codes = dict(marshal.loads(path.read_bytes()))
            except (OSError, ValueError, EOFError, TypeError):
                self._codes = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give Jinja2 what is stored; it checks the checksum itself."""
        code = self._codes.get(bucket.key)
        if code is not None:
            bucket.bytecode_from_string(code)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what Jinja2 compiled."""
        self._codes[bucket.key] = bucket.bytecode_to_string()
        self._is_changed = True

    def content(self) -> bytes | None:
        """Return what is to be stored, None when nothing changed."""
        return marshal.dumps(self._codes) if self._is_changed else None


class _Loader(BaseLoader):
    """Templates by name from the pack; expressions by their own text."""

    def __init__(self, read: Callable[[str], str | None]) -> None:
        self._read = read

    def get_source(self, environment: Any, template: str) -> tuple[str, str, Callable[[], bool]]:
        if template.startswith(_NAMES):
            text = f"{{% set result = ({template.removeprefix(_NAMES)}) %}}"
            return text, template, lambda: True
        source = self._read(template)
        if source is None:
            raise TemplateNotFound(template)
        return source, template, lambda: True


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
        self.environment = ImmutableSandboxedEnvironment(
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
        self.environment.filters.update(FILTERS)
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

    def split(self, text: str) -> tuple[tuple[bool, str], ...]:
        """Return (is expression, text) parts; raises TemplateSyntaxError."""
        found = self._parts.get(text)
        if found is None:
            found = self._parts[text] = self._split(text)
        return found

    def _split(self, text: str) -> tuple[tuple[bool, str], ...]:
        if _START not in text:
            return ((False, text),)
        # A single expression is by far the most common; Jinja2 says if it is one.
        stripped = text.strip()
        if text.count(_START) == 1 and stripped.startswith(_START) and stripped.endswith(_END):
            return ((True, stripped[len(_START) : -len(_END)].strip()),)
        parts: list[tuple[bool, str]] = []
        inside: list[str] = []
        is_inside = False
        for _, kind, value in self._splitter.lex(text):
            if kind == "variable_begin":
                is_inside, inside = True, []
            elif kind == "variable_end":
                is_inside = False
                parts.append((True, "".join(inside).strip()))
            elif is_inside:
                inside.append(value)
            elif value:
                parts.append((False, value))
        return tuple(parts)

    def evaluate(self, expression: str, context: Mapping[str, Any]) -> Any:
        """Return the value of one bare expression."""
        try:
            template = self.environment.get_template(_NAMES + expression)
            frame = template.new_context(dict(context))
            for _ in template.root_render_func(frame):
                pass
            result = frame.vars["result"]
            if isinstance(result, Undefined):
                str(result)  # Raises, with the name that is missing.
        except (TemplateError, TypeError, ValueError, KeyError) as error:
            raise OnexgenError(f"cannot evaluate '{expression}': {error}") from error
        if isinstance(result, (tuple, set, frozenset, Generator)):
            return list(result)
        return result

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
        except (TemplateError, TypeError, ValueError, KeyError) as error:
            name, line = _blamed(error, template)
            raise OnexgenError(
                f"templates/{name}:{line}: {error}", help="`onexgen check` looks at every template"
            ) from error

    def is_whole(self, text: str) -> bool:
        """Tell whether text is one expression and nothing else."""
        parts = self.split(text)
        return len(parts) == 1 and parts[0][0]




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
