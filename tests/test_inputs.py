"""The inputs of a run: read, converted, limited; every wrong one is named."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from onexgen.diagnostics import UsageError
from onexgen.inputs import read_named, resolve_inputs
from onexgen.json_types import Json
from onexgen.plan import InputPlan


def plan(name: str = "it", **changes: Any) -> InputPlan:
    """Return an input of type string that nothing limits."""
    values: dict[str, Any] = {
        "name": name, "type": "string", "help": "", "required": False, "default": None,
        "choices": None, "max_length": None, "minimum": None, "maximum": None,
        "positional": False, "variable": None, "setting": None, "disable": None, "at": "",
    }  # fmt: skip
    return InputPlan(**values | changes)


@pytest.mark.parametrize(
    ("kind", "given", "value"),
    [
        ("string", "soup", "soup"),
        ("string", "", ""),
        ("string", "12", "12"),
        ("string", "None", "None"),
        ("string", "[1,2]", "[1,2]"),
        ("string", "@/etc/hostname", "@/etc/hostname"),
        ("string", "-", "-"),
        ("path", "a/../b", "a/../b"),
        ("integer", "12", 12),
        ("integer", "-3", -3),
        ("integer", 12, 12),
        ("number", "1.5", 1.5),
        ("number", "2", 2.0),
        ("number", 2, 2.0),
        ("number", 2.5, 2.5),
        ("boolean", True, True),
        ("boolean", "yes", True),
        ("boolean", "ON", True),
        ("boolean", "1", True),
        ("boolean", "False", False),
        ("boolean", "off", False),
        ("list", ["a", "b"], ["a", "b"]),
        ("list", ("a",), ["a"]),
        ("list", "a", ["a"]),
        ("list", [], []),
        ("document", {"a": [1]}, {"a": [1]}),
    ],
)
def test_converted(kind: str, given: Any, value: Json) -> None:
    """Texts of a command line become the type of the input; texts stay as they are."""
    result = resolve_inputs((plan(type=kind),), {"it": given})["it"]

    assert result == value
    assert type(result) is type(value)


@pytest.mark.parametrize(
    ("changes", "given", "message", "help_text"),
    [
        ({}, 12, "input 'it' must be text, got the number 12", "quote it"),
        ({}, True, "input 'it' must be text, got true", "quote it"),
        ({}, ["a"], "input 'it' must be text, got a list", ""),
        ({"type": "path"}, 1, "input 'it' must be text, got the number 1", "quote it"),
        ({"type": "integer"}, "many", "input 'it' must be a whole number, got 'many'", ""),
        ({"type": "integer"}, "1.5", "input 'it' must be a whole number, got '1.5'", ""),
        ({"type": "integer"}, 1.5, "input 'it' must be a whole number, got the number 1.5", ""),
        ({"type": "integer"}, True, "input 'it' must be a whole number, got true", ""),
        (
            {"type": "integer"}, "9" * 5000,
            f"input 'it' must be a whole number, got '{'9' * 60}...'", "",
        ),
        ({"type": "number"}, "nan", "input 'it' must be a number, got 'nan'", ""),
        ({"type": "number"}, "-inf", "input 'it' must be a number, got '-inf'", ""),
        ({"type": "number"}, "", "input 'it' must be a number, got ''", ""),
        ({"type": "number"}, [1], "input 'it' must be a number, got a list", ""),
        ({"type": "number"}, float("nan"), "input 'it' must be a number, got the number nan", ""),
        ({"type": "boolean"}, "maybe", "input 'it' must be true or false, got 'maybe'", ""),
        ({"type": "boolean"}, 1, "input 'it' must be true or false, got the number 1", ""),
        ({"type": "list"}, ["a", 1], "input 'it' must be a list of texts, got the number 1", ""),
        ({"type": "list"}, [["a"]], "input 'it' must be a list of texts, got a list", ""),
        (
            {"type": "document"}, "secret.yaml", "input 'it' must be a mapping, got 'secret.yaml'",
            "",
        ),
        ({"type": "document"}, ["a"], "input 'it' must be a mapping, got a list", ""),
        (
            {"choices": ["soup", "bread"]}, "soop", "input 'it' has no choice 'soop'",
            "did you mean 'soup'?",
        ),
        (
            {"choices": ["soup", "bread"]}, "x", "input 'it' has no choice 'x'",
            "one of: bread, soup",
        ),
        (
            {"choices": ["a"], "type": "list"}, ["a", "b"], "input 'it' has no choice 'b'",
            "one of: a",
        ),
        ({"minimum": 1, "type": "integer"}, 0, "input 'it' must be at least 1, got 0", ""),
        ({"maximum": 2.5, "type": "number"}, "3", "input 'it' must be at most 2.5, got 3.0", ""),
        (
            {"minimum": 1, "maximum": 9, "type": "number"}, 10,
            "input 'it' must be at most 9, got 10.0", "",
        ),
        (
            {"max_length": 20000}, "x" * 20001, "input 'it' has 20,001 characters",
            "it takes UTF-8 text of at most 20,000 characters",
        ),
        ({"required": True}, "", "input 'it' is empty", "it takes UTF-8 text"),
        ({"required": True}, " \n\t", "input 'it' is empty", "it takes UTF-8 text"),
        ({"required": True}, None, "missing input 'it'", "give it with --it"),
        ({}, "caf\udce9", "input 'it' is not UTF-8", "it takes UTF-8 text"),
        ({"type": "list"}, ["caf\udce9"], "input 'it' is not UTF-8", "it takes UTF-8 text"),
    ],
)  # fmt: skip
def test_refused(changes: dict[str, Any], given: Any, message: str, help_text: str) -> None:
    """A wrong value is an error of the command line that says what the input takes."""
    with pytest.raises(UsageError) as caught:
        resolve_inputs((plan(**changes),), {"it": given})

    assert caught.value.message == message
    assert caught.value.help == help_text
    assert caught.value.exit_code == 2


def test_unknown_input() -> None:
    """An input that the pipeline does not have is an error."""
    with pytest.raises(UsageError, match=r"^there is no input 'wihs'$") as caught:
        resolve_inputs((plan("wish"), plan("people")), {"wihs": "soup"})

    assert caught.value.help == "did you mean 'wish'?"


@pytest.mark.parametrize("length", [19_999, 20_000])
def test_longest_text(length: int) -> None:
    """A text may be just as long as the limit says; characters count, not bytes."""
    text = "é" * length

    assert resolve_inputs((plan(max_length=20_000),), {"it": text}) == {"it": text}


@pytest.mark.parametrize(
    ("given", "variable", "default", "value"),
    [
        ("given", "variable", "configured", "given"),
        (None, "variable", "configured", "variable"),
        (None, None, "configured", "configured"),
        (None, None, None, "standard"),
    ],
)
def test_what_wins(
    given: str | None,
    variable: str | None,
    default: str | None,
    value: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A value wins over its variable, that over the configuration, that over the default."""
    if variable is not None:
        monkeypatch.setenv("KITCHEN_IT", variable)
    item = plan(variable="KITCHEN_IT", default="standard")

    assert resolve_inputs((item,), {"it": given}, default=lambda _: default) == {"it": value}


def test_only_what_is_missing_is_asked_for() -> None:
    """A person is asked for required inputs that have no value, and for no others."""
    asked: list[str] = []

    def ask(item: InputPlan) -> str:
        asked.append(item.name)
        return "7"

    plans = (
        plan("a", required=True, type="integer"),
        plan("b", required=True),
        plan("c", required=True, default="x"),
        plan("d"),
    )
    result = resolve_inputs(plans, {"b": "given"}, ask=ask)

    assert asked == ["a", "c"]
    assert result == {"a": 7, "b": "given", "c": "7", "d": None}


def test_file_from_the_configuration(tmp_path: Path) -> None:
    """The user's own configuration may name the file of a document."""
    file = tmp_path / "a.yaml"
    file.write_text("a: [1, two]\n")
    item = plan(type="document")

    assert resolve_inputs((item,), {}, default=lambda _: str(file)) == {"it": {"a": [1, "two"]}}


@pytest.fixture
def stdin(monkeypatch: pytest.MonkeyPatch) -> Callable[[bytes], None]:
    """Return a function that puts bytes into standard input."""

    def put(content: bytes) -> None:
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(content)))

    return put


def test_named_files(tmp_path: Path, stdin: Callable[[bytes], None]) -> None:
    """What a person types may stand for a file: only of the main input, and for documents."""
    (tmp_path / "wish.txt").write_bytes("süß\r\n".encode())
    (tmp_path / "more.json").write_text('{"a": 1}')
    stdin(b"from outside\n")
    plans = (plan("wish", positional=True), plan("other"), plan("more", type="document"))
    at, more = f"@{tmp_path}/wish.txt", f"{tmp_path}/more.json"

    assert read_named(plans, {"wish": at, "other": at, "more": more, "zzz": "-"}) == {
        "wish": "süß\r\n", "other": at, "more": {"a": 1}, "zzz": "-",
    }  # fmt: skip
    assert read_named(plans, {"wish": "-", "other": "-", "more": {"b": 2}}) == {
        "wish": "from outside\n", "other": "-", "more": {"b": 2},
    }  # fmt: skip
    assert read_named(plans, {"wish": "@"}) == {"wish": "@"}
    assert read_named(plans, {"wish": None}) == {"wish": None}


@pytest.mark.parametrize(
    ("given", "content", "message"),
    [
        ("@a.txt", None, "cannot read 'a.txt': No such file or directory"),
        ("@.", None, "cannot read '.': Is a directory"),
        ("@a\0b", None, "cannot read 'a\\x00b': embedded null byte"),
        ("@a.txt", b"ab\xff", "input 'wish' from a.txt is not UTF-8: byte 3"),
        ("-", b"\xe9", "input 'wish' from standard input is not UTF-8: byte 1"),
    ],
)
def test_named_file_that_cannot_be_read(
    given: str,
    content: bytes | None,
    message: str,
    tmp_path: Path,
    stdin: Callable[[bytes], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What cannot be read is an error of the command line."""
    monkeypatch.chdir(tmp_path)
    if content is not None:
        (tmp_path / "a.txt").write_bytes(content)
        stdin(content)
    with pytest.raises(UsageError) as caught:
        read_named((plan("wish", positional=True),), {"wish": given})

    assert caught.value.message == message


def test_document_that_is_no_mapping(tmp_path: Path) -> None:
    """A file of a document holds a mapping."""
    file = tmp_path / "a.yaml"
    file.write_text("- a\n")
    with pytest.raises(UsageError) as caught:
        read_named((plan("more", type="document"),), {"more": str(file)})

    assert caught.value.message == f"input 'more': {file} holds no mapping"
