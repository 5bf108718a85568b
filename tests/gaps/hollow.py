"""Functions that do nothing for their purpose, found in code alone."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator
from typing import Final, NamedTuple

type Function = ast.FunctionDef | ast.AsyncFunctionDef

_OWNERS: Final = {"self", "cls"}
#: What only declares a function: its body is somebody else's.
_DECLARING: Final = {"abstractmethod", "overload"}


class Hollow(NamedTuple):
    """A function without content: where it is, why it is one, what it is called."""

    line: int
    rule: str
    name: str


def hollow_functions(code: str, loggers: Collection[str]) -> Iterator[Hollow]:
    """Yield functions that are empty, or nothing but a constant, an argument or a line in a log."""
    for owner, function in _functions(ast.parse(code)):
        if not _is_declared(owner, function):
            rule = _rule(function, loggers)
            if rule:
                yield Hollow(function.lineno, rule, function.name)


def _functions(tree: ast.AST) -> Iterator[tuple[ast.AST, Function]]:
    """Yield every function with what it stands in."""
    for owner in ast.walk(tree):
        for child in ast.iter_child_nodes(owner):
            if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
                yield owner, child


def _is_declared(owner: ast.AST, function: Function) -> bool:
    """Tell whether a function is a member of a protocol, abstract or one of several signatures."""
    bases = owner.bases if isinstance(owner, ast.ClassDef) else []
    names = {_name(base) for base in bases} | {_name(one) for one in function.decorator_list}
    return bool(names & (_DECLARING | {"Protocol"}))


def _rule(function: Function, loggers: Collection[str]) -> str:
    """Return what is hollow about a function, nothing if it has content."""
    body = function.body[ast.get_docstring(function) is not None :]
    if all(_does_nothing(statement) for statement in body):
        return "empty"
    match body:
        case [ast.Return(value=value)] if value is None or _is_constant(value):
            return "returns-constant"
        case [ast.Return(value=value)] if _root(value) in _parameters(function):
            return "returns-argument"
        case [ast.Expr(value=ast.Call(func=called))] if _name(called) in loggers:
            return "only-logs"
    return ""


def _does_nothing(statement: ast.stmt) -> bool:
    match statement:
        case ast.Pass() | ast.Expr(value=ast.Constant()):
            return True
        case ast.Raise(exc=ast.expr() as raised):
            return _name(raised) == "NotImplementedError"
    return False


def _is_constant(value: ast.expr) -> bool:
    try:
        ast.literal_eval(value)
    except ValueError:
        return False
    return True


def _root(value: ast.expr | None) -> str:
    """Return the name at the beginning of `name.attribute.attribute`, awaited or not."""
    while isinstance(value, ast.Attribute | ast.Await):
        value = value.value
    return value.id if isinstance(value, ast.Name) else ""


def _parameters(function: Function) -> set[str]:
    given = function.args
    named = [*given.posonlyargs, *given.args, *given.kwonlyargs]
    return {one.arg for one in named} - _OWNERS


def _name(value: ast.expr) -> str:
    """Return the last name of what is called, subscripted or named."""
    match value:
        case ast.Call(func=inner) | ast.Subscript(value=inner):
            return _name(inner)
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
    return ""
