"""Compiled documents with their parts, and what is built from them once a process."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, cast

from onexgen.actions.base import Workspace
from onexgen.json_types import Json

# Warm processes meet the same documents again; a few packs and environments are usual.
_MOST: Final = 64
_KEPT: Final[dict[tuple[int, ...], tuple[Sequence[object], Any]]] = {}


def documents_of(workspace: Workspace, path: str) -> list[Json]:
    """Return a compiled document and, behind it, its parts."""
    document = workspace.rules(path)
    parts = cast("dict[str, list[str]]", document)["parts"]
    return [document, *(workspace.rules(part) for part in parts)]


def kept[T](documents: Sequence[object], make: Callable[[], T]) -> T:
    """Return what `make` makes from some documents, made once for the same documents."""
    key = tuple(id(document) for document in documents)
    found = _KEPT.get(key)
    if found is None:
        if len(_KEPT) >= _MOST:
            _KEPT.clear()
        # The documents are kept too, so that their ids stay theirs.
        found = _KEPT[key] = (documents, make())
    return cast("T", found[1])
