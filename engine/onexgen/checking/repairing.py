"""Repairs of one package, again and again until nothing changes, each change with its reason."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from difflib import unified_diff
from typing import Any, Final

from onexgen.actions.base import Workspace
from onexgen.checking.globs import selected
from onexgen.checking.packages import Packages
from onexgen.checking.replacing import replaced
from onexgen.checking.tools import Running
from onexgen.json_types import JsonObject

# Lines of unchanged text around a change.
_AROUND: Final = 1


def repaired(
    fixes: Sequence[Mapping[str, Any]],
    files: Mapping[str, str],
    package: str,
    workspace: Workspace,
    at_most: int,
) -> tuple[dict[str, str], list[JsonObject], int]:
    """Apply fixes in their order until none of them changes anything, or for `at_most` rounds.

    Returns path -> text, one entry for each fix and file that it changed, and how many rounds
    changed something.
    """
    texts, changes = dict(files), list[JsonObject]()
    for number in range(at_most):
        before = texts
        for fix in fixes:
            changed = {str(change["file"]) for change in changes}
            subject = changed if fix["follows"] else texts.keys()
            after = apply(fix, texts, package, workspace, subject)
            changes += _changes(fix, texts, after)
            texts = after
        if texts == before:
            return texts, changes, number
    return texts, changes, at_most


def apply(
    fix: Mapping[str, Any],
    files: Mapping[str, str],
    package: str,
    workspace: Workspace,
    names: Container[str],
) -> dict[str, str]:
    """Return all files of a package as one fix leaves them that is for some of them."""
    wanted = [name for name in selected(files, fix["files"]) if name in names]
    if not wanted:
        return dict(files)
    if fix["tool"] is None:
        context: JsonObject = {"files": dict(files)}
        text = str(workspace.evaluate(fix["replace"], context))
        return {**files, **{name: replaced(fix, files[name], text) for name in wanted}}
    packages = Packages(workspace.scratch, [(package, files)])
    Running(fix["tool"], packages.task([wanted]), workspace).output()
    return packages.read([wanted])[0]


def _changes(
    fix: Mapping[str, Any], before: Mapping[str, str], after: Mapping[str, str]
) -> list[JsonObject]:
    return [
        {
            "fix": fix["id"],
            "why": fix["why"],
            "file": name,
            "line": _first(text, after[name]),
            "diff": _diff(text, after[name]),
        }
        for name, text in before.items()
        if after[name] != text
    ]


def _first(before: str, after: str) -> int:
    """Return the number of the first line that differs, counted from 1."""
    pairs = zip(before.splitlines(), after.splitlines(), strict=False)
    number = 0
    for number, (old, new) in enumerate(pairs, 1):
        if old != new:
            return number
    return number + 1


def _diff(before: str, after: str) -> str:
    lines = unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=_AROUND)
    return "\n".join(list(lines)[2:])
