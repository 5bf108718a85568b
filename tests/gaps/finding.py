"""The gaps of one package: what it names, what it says about that, and what it hides."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator, Mapping
from fnmatch import fnmatch
from pathlib import Path
from typing import Any, Final, NamedTuple

import yaml
from tests.gaps.hollow import hollow_functions

_FILE: Final = Path(__file__).parent / "rules.yaml"
RULES: Final[dict[str, Any]] = yaml.safe_load(_FILE.read_text("utf-8"))
_UNFINISHED: Final = re.compile(RULES["unfinished"])
_LEFT_OUT: Final = re.compile(r"\*\*Asked for, but not part of this package:\*\* (.*?)\. Nothing")
_EXTENSION: Final = re.compile(r"^## Extension point\n(.*?)^## ", re.MULTILINE | re.DOTALL)
#: File, rule, and the name of a function, or none for all of them.
_ALLOWED: Final = {(one["file"], one["rule"], one.get("name")) for one in RULES["allowed"]}


class Gap(NamedTuple):
    """Something that is missing: where, and what."""

    place: str
    said: str


class Made(NamedTuple):
    """A package as a run made it, with what the run says about it; `own` are its name's forms."""

    case: str
    family: str
    own: tuple[str, ...]
    files: Mapping[str, str]
    requirements: Mapping[str, Any]
    contract: Mapping[str, Any]
    points: list[str]
    answered: list[str]
    summary: list[str]


def open_gaps(made: Made) -> Iterator[Gap]:
    """Yield what is wrong with the extension points that a package names, here but not there."""
    most = 1 if made.family in RULES["open_families"] else 0
    if len(made.points) > most:
        yield Gap("settings", f"{len(made.points)} extension points, {most} allowed")
    if made.answered != made.points:
        yield Gap("outputs", f"extension_points is {made.answered}, not {made.points}")
    section = _EXTENSION.search(made.files["README.md"])
    for point in made.points:
        path, name = place_of(point)
        if path not in made.files or name not in made.files[path]:
            yield Gap("settings", f"nothing in the package is '{point}'")
        if not section or path not in section[1]:
            yield Gap("README.md", f"says nothing of {path}")
        if not any(line.startswith("Extension point: ") and point in line for line in made.summary):
            yield Gap("summary", f"says nothing of {point}")


def place_of(point: str) -> tuple[str, str]:
    """Return file and name of an extension point: `utils/util_a.py: name (what it is for)`."""
    path, _, rest = point.partition(": ")
    return path, rest.partition(" ")[0]


def hidden_gaps(made: Made) -> Iterator[Gap]:
    """Yield what is not done and not said."""
    places = {place_of(point)[0] for point in made.points}
    for path, text in sorted(made.files.items()):
        if not path.startswith("tests/") and path not in places and path.endswith(".py"):
            yield from _gaps_of_code(path, text)
    for kind in ("operations", "features"):
        for name in made.requirements[kind]:
            if not _is_left_out(name, made) and not _is_shown(kind, name, made):
                yield Gap("contract.yaml", f"{kind[:-1]} {name} is neither done nor left out")


def _gaps_of_code(path: str, text: str) -> Iterator[Gap]:
    for found in hollow_functions(text, RULES["loggers"]):
        if not _ALLOWED & {(path, found.rule, name) for name in (None, found.name)}:
            yield Gap(f"{path}:{found.line}", f"{found.name} {found.rule}")
    for number, line in enumerate(text.splitlines(), 1):
        if said := _UNFINISHED.search(line):
            yield Gap(f"{path}:{number}", f"'{said[0]}' in: {line.strip()}")


def _is_left_out(name: str, made: Made) -> bool:
    """Tell whether the README says that something asked for is not part of the package."""
    line = _LEFT_OUT.search(made.files["README.md"])
    return line is not None and name.replace("_", " ") in re.sub(r"[\\_]+", " ", line[1])


def _is_shown(kind: str, name: str, made: Made) -> bool:
    """Tell whether the contract or what the code defines shows that something is there."""
    words = tuple(RULES["shown"][kind].get(name, [name]))
    listed = [one["operation_type"] for one in made.contract.get("io_operations", [])]
    if any(
        one["feature"] == name and fnmatch(made.family, one["families"])
        for one in RULES["elsewhere"]
    ):
        return True
    if kind == "operations" and listed:
        shown = any(piece.startswith(words) for one in listed for piece in one.split("_"))
        if shown or name not in RULES["inner"]:
            return shown
    return any(piece.startswith(words) for piece in _pieces(made))


def _pieces(made: Made) -> set[str]:
    """Return the words of what a package does, without those of its name, which show nothing."""
    contract = {key: value for key, value in made.contract.items() if key not in RULES["prose"]}
    text = " ".join([json.dumps(contract), *_definitions(made)])
    for form in made.own:
        text = text.replace(form, "")
    return set(re.findall(r"[a-z]+", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text).lower()))


def _definitions(made: Made) -> Iterator[str]:
    """Yield what the code of a package defines, imports and keeps as fields."""
    for path, text in made.files.items():
        if path.endswith(".py") and not any(fnmatch(path, one) for one in RULES["everywhere"]):
            for node in ast.walk(ast.parse(text)):
                match node:
                    case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                        yield name
                    case ast.ClassDef(name=name) | ast.alias(name=name):
                        yield name
                    case ast.AnnAssign(target=ast.Name(id=name)):
                        yield name
