"""Checks templates and expressions before anything runs: syntax, and names that nobody defines."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from jinja2 import TemplateNotFound, TemplateSyntaxError, nodes

from onexgen.compiler.template_names import TemplateNames, names_of, needed, undefined
from onexgen.diagnostics import Diagnostic, Span, closest
from onexgen.expressions import Expressions, said_by
from onexgen.json_types import Json
from onexgen.source import Marks, Path
from onexgen.store import Shelf

_TRUTH: Final = "text is always true; write true, false or ${{ ... }}"
_UNKNOWN: Final = re.compile(r"No (filter|test) named '(.+)'\.")
# Words of the language of expressions, which no value can be called.
_KEYWORDS: Final = frozenset(
    {"and", "else", "false", "if", "in", "is", "none", "not", "or", "true"}
)


class TemplateCheck:
    """Compiles every expression and template once, against the names that a run defines."""

    def __init__(self, expressions: Expressions, shelf: Shelf | None = None) -> None:
        """Use the environment that the run will use, and what is known of texts from before."""
        self._shelf = shelf or Shelf(None)
        self._expressions = expressions
        self._environment = expressions.environment
        self._globals = frozenset(expressions.environment.globals) - expressions.functions

    def is_reserved(self, name: str) -> bool:
        """Tell whether expressions could not reach a value of this name."""
        return name in _KEYWORDS or name in self._environment.globals

    def condition(
        self, value: str | bool, marks: Marks, path: Path, known: Iterable[str], help: str = _TRUTH
    ) -> None:
        """Check what must be true, false, or one whole expression: other text is always true."""
        if isinstance(value, bool):
            return
        found = len(marks.diagnostics)
        self.value(value, marks, path, known)
        if len(marks.diagnostics) == found and not self._expressions.is_whole(value):
            marks.error(
                "not-an-expression", path, f"expected one whole expression, got '{value.strip()}'",
                help=help,
            )  # fmt: skip

    def value(self, value: Json, marks: Marks, path: Path, known: Iterable[str]) -> None:
        """Check every expression in a value of a document."""
        if isinstance(value, dict):
            for key, item in value.items():
                self.value(item, marks, (*path, key), known)
        elif isinstance(value, list):
            for index, item in enumerate(value):
                self.value(item, marks, (*path, index), known)
        elif isinstance(value, str) and "${{" in value:
            self._text(value, marks, path, known)

    def _text(self, text: str, marks: Marks, path: Path, known: Iterable[str]) -> None:
        try:
            for is_expression, part in self._expressions.split(text):
                if is_expression:
                    self._expression(part, marks, path, known)
        except TemplateSyntaxError as error:
            said = f"{said_by(error)} in '{' '.join(text.split())}'"
            marks.error("expression-syntax", path, said, help=self._nearest(error))

    def _expression(self, part: str, marks: Marks, path: Path, known: Iterable[str]) -> None:
        names = set(known)
        for name in self._needs(part):
            if name in names:
                continue
            if name not in self._globals:
                marks.error(
                    "undefined-name", path, f"nothing defines '{name}' here",
                    help=closest(name, names),
                )  # fmt: skip

    def _needs(self, part: str) -> list[str]:
        """Return the names that an expression needs; TemplateSyntaxError when it is none."""
        key = f"expression:{part}"
        kept: list[str] | None = self._shelf.get(key)
        if kept is None:
            tree = self._environment.parse(f"{{% set result = ({part}) %}}")
            if len(tree.body) != 1 or not isinstance(tree.body[0], nodes.Assign):
                raise TemplateSyntaxError("more than one expression", 1)
            self._environment.compile(tree)
            kept = sorted(needed(tree, self._expressions.functions))
            self._shelf.put(key, kept)
        return kept

    def template(self, name: str, text: str) -> tuple[list[Diagnostic], TemplateNames | None]:
        """Return what is wrong with one template by itself, and what it shares with others."""
        try:
            names = self._names(name, text)
        except TemplateSyntaxError as error:
            message, help_text = said_by(error), self._nearest(error)
            return [_at(name, text, error.lineno, "template-syntax", message, help_text)], None
        missing = {k: line for k, line in names.references.items() if not self._exists(k)}
        found = [
            _at(name, text, line, "unknown-template", f"no template is named '{target}'", "")
            for target, line in missing.items()
        ]
        return found, names

    def _names(self, name: str, text: str) -> TemplateNames:
        """Return what a template defines and needs; TemplateSyntaxError when it is none."""
        key = f"template:{name}"
        seen, values = self._shelf.get(key) or (None, ())
        if seen == text:
            return TemplateNames(*values)
        tree = self._environment.parse(text, name=name)
        self._environment.compile(tree, name=name)
        names = names_of(tree, self._expressions.functions)
        self._shelf.put(key, (text, names.values()))
        return names

    def undefined(
        self, templates: Mapping[str, TemplateNames], texts: Mapping[str, str], known: Iterable[str]
    ) -> Iterator[Diagnostic]:
        """Yield every name in templates that nobody defines."""
        for name, word, line, given in undefined(templates, [*known, *self._globals]):
            said = f"nothing defines '{word}' here"
            near = closest(word, given - self._globals)
            yield _at(name, texts[name], line, "undefined-name", said, near)

    def _nearest(self, error: TemplateSyntaxError) -> str:
        """Return the filter or test that was probably meant."""
        unknown = _UNKNOWN.fullmatch(error.message or "")
        if unknown is None:
            return ""
        environment = self._environment
        known = environment.filters if unknown[1] == "filter" else environment.tests
        return closest(unknown[2], known)

    def _exists(self, name: str) -> bool:
        loader = self._environment.loader
        try:
            return loader is not None and bool(loader.get_source(self._environment, name))
        except TemplateNotFound:
            return False


def _at(name: str, text: str, line: int, code: str, message: str, help_text: str) -> Diagnostic:
    """Return a problem that underlines one whole line: Jinja2 knows no columns."""
    lines = text.split("\n")
    content = lines[min(line, len(lines)) - 1]
    start = len(content) - len(content.lstrip())
    span = Span(line, start + 1, line, max(len(content.rstrip()), start + 1) + 1)
    return Diagnostic(code, message, f"templates/{name}", span, help=help_text)
