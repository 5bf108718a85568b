"""Checks templates and expressions before anything runs: syntax, and names that nobody defines."""

from __future__ import annotations

from collections.abc import Iterable

from jinja2 import TemplateAssertionError, TemplateSyntaxError, meta, nodes

from onexgen.diagnostics import Diagnostic, Span, closest
from onexgen.expressions import Expressions
from onexgen.json_types import Json
from onexgen.source import Marks, Path


class TemplateCheck:
    """Compiles every expression and template once, against the names that a run defines."""

    def __init__(self, expressions: Expressions) -> None:
        """Use the environment that the run will use."""
        self._expressions = expressions
        self._environment = expressions.environment

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
            parts = self._expressions.split(text)
            for is_expression, part in parts:
                if is_expression:
                    self._expression(part, marks, path, known)
        except TemplateSyntaxError as error:
            marks.error("expression-syntax", path, f"{error.message} in '{text.strip()}'")

    def _expression(self, part: str, marks: Marks, path: Path, known: Iterable[str]) -> None:
        tree = self._environment.parse(f"{{% set result = ({part}) %}}")
        self._environment.compile(tree)
        names = set(known)
        for name in sorted(meta.find_undeclared_variables(tree) - names):
            if name not in self._environment.globals:
                marks.error(
                    "undefined-name", path, f"nothing defines '{name}' here",
                    help=closest(name, names),
                )  # fmt: skip

    def template(self, name: str, text: str, known: Iterable[str]) -> list[Diagnostic]:
        """Return what is wrong with one template."""
        try:
            tree = self._environment.parse(text, name=name)
            self._environment.compile(tree, name=name)
        except (TemplateSyntaxError, TemplateAssertionError) as error:
            return [_at(name, text, error.lineno, "template-syntax", error.message or "", "")]
        names = set(known)
        # Blocks see what the template itself sets; Jinja2's own analysis does not know that.
        assigned = {n.name for n in tree.find_all(nodes.Name) if n.ctx == "store"}
        undefined = meta.find_undeclared_variables(tree) - names - assigned
        undefined -= set(self._environment.globals)
        found = [
            _at(
                name, text, _line_of(tree, word), "undefined-name",
                f"nothing defines '{word}' here", closest(word, names),
            )  # fmt: skip
            for word in sorted(undefined)
        ]
        return found + self._missing_references(name, text, tree)

    def _missing_references(self, name: str, text: str, tree: nodes.Template) -> list[Diagnostic]:
        found = []
        kinds = (nodes.Extends, nodes.Include, nodes.Import, nodes.FromImport)
        for node in tree.find_all(kinds):
            target = node.template  # type: ignore[attr-defined]
            if isinstance(target, nodes.Const) and isinstance(target.value, str):
                if not self._exists(target.value):
                    said = f"no template is named '{target.value}'"
                    found.append(_at(name, text, node.lineno, "unknown-template", said, ""))
        return found

    def _exists(self, name: str) -> bool:
        loader = self._environment.loader
        try:
            return loader is not None and bool(loader.get_source(self._environment, name))
        except Exception as error:
            if type(error).__name__ == "TemplateNotFound":
                return False
            raise


def _line_of(tree: nodes.Template, word: str) -> int:
    lines = [node.lineno for node in tree.find_all(nodes.Name) if node.name == word]
    return min(lines, default=1)


def _at(name: str, text: str, line: int, code: str, message: str, help_text: str) -> Diagnostic:
    """Return a problem that underlines one whole line: Jinja2 knows no columns."""
    lines = text.splitlines() or [""]
    content = lines[min(line, len(lines)) - 1]
    start = len(content) - len(content.lstrip())
    span = Span(line, start + 1, line, max(len(content.rstrip()), start + 1) + 1)
    return Diagnostic(code, message, f"templates/{name}", span, help=help_text)
