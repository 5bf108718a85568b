"""What templates define for each other, and what nobody defines."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, fields

from jinja2 import meta, nodes


@dataclass(frozen=True, slots=True)
class TemplateNames:
    """The names of one template; each reference and each need with its line."""

    needs: dict[str, int]
    top: frozenset[str]
    inner: frozenset[str]
    extends: dict[str, int]
    includes: dict[str, int]
    imports: dict[str, int]

    def values(self) -> tuple[object, ...]:
        """Return the values of all fields, in their order."""
        return tuple(getattr(self, field.name) for field in fields(self))

    @property
    def references(self) -> dict[str, int]:
        """Return every template that this one names in plain text."""
        return {**self.extends, **self.includes, **self.imports}


def needed(tree: nodes.Template, functions: Collection[str]) -> set[str]:
    """Return the names that a template needs; `functions` are not there while it runs."""
    used = {node.name for node in tree.find_all(nodes.Name)}
    return meta.find_undeclared_variables(tree) | used.intersection(functions)


def names_of(tree: nodes.Template, functions: Collection[str]) -> TemplateNames:
    """Return what a template defines and needs."""
    words = needed(tree, functions)
    lines = [(node.name, node.lineno) for node in tree.find_all(nodes.Name)]
    return TemplateNames(
        needs={word: min(n for name, n in lines if name == word) for word in sorted(words)},
        top=frozenset(_stored(_level(tree.body))),
        inner=frozenset(_stored(tree.find_all(nodes.Node))),
        extends=_targets(tree, nodes.Extends),
        includes=_targets(tree, nodes.Include),
        imports=_targets(tree, nodes.Import) | _targets(tree, nodes.FromImport),
    )


def _targets(tree: nodes.Template, kind: type[nodes.Node]) -> dict[str, int]:
    found = {}
    for node in tree.find_all(kind):
        target = node.template  # type: ignore[attr-defined]
        if isinstance(target, nodes.Const) and isinstance(target.value, str):
            found[target.value] = node.lineno
    return found


def _level(body: list[nodes.Node]) -> Iterator[nodes.Node]:
    """Yield the nodes of the outermost level: a condition opens no level of its own."""
    for node in body:
        yield node
        if isinstance(node, nodes.If):
            yield from _level([*node.body, *node.elif_, *node.else_])
        elif isinstance(node, (nodes.Assign, nodes.AssignBlock)):
            yield node.target
            yield from node.target.find_all(nodes.Name)


def _stored(found: Iterator[nodes.Node]) -> Iterator[str]:
    for node in found:
        if isinstance(node, nodes.Macro) or (isinstance(node, nodes.Name) and node.ctx != "load"):
            yield node.name
        elif isinstance(node, nodes.Import):
            yield node.target
        elif isinstance(node, nodes.FromImport):
            yield from (name if isinstance(name, str) else name[1] for name in node.names)


def undefined(
    templates: Mapping[str, TemplateNames], known: Collection[str]
) -> Iterator[tuple[str, str, int, frozenset[str]]]:
    """Yield template, name and line of what nobody defines, and the names that there are."""
    for name, template in templates.items():
        given = frozenset(known) | _given(name, templates, set())
        for word, line in template.needs.items():
            if word not in given:
                yield name, word, line, given


def _given(name: str, templates: Mapping[str, TemplateNames], seen: set[str]) -> frozenset[str]:
    """Return the names that a template gets from itself and from those that use it."""
    seen.add(name)
    own = templates[name]
    # Not only what is set for certain: a name may be set and used under the same condition.
    found = own.inner
    for parent in own.extends:
        if parent in templates and parent not in seen:
            found |= _given(parent, templates, seen)
    for other, user in templates.items():
        if other in seen:
            continue
        if name in user.extends:
            found |= user.top
        if name in user.includes:
            found |= user.inner | _given(other, templates, seen)
    return found
