"""Paths that match globs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache


def selected(names: Iterable[str], globs: Sequence[str]) -> tuple[str, ...]:
    """Return the paths that match any glob, and none that begins with an exclamation mark."""
    wanted, refused = _patterns(tuple(globs))
    return tuple(
        name
        for name in names
        if wanted.fullmatch(name) and not (refused and refused.fullmatch(name))
    )


def matches(name: str, glob: str) -> bool:
    """Tell whether a path matches; `**/` also matches nothing, `*` stays within a folder."""
    return _patterns((glob,))[0].fullmatch(name) is not None


@cache
def _patterns(globs: tuple[str, ...]) -> tuple[re.Pattern[str], re.Pattern[str] | None]:
    """Return what matches the wanted paths, and what matches the refused ones."""
    wanted = [glob for glob in globs if not glob.startswith("!")] or ["**"]
    refused = [glob[1:] for glob in globs if glob.startswith("!")]
    return _any_of(wanted), _any_of(refused) if refused else None


def _any_of(globs: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{_regex_of(glob)})" for glob in globs))


def _regex_of(glob: str) -> str:
    text = re.escape(glob).replace(r"\*\*/", "(?:.*/)?").replace(r"\*\*", ".*")
    return text.replace(r"\*", "[^/]*").replace(r"\?", "[^/]")
