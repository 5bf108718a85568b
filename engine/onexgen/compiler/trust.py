"""Programs that the rules of a folder run, and that the installed rules do not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from onexgen.compiler import Compilation
from onexgen.compiler.of_kind import names_of_kind, raise_if_wrong
from onexgen.config.quality import Check, Checks, Fix, Tool
from onexgen.diagnostics import UnsafeError
from onexgen.positions import Marks, Path
from onexgen.resources import Pack, installed_pack


def require_trust(pack: Pack, environment: str | None) -> None:
    """Raise an UnsafeError with the place of every program that only this folder names.

    Whoever judges somebody else's checkout must not run what it says.
    """
    compilation = Compilation(pack, environment)
    find_untrusted(compilation, Compilation(Pack((installed_pack().resolve(),))))
    found = compilation.diagnostics
    if found and all(item.code == "untrusted-program" for item in found):
        texts = compilation.documents.texts
        said = "the rules of this folder name programs to run"
        raise UnsafeError(said, diagnostics=found, texts=texts)
    raise_if_wrong(compilation)


def find_untrusted(compilation: Compilation, trusted: Compilation) -> None:
    """Record a problem for every program that `trusted` does not run in the very same way."""
    known = [_way(tool) for _, _, tool, _ in _tools(trusted)]
    for marks, path, tool, rule in _tools(compilation):
        if _way(tool) not in known:
            marks.error(
                "untrusted-program",
                (*path, "tool", "command"),
                f"'{rule}' runs '{tool.command[0]}' as none of the installed rules does",
                help="say --trust if you know who wrote this",
            )


def _way(tool: Tool) -> tuple[list[str], dict[str, str]]:
    """Return what decides over what a program does."""
    return tool.command, tool.beside


def _tools(compilation: Compilation) -> Iterator[tuple[Marks, Path, Tool, str]]:
    """Yield the programs of all checks and fixes, with their places and the names of the rules."""
    for name in names_of_kind(compilation.pack, "checks"):
        loaded = compilation.documents.load(name, "checks")
        checks, marks = loaded or (None, None)
        if not isinstance(checks, Checks) or marks is None:
            continue
        lists: dict[str, Sequence[Check | Fix]] = {"checks": checks.checks, "fixes": checks.fixes}
        for field, rules in lists.items():
            for number, rule in enumerate(rules):
                if rule.tool is not None:
                    yield marks, (field, number), rule.tool, rule.id
