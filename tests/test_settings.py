"""The user's configuration: where it is found, what it may say, what wins."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from onexgen.diagnostics import ConfigError, render
from onexgen.settings import Settings, load_settings


def write(folder: Path, files: dict[str, str]) -> None:
    """Write files, given by their paths."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


@pytest.mark.parametrize(
    ("files", "place", "expected"),
    [
        ({".git/x": ""}, ".", {"root": "."}),
        ({".git/x": "", "a/b/x": ""}, "a/b", {"root": "a/b"}),
        ({".onexgen.toml": ""}, ".", {"root": ".", "path": ".onexgen.toml"}),
        (
            {".onexgen.toml": 'env = "home"', "a/b/x": ""},
            "a/b",
            {"root": ".", "path": ".onexgen.toml", "env": "home"},
        ),
        (
            {".onexgen.toml": 'env = "far"', "a/.onexgen.toml": 'env = "near"', "a/b/x": ""},
            "a/b",
            {"root": "a", "path": "a/.onexgen.toml", "env": "near"},
        ),
        (
            {".onexgen.toml": 'env = "out"', "a/.git/x": "", "a/b/x": ""},
            "a/b",
            {"root": "a/b"},
        ),
        (
            {"pyproject.toml": '[project]\nname = "x"\n[tool.onexgen]\nenv = "shared"'},
            ".",
            {"root": ".", "path": "pyproject.toml", "env": "shared"},
        ),
        (
            {"pyproject.toml": "[tool.onexgen.inputs]\nwish = 'soup'"},
            ".",
            {"root": ".", "path": "pyproject.toml", "inputs": {"wish": "soup"}},
        ),
        (
            {"pyproject.toml": "[tool.onexgen]\nenv = 'b'", ".onexgen.toml": "env = 'a'"},
            ".",
            {"root": ".", "path": ".onexgen.toml", "env": "a"},
        ),
        ({".git/x": "", "pyproject.toml": "# see [tool.onexgen]\n"}, ".", {"root": "."}),
        ({".git/x": "", "pyproject.toml": "[tool.onexgenerator]\na = 1\n"}, ".", {"root": "."}),
        ({".git/x": "", "pyproject.toml": "[[tool.onexgen]]\na = 1\n"}, ".", {"root": "."}),
        (
            {".onexgen.toml": "alone = true"},
            ".",
            {"root": ".", "path": ".onexgen.toml", "alone": True},
        ),
    ],
)  # fmt: skip
def test_found(files: dict[str, str], place: str, expected: dict[str, Any], tmp_path: Path) -> None:
    """The nearest file counts; a project ends where its version control begins."""
    write(tmp_path, files)
    wanted = {
        key: (tmp_path / value).resolve() if key in ("root", "path") else value
        for key, value in expected.items()
    }

    assert load_settings(tmp_path / place) == Settings(**wanted)


@pytest.mark.parametrize(
    ("name", "text", "report"),
    [
        (
            ".onexgen.toml",
            'envv = "a"\n\n[inputz]\nalone = true\n',
            """.onexgen.toml:1:1: error[unknown-key]: unknown key 'envv'
  |
1 | envv = "a"
  | ^~~~
  = help: did you mean 'env'?
  = see: docs/errors.md#unknown-key

.onexgen.toml:3:2: error[unknown-key]: unknown key 'inputz'
  |
3 | [inputz]
  |  ^~~~~~
  = help: did you mean 'inputs'?
  = see: docs/errors.md#unknown-key

2 errors in 1 file. Nothing was run.
""",
        ),
        (
            ".onexgen.toml",
            "env = 1\ninputs = 2\nalone = 'yes'\n",
            """.onexgen.toml:1:1: error[wrong-type]: 'env' must be text
  |
1 | env = 1
  | ^~~
  = see: docs/errors.md#wrong-type

.onexgen.toml:2:1: error[wrong-type]: 'inputs' must be a table
  |
2 | inputs = 2
  | ^~~~~~
  = see: docs/errors.md#wrong-type

.onexgen.toml:3:1: error[wrong-type]: 'alone' must be true or false
  |
3 | alone = 'yes'
  | ^~~~~
  = see: docs/errors.md#wrong-type

3 errors in 1 file. Nothing was run.
""",
        ),
        (
            "pyproject.toml",
            "[project]\nnam = 1\n\n[tool.onexgen]\nnam = 1\n",
            """pyproject.toml:5:1: error[unknown-key]: unknown key 'nam'
  |
5 | nam = 1
  | ^~~
  = help: one of: alone, env, inputs, tests
  = see: docs/errors.md#unknown-key

1 error in 1 file. Nothing was run.
""",
        ),
        (
            ".onexgen.toml",
            'env = "a"\nalone = = true\n',
            """.onexgen.toml:2:9: error[toml-syntax]: not TOML: invalid value
  |
2 | alone = = true
  |         ^
  = see: docs/errors.md#toml-syntax

1 error in 1 file. Nothing was run.
""",
        ),
    ],
)
def test_wrong(name: str, text: str, report: str, tmp_path: Path) -> None:
    """Everything that is wrong with a file is said at once, each at its place."""
    write(tmp_path, {name: text})
    with pytest.raises(ConfigError) as caught:
        load_settings(tmp_path)

    assert render(caught.value.diagnostics, caught.value.texts) == report
    assert caught.value.exit_code == 5


def test_not_utf8(tmp_path: Path) -> None:
    """A file in another encoding is an error that names the first such byte."""
    (tmp_path / ".onexgen.toml").write_bytes(b"env = 'caf\xe9'\n")
    with pytest.raises(ConfigError) as caught:
        load_settings(tmp_path)

    assert [item.message for item in caught.value.diagnostics] == ["not UTF-8: byte 11"]


@pytest.mark.parametrize(
    ("flag", "variable", "file", "wins"),
    [
        ("a", "b", "c", "a"),
        (None, "b", "c", "b"),
        (None, None, "c", "c"),
        (None, "", "c", "c"),
        (None, None, None, None),
    ],
)
def test_environment(
    flag: str | None,
    variable: str | None,
    file: str | None,
    wins: str | None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The flag wins over the variable, that over the file."""
    monkeypatch.delenv("ONEXGEN_ENV", raising=False)
    if variable is not None:
        monkeypatch.setenv("ONEXGEN_ENV", variable)

    assert Settings(root=Path(), env=file).environment(flag) == wins


@pytest.mark.parametrize(
    ("variable", "file", "wins"),
    [("b", "c", "b"), ("", "c", ""), (None, "c", "c"), (None, 5, 5), (None, None, None)],
)
def test_default_of_an_input(
    variable: str | None, file: object, wins: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The variable ONEXGEN_NAME wins over the file; neither says nothing."""
    if variable is not None:
        monkeypatch.setenv("ONEXGEN_HOW_MANY", variable)
    inputs = {} if file is None else {"how_many": file}

    assert Settings(root=Path(), inputs=inputs).default("how_many") == wins
