"""Repairs of texts that need no program: a pattern or a regex, and what takes its place."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

# A part of a match in what takes its place: one, or with three signs all.
_PART: Final = re.compile(r"\$(\$\$)?([A-Z][A-Z0-9_]*)")


def replaced(fix: Mapping[str, Any], source: str, text: str) -> str:
    """Return a text with something else in place of what a fix finds in it."""
    if fix["regex"] is not None:
        return re.sub(fix["regex"], text, source, flags=re.MULTILINE)
    return _structural(fix["pattern"], source, text)


def _structural(rule: Mapping[str, Any], source: str, text: str) -> str:
    """Return Python with matches replaced; of two that overlap, the outer one."""
    from ast_grep_py import SgRoot

    root: Any = SgRoot(source, "python").root()
    edits, end = [], -1
    for match in root.find_all(rule):
        if match.range().start.index >= end:
            edits.append(match.replace(_filled(match, source, text)))
            end = match.range().end.index
    return str(root.commit_edits(edits)) if edits else source


def _filled(match: Any, source: str, text: str) -> str:
    def part(found: re.Match[str]) -> str:
        if not found[1]:
            one = match.get_match(found[2])
            return one.text() if one else ""
        many = match.get_multiple_matches(found[2])
        return source[many[0].range().start.index : many[-1].range().end.index] if many else ""

    return _PART.sub(part, text)
