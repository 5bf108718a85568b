"""The file in which a package declares what it needs: read, and added to with its layout kept."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from onexgen.diagnostics import ConfigError, Diagnostic, OnexgenError, OutsideError, Span
from onexgen.storage.replacing import replace_files
from onexgen.testing.recognising import normalised

_PROJECT: Final = "pyproject.toml"
_LIST: Final = "requirements.txt"
# Where people keep what only tests need, likeliest first.
_TEST_LISTS: Final = ("requirements-test.txt", "requirements-tests.txt", "requirements-dev.txt")
_TEST_GROUPS: Final = ("test", "tests", "testing", "dev")
_NOTHING: Final = type(None)
# Where dependencies stand, and as what.
_SHAPES: Final[dict[tuple[str, ...], tuple[type, ...]]] = {
    ("project",): (dict, _NOTHING),
    ("project", "dependencies"): (list, _NOTHING),
    ("project", "optional-dependencies"): (dict, _NOTHING),
    ("dependency-groups",): (dict, _NOTHING),
    ("tool",): (dict, _NOTHING),
    ("tool", "poetry"): (dict, _NOTHING),
    ("tool", "poetry", "dependencies"): (dict, _NOTHING),
    ("tool", "poetry", "group"): (dict, _NOTHING),
}
_NAME: Final = re.compile(r"^\s*([A-Za-z0-9][\w.-]*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A package that is to be declared; `for_tests`: nothing but tests needs it."""

    package: str
    for_tests: bool


def file_of(folder: Path) -> Path | None:
    """Return the file in which a package declares what it needs, in its folder or above.

    A project ends where its version control begins.
    """
    for place in (folder, *folder.parents):
        for name in (_PROJECT, _LIST):
            if (place / name).is_file():
                return place / name
        if (place / ".git").exists():
            break
    return None


def declared_in(path: Path) -> list[str]:
    """Return the packages that a file declares, for tests too."""
    if path.name == _LIST:
        lists = [path, *(path.with_name(name) for name in _TEST_LISTS)]
        texts = [_read(file) for file in lists if file.is_file()]
        return _names(line for text in texts for line in text.splitlines())
    return _names(_requirements(_parsed(path, _read(path))))


def declare(path: Path, wanted: Sequence[Wanted]) -> list[str]:
    """Add packages to a file that does not have them; return those that were added."""
    known = {normalised(name) for name in declared_in(path)}
    missing = [one for one in wanted if normalised(one.package) not in known]
    for for_tests in (False, True):
        names = [one.package for one in missing if one.for_tests is for_tests]
        if names and path.name == _LIST:
            _add_lines(path, names, for_tests=for_tests)
        elif names:
            _add_to_project(path, names, for_tests=for_tests)
    return [one.package for one in missing]


def _add_lines(path: Path, names: Sequence[str], *, for_tests: bool) -> None:
    others = [path.with_name(name) for name in _TEST_LISTS] if for_tests else []
    file = next((other for other in others if other.is_file()), path)
    text = _read(file)
    end = "\r\n" if "\r\n" in text else "\n"
    glue = "" if not text or text.endswith("\n") else end
    added = "".join(f"{name}{end}" for name in names)
    replace_files({file: f"{text}{glue}{added}".encode()})


def _add_to_project(path: Path, names: Sequence[str], *, for_tests: bool) -> None:
    import tomlkit

    text = _read(path)
    document = _parsed(path, text.replace("\r\n", "\n"))
    place = _place_for(document, path, for_tests=for_tests)
    for name in names:
        if isinstance(place, list):
            place.append(name)
        else:
            place[name] = "*"
    end = "\r\n" if "\r\n" in text else "\n"
    replace_files({path: tomlkit.dumps(document).replace("\n", end).encode()})


def _place_for(document: Any, path: Path, *, for_tests: bool) -> Any:
    """Return the list or the table to which packages are added; it is made if there is none."""
    project, poetry = document.get("project"), document.get("tool", {}).get("poetry")
    if poetry is not None and (project is None or "dependencies" not in project):
        if for_tests:
            groups = poetry.setdefault("group", {})
            return _first_of(groups, {}).setdefault("dependencies", {})
        return poetry.setdefault("dependencies", {})
    if for_tests:
        extras = (project or {}).get("optional-dependencies", {})
        if any(name in extras for name in _TEST_GROUPS):
            return _first_of(extras, [])
        return _first_of(document.setdefault("dependency-groups", {}), [])
    if project is None:
        said = f"{path.name} has no [project] to which a dependency could be added"
        raise OnexgenError(said, help="add one, or declare the package where your build reads it")
    if "dependencies" in project.get("dynamic", []):
        said = f"the dependencies of {path.name} are dynamic: they stand somewhere else"
        raise OnexgenError(said, help="declare the package where your build reads it")
    return project.setdefault("dependencies", [])


def _first_of(groups: Any, empty: Any) -> Any:
    name = next((name for name in _TEST_GROUPS if name in groups), _TEST_GROUPS[0])
    return groups.setdefault(name, empty)


def _requirements(document: Any) -> Iterator[str]:
    """Yield all requirements of a project, however it declares them."""
    project = document.get("project", {})
    yield from project.get("dependencies", [])
    groups = [project.get("optional-dependencies", {}), document.get("dependency-groups", {})]
    for group in groups:
        for items in group.values():
            yield from (item for item in items if isinstance(item, str))
    poetry = document.get("tool", {}).get("poetry", {})
    yield from poetry.get("dependencies", {})
    for group in poetry.get("group", {}).values():
        yield from group.get("dependencies", {})


def _names(requirements: Iterator[str]) -> list[str]:
    found = [match[1] for match in map(_NAME.match, requirements) if match]
    return list(dict.fromkeys(found))


def _parsed(path: Path, text: str) -> Any:
    import tomlkit
    from tomlkit.exceptions import ParseError, TOMLKitError

    try:
        document = tomlkit.parse(text)
    except TOMLKitError as error:
        at = (error.line, error.col) if isinstance(error, ParseError) else (1, 1)
        said = str(error).partition(" at line ")[0]
        found = Diagnostic("toml-syntax", f"not TOML: {said}", path.name, Span(*at, *at))
        texts = {path.name: text}
        raise ConfigError(f"{path.name} is wrong", diagnostics=[found], texts=texts) from error
    for keys, kind in _SHAPES.items():
        if not isinstance(_below(document, keys), kind):
            said = f"'{'.'.join(keys)}' in {path.name} is not what it should be"
            raise OnexgenError(said, help="see the documentation of pyproject.toml")
    return document


def _below(document: Any, keys: Sequence[str]) -> Any:
    """Return what stands at a path of keys, None for nothing."""
    for key in keys:
        if not isinstance(document, dict) or key not in document:
            return None
        document = document[key]
    return document


def _read(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise OutsideError(f"cannot read '{path}': {error}") from error
