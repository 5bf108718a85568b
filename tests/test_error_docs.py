"""docs/errors.md explains every code, and its examples are executed.

`WRITE=1 pytest tests/test_error_docs.py` writes what they print into the document, to be read.
"""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from onexgen.compiler import Compilation
from onexgen.compiler.trust import find_untrusted
from onexgen.diagnostics import ConfigError, render
from onexgen.resources import Pack, installed_pack
from onexgen.settings import load_settings
from onexgen.tuning.knowledge import Knowledge
from onexgen.tuning.lint import lint

DOCUMENT = Path(__file__).parent.parent / "docs/errors.md"
SECTION = re.compile(r"^## (\S+)\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FILE = re.compile(r"^(?:#|\{#) (\S+/\S+|\.\S+\.toml)", re.MULTILINE)
SECTIONS = dict(SECTION.findall(DOCUMENT.read_text(encoding="utf-8")))
# Calls whose first argument is a code.
CALLS = {"Diagnostic", "Mistake", "_at", "_problem", "_warning", "_wrong", "error"}


def codes(root: Path) -> Iterator[str]:
    """Yield every code that stands in the engine."""
    for path in sorted((root / "engine/onexgen").rglob("*.py")):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and called(call) in CALLS:
                for argument in call.args[:4]:
                    if isinstance(argument, ast.Constant) and is_code(argument.value):
                        yield str(argument.value)


def called(call: ast.Call) -> str:
    """Return the name of the function or method that is called."""
    function = call.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def is_code(value: object) -> bool:
    """Tell whether a value looks like a code."""
    return isinstance(value, str) and re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", value) is not None


def test_every_code_is_explained(root: Path) -> None:
    """What a report refers to exists: each code has its section, in alphabetical order."""
    assert set(codes(root)) - set(SECTIONS) == set()
    assert list(SECTIONS) == sorted(SECTIONS)


# Templates are compiled for the pipelines that use them: this one is there when it is needed.
PIPELINE = b"""\
version: 1
kind: pipeline
name: menu
description: Writes a menu.
stages:
  - id: all
    title: All
    steps: [{id: menu, uses: render, with: {family: menu, context: {}}}]
"""


def example(section: str, folder: Path) -> None:
    """Write the files of a section."""

    def write(name: str, content: bytes) -> None:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)

    for language, text in BLOCK.findall(section):
        if language == "python":
            exec(text, {"write": write})  # noqa: S102 - our own document
        elif language != "text":
            found = FILE.search(text)
            assert found is not None
            write(found[1], text.encode())
    if (folder / "templates").exists() and not (folder / "pipelines").exists():
        write("pipelines/menu.yaml", PIPELINE)


def report(folder: Path) -> str:
    """Return what is wrong with the files of a folder."""
    try:
        load_settings(folder)
    except ConfigError as error:
        return render(error.diagnostics, error.texts)
    overlays = [path.stem for path in folder.glob("environments/*.yaml")]
    compilation = Compilation(Pack((folder,)), overlays[0] if overlays else None)
    compilation.everything()
    found = compilation.diagnostics
    if not found and (folder / "rules").exists():
        found = tuple(lint(Knowledge(Pack((folder,)))))
    if not found:
        find_untrusted(compilation, Compilation(Pack((installed_pack(),))))
        found = compilation.diagnostics
    return render(found, compilation.documents.texts)


@pytest.mark.parametrize("code", SECTIONS)
def test_example(code: str, tmp_path: Path) -> None:
    """The example of a code makes exactly the report that the document shows."""
    section = SECTIONS[code]
    example(section, tmp_path)
    printed = report(tmp_path)
    (shown,) = (text for language, text in BLOCK.findall(section) if language == "text")
    if "WRITE" in os.environ:
        whole = DOCUMENT.read_text(encoding="utf-8")
        new = section.replace(f"```text\n{shown}```", f"```text\n{printed}```")
        DOCUMENT.write_text(whole.replace(section, new), encoding="utf-8")
        shown = printed

    assert printed == shown
    assert f"error[{code}]" in shown or f"warning[{code}]" in shown
    assert "**Repair:** " in section
