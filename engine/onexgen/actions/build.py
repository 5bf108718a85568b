"""Data from blueprints."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import reduce
from typing import Any, ClassVar

from onexgen.actions.base import Workspace
from onexgen.diagnostics import OnexgenError, closest
from onexgen.expressions import OMIT, Expressions
from onexgen.filters import merge
from onexgen.json_types import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildOptions:
    """Which blueprint to fill, and with what."""

    file: str
    """A blueprint of the pack, or with `family` the name of one in each of its folders."""
    context: dict[str, Json]
    """The names that expressions may use."""
    family: str = ""
    """A family: its blueprints are merged from the oldest ancestor to the family itself."""


class Build:
    """Fill a blueprint: data whose texts may hold expressions."""

    Options: ClassVar[type[Any]] = BuildOptions
    EMPTY: ClassVar[Json] = {}
    FILES: ClassVar[Mapping[str, str]] = {"family": "family", "file": "blueprint"}

    def __init__(self, workspace: Workspace) -> None:
        """Use the blueprints of the workspace."""
        self._workspace = workspace

    def __call__(self, options: BuildOptions) -> Json:
        """Return the filled data; keys see the others of the top level as `this`."""
        tree = self._tree(options)
        if not isinstance(tree, dict):
            value: Json = self._workspace.expressions.fill_all(tree, options.context)
            return value
        return dict(Filling(tree, options.context, self._workspace.expressions))

    def _tree(self, options: BuildOptions) -> Json:
        if not options.family:
            known = self._workspace.blueprints
            if options.file not in known:
                raise OnexgenError(
                    f"no blueprint is named '{options.file}'", help=closest(options.file, known)
                )
            return known[options.file]
        family = self._workspace.family(options.family)
        empty: Json = {}
        return reduce(_merged, family.blueprints.get(options.file, []), empty)


class Filling(Mapping[str, Json]):
    """A blueprint that is filled key by key, each when it is first asked for.

    So the order of keys does not matter: a child's key may be used by a parent's.
    """

    def __init__(
        self, tree: Mapping[str, Json], context: Mapping[str, Any], expressions: Expressions
    ) -> None:
        """Fill nothing yet."""
        self._tree = tree
        self._context = {**context, "this": self}
        self._expressions = expressions
        self._done: dict[str, Json] = {}
        self._open: list[str] = []

    def __getitem__(self, key: str) -> Json:
        """Return a key's value; KeyError when there is none, or its value is to be omitted."""
        if key not in self._done:
            self._fill(key)
        if self._done[key] is OMIT:
            raise KeyError(key)
        return self._done[key]

    def _fill(self, key: str) -> None:
        if key in self._open:
            ring = " -> ".join([*self._open[self._open.index(key) :], key])
            raise OnexgenError(f"a blueprint needs itself: {ring}")
        value = self._tree[key]
        self._open.append(key)
        try:
            self._done[key] = self._expressions.fill_all(value, self._context)
        finally:
            self._open.pop()

    def __iter__(self) -> Iterator[str]:
        """Yield the keys that are not omitted, in their order."""
        return (key for key in self._tree if key in self)

    def __contains__(self, key: object) -> bool:
        """Tell whether a key is there; that of an omitted value is not."""
        try:
            return isinstance(key, str) and self[key] is not OMIT
        except KeyError:
            return False

    def __len__(self) -> int:
        """Return the number of keys that are not omitted."""
        return sum(1 for _ in self)


def _merged(old: Json, new: Json) -> Json:
    return merge(old, new) if isinstance(old, dict) and isinstance(new, dict) else new
