"""The action `declare`: dependencies are added to a package's own file; the rest stays.

Each tests/declare/NAME.case is a file, and the same with `hvac`, and `respx` for tests, added.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from onexgen.actions.declare import Declare, DeclareOptions
from onexgen.diagnostics import ConfigError, OnexgenError, OutsideError
from onexgen.session import Session

MISSING: list[dict[str, Any]] = [
    {"package": "hvac", "files": ["handlers/vault.py"]},
    {"package": "respx", "files": ["tests/test_vault.py"]},
]
CASES = sorted((Path(__file__).parent / "declare").glob("*.case"))
SECTION = re.compile(r"^====([^=\n]+)====\n", re.MULTILINE)


def declared(cwd: Path, *missing: dict[str, Any], preview: str | None = None) -> dict[str, Any]:
    """Return what the action returns for the package soup."""
    (cwd / "soup").mkdir(exist_ok=True)
    workspace = Session("pipelines/test.yaml", cwd=cwd).workspace(preview=preview)
    result = Declare(workspace)(DeclareOptions(folder="soup", missing=[*missing]))
    assert isinstance(result, dict)
    return result


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["lf", "crlf"])
def test_added(case: Path, end: str, tmp_path: Path) -> None:
    """Packages are added where the file has such, those of tests apart; a second time adds none."""
    _, name, before, _, after = SECTION.split(case.read_text("utf-8"))
    if not before:
        end = "\n"
    path = tmp_path / name
    path.write_bytes(before.replace("\n", end).encode())
    path.chmod(0o640)

    first = declared(tmp_path, *MISSING)

    assert path.read_bytes().decode() == after.replace("\n", end)
    assert (first["file"], first["added"]) == (name, ["hvac", "respx"] * (before != after))
    assert path.stat().st_mode & 0o777 == 0o640
    assert declared(tmp_path, *MISSING)["added"] == []
    assert path.read_bytes().decode() == after.replace("\n", end)


def test_last_line_without_end(tmp_path: Path) -> None:
    """A last line that does not end is not glued to what is added."""
    (tmp_path / "requirements.txt").write_text("httpx>=0.28")

    declared(tmp_path, *MISSING)

    assert (tmp_path / "requirements.txt").read_text() == "httpx>=0.28\nhvac\nrespx\n"


def test_list_of_tests(tmp_path: Path) -> None:
    """What only tests need goes into a list of their own, where there is one."""
    (tmp_path / "requirements.txt").write_text("httpx\n")
    (tmp_path / "requirements-dev.txt").write_text("pytest\n")

    result = declared(tmp_path, *MISSING)

    assert result["declared"] == ["httpx", "hvac", "pytest", "respx"]
    assert (tmp_path / "requirements.txt").read_text() == "httpx\nhvac\n"
    assert (tmp_path / "requirements-dev.txt").read_text() == "pytest\nrespx\n"


def test_nearest_file_of_the_project(tmp_path: Path) -> None:
    """The nearest file counts, and none beyond the project."""
    (tmp_path / "pyproject.toml").write_text("[project]\ndependencies = []\n")
    project = tmp_path / "project"
    (project / ".git").mkdir(parents=True)

    with pytest.raises(OnexgenError) as caught:
        declared(project, *MISSING)

    assert str(caught.value) == "there is no file to which hvac, respx could be added"
    assert declared(project) == {"file": None, "added": [], "declared": []}


def test_only_looking_changes_nothing(tmp_path: Path) -> None:
    """A run that writes nothing does not declare anything either."""
    (tmp_path / "requirements.txt").write_text("httpx\n")

    assert declared(tmp_path, *MISSING, preview="list")["added"] == []
    assert (tmp_path / "requirements.txt").read_text() == "httpx\n"


@pytest.mark.parametrize(
    ("text", "error", "said"),
    [
        ("[project\n", ConfigError, "pyproject.toml is wrong"),
        (
            "[project]\ndynamic = ['dependencies']\n", OnexgenError,
            "the dependencies of pyproject.toml are dynamic: they stand somewhere else",
        ),
        (
            "[tool.ruff]\n", OnexgenError,
            "pyproject.toml has no [project] to which a dependency could be added",
        ),
        (
            "[project]\ndependencies = 'httpx'\n", OnexgenError,
            "'project.dependencies' in pyproject.toml is not what it should be",
        ),
    ],
)  # fmt: skip
def test_refused(text: str, error: type[OnexgenError], said: str, tmp_path: Path) -> None:
    """A file to which nothing can be added stays as it is, and the reason is told."""
    path = tmp_path / "pyproject.toml"
    path.write_text(text)

    with pytest.raises(error) as caught:
        declared(tmp_path, *MISSING)

    assert str(caught.value) == said
    assert path.read_text() == text


def test_place_of_what_is_no_toml(tmp_path: Path) -> None:
    """The line and column of what is wrong are those of the file."""
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "soup\n')

    with pytest.raises(ConfigError) as caught:
        declared(tmp_path)

    [found] = caught.value.diagnostics
    assert (found.code, found.path, found.span and found.span.line) == (
        "toml-syntax", "pyproject.toml", 2,
    )  # fmt: skip


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    """A file in another encoding is not read as if it were UTF-8."""
    (tmp_path / "requirements.txt").write_bytes(b"caf\xe9\n")

    with pytest.raises(OutsideError, match="cannot read"):
        declared(tmp_path)
