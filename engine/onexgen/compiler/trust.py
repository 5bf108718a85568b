"""What the data files of a folder run, and the installed ones do not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from onexgen.compiler import Compilation
from onexgen.compiler.of_kind import names_of_kind, raise_if_wrong
from onexgen.config.pipeline import Pipeline
from onexgen.config.quality import Check, Checks, Fix, Tool
from onexgen.diagnostics import UnsafeError
from onexgen.positions import Marks, Path
from onexgen.resources import Pack, installed_pack

# Actions that run code of the package that they look at.
_RUNNING: Final = frozenset({"execute"})


def require_trust(pack: Pack, pipeline: str, environment: str | None) -> None:
    """Raise an UnsafeError with the place of everything that only this folder runs.

    Whoever judges somebody else's checkout must not run what it says: neither programs of its
    rules, nor the code of packages because its pipeline does.
    """
    compilation = Compilation(pack, environment)
    installed = Compilation(Pack((installed_pack().resolve(),)))
    find_untrusted(compilation, installed)
    _find_untrusted_steps(compilation, installed, pipeline)
    found = compilation.diagnostics
    if found and all(item.code == "untrusted-program" for item in found):
        texts = compilation.documents.texts
        said = "the data files of this folder say what to run"
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


def _find_untrusted_steps(compilation: Compilation, trusted: Compilation, name: str) -> None:
    """Record a problem for every step that runs code, of a pipeline that is not the installed one.

    When such a step runs is decided anywhere in a pipeline: it is the same as a whole, or is not.
    """
    pipeline, marks = _pipeline(compilation, name)
    if pipeline is None or marks is None or pipeline == _pipeline(trusted, name)[0]:
        return
    for number, stage in enumerate(pipeline.stages):
        for count, step in enumerate(stage.steps):
            if step.uses in _RUNNING:
                marks.error(
                    "untrusted-program",
                    ("stages", number, "steps", count, "uses"),
                    f"'{step.id}' runs code of the package, in a pipeline that is not installed",
                    help="say --trust if you know who wrote this",
                )


def _pipeline(compilation: Compilation, name: str) -> tuple[Pipeline | None, Marks | None]:
    is_there = compilation.documents.raw(name) is not None
    loaded = compilation.documents.load(name, "pipeline") if is_there else None
    pipeline, marks = loaded or (None, None)
    return (pipeline, marks) if isinstance(pipeline, Pipeline) else (None, None)


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
