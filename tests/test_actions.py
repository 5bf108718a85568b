"""The small actions, each by what it makes of its options."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from onexgen.actions import ACTIONS, load_action
from onexgen.actions.base import Workspace
from onexgen.actions.options import describe, fits, make_options
from onexgen.diagnostics import GateError, OnexgenError, UsageError
from onexgen.json_types import Json, JsonObject
from onexgen.session import Session

type Act = Callable[..., Any]


@pytest.fixture(scope="module")
def workspace(root: Path) -> Iterator[Workspace]:
    """Return the workspace of a small pack."""
    workspace = Session("pipelines/it.yaml", cwd=root / "tests/actions").workspace()
    yield workspace
    workspace.close()


@pytest.fixture
def act(workspace: Workspace) -> Act:
    """Return a function that calls an action with some options."""

    def call(name: str, **options: Json) -> Any:
        action = load_action(name)
        return action(workspace)(make_options(action.Options, options, "here"))

    return call


@pytest.mark.parametrize("name", ACTIONS)
def test_every_action_declares_itself(name: str) -> None:
    """An action says in one sentence what it does, and documents its options and what is empty."""
    action = load_action(name)

    assert (action.__doc__ or "").count("\n") == 0
    assert action.Options.__doc__
    assert set(action.FILES) <= set(action.Options.__dataclass_fields__)
    assert isinstance(action.EMPTY, (dict, list, bool))


@pytest.mark.parametrize(
    ("options", "result"),
    [
        ({}, {"a": "x", "n": 1, "l": ["p"], "d": {"k": None}}),
        (
            {"merge": {"a": "y", "d": {"k": 2, "z": 3}}},
            {"a": "y", "n": 1, "l": ["p"], "d": {"k": 2, "z": 3}},
        ),
        ({"set": ["a=12"]}, {"a": "12", "n": 1, "l": ["p"], "d": {"k": None}}),
        ({"set": ["a=b=c"]}, {"a": "b=c", "n": 1, "l": ["p"], "d": {"k": None}}),
        ({"set": ["n=2.5", "a="]}, {"a": "", "n": 2.5, "l": ["p"], "d": {"k": None}}),
        ({"set": ["l=[1, 2]"]}, {"a": "x", "n": 1, "l": [1, 2], "d": {"k": None}}),
        ({"set": ["l.0=q", "l.1=12"]}, {"a": "x", "n": 1, "l": ["q", "12"], "d": {"k": None}}),
        (
            {"set": ["d.k=NaN", "d.new=7"]},
            {"a": "x", "n": 1, "l": ["p"], "d": {"k": "NaN", "new": 7}},
        ),
        ({"set": ["a=null"]}, {"a": "null", "n": 1, "l": ["p"], "d": {"k": None}}),
        ({"set": ["n=null"]}, {"a": "x", "n": None, "l": ["p"], "d": {"k": None}}),
    ],
)
def test_override(options: JsonObject, result: Json, act: Act) -> None:
    """Corrections keep the type of what they correct; what was given stays as it was."""
    value: Json = {"a": "x", "n": 1, "l": ["p"], "d": {"k": None}}

    assert act("override", value=value, **options) == result
    assert value == {"a": "x", "n": 1, "l": ["p"], "d": {"k": None}}


@pytest.mark.parametrize(
    ("options", "message", "help_text"),
    [
        ({"merge": {"aa": 1}}, "nothing here is named 'aa'", "did you mean 'a'?"),
        (
            {"merge": {"l": "p"}},
            "'l' is a list, got a string",
            'give it as JSON, such as ["a", "b"]',
        ),
        ({"set": ["aa=1"]}, "nothing here is named 'aa'", "did you mean 'a'?"),
        ({"set": ["a"]}, "'a' is not of the form PATH=VALUE", ""),
        ({"set": ["=a"]}, "'=a' is not of the form PATH=VALUE", ""),
        ({"set": ["n=many"]}, "'n' is the number 1, got a string", ""),
        ({"set": ["n=true"]}, "'n' is the number 1, got true", ""),
        (
            {"set": ["d=1"]},
            "'d' is a mapping, got the number 1",
            'give it as JSON, such as {"key": "value"}',
        ),
        ({"set": ["l.2=q"]}, "'l.2': a list of 1 items has no '2'", ""),
        ({"set": ["l.\u00b2=q"]}, "'l.\u00b2': a list of 1 items has no '\u00b2'", ""),
        ({"set": ["l.-1=q"]}, "'l.-1': a list of 1 items has no '-1'", ""),
        ({"set": ["l.5.x=q"]}, "'l.5.x' leads nowhere at '5'", ""),
        ({"set": ["a.b=q"]}, "'a.b': 'a' holds a single value", ""),
        ({"set": ["z.b=q"]}, "nothing here is named 'z'", "one of: a, d, l, n"),
    ],
)
def test_override_refuses(options: JsonObject, message: str, help_text: str, act: Act) -> None:
    """A correction of what is not there, or by another type, is an error of the command line."""
    with pytest.raises(UsageError) as caught:
        act("override", value={"a": "x", "n": 1, "l": ["p"], "d": {"k": None}}, **options)

    assert (caught.value.message, caught.value.help) == (message, help_text)


@pytest.mark.parametrize(
    ("otherwise", "kind"), [("failure", OnexgenError), ("gate", GateError), ("usage", UsageError)]
)
def test_require(otherwise: str, kind: type[OnexgenError], act: Act) -> None:
    """A condition that does not hold is the kind of error that was asked for."""
    assert act("require", that=[0], message="no", otherwise=otherwise) is True
    with pytest.raises(OnexgenError) as caught:
        act("require", that=[], message="no", help="do", otherwise=otherwise)

    assert type(caught.value) is kind
    assert (caught.value.message, caught.value.help) == ("no", "do")


def test_build(act: Act) -> None:
    """Keys see the ones above them as `this`; `omit` leaves one out; children win over parents."""
    assert act("build", file="templates/own.yaml", context={"inputs": {"word": "x"}}) == {
        "a": "x", "b": "x1", "d": [{"e": "x"}],
    }  # fmt: skip
    assert act("build", file="plan.yaml", family="soup", context={}) == {
        "a": 1, "b": {"c": 1, "d": 3}, "e": [4],
    }  # fmt: skip
    assert act("build", file="none.yaml", family="pot", context={}) == {}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"file": "templates/none.yaml"}, "no blueprint is named 'templates/none.yaml'"),
        ({"file": "plan.yaml", "family": "opt"}, "no family of templates is named 'opt'"),
        ({"file": "plan.yaml", "family": "card"}, "no family of templates is named 'card'"),
    ],
)
def test_build_refuses(options: JsonObject, message: str, act: Act) -> None:
    """What is not there, or only a parent, is an error."""
    with pytest.raises(OnexgenError) as caught:
        act("build", context={}, **options)

    assert caught.value.message == message


def test_render(act: Act) -> None:
    """Files come from the nearest template, if their group and condition say so, sorted."""
    names: Json = {"b": "z", "c": True}
    context: Json = {"names": names}

    assert act("render", family="pot", context=context, onto={"m": "old", "a.txt": "?"}) == {
        "a.txt": "pot z\n", "m": "old", "z.txt": "back\n",
    }  # fmt: skip
    assert act("render", family="soup", groups=["back"], context=context) == {"z.txt": "back\n"}
    assert act("render", family="pot", groups=["back"], context={"names": {"b": "z", "c": 0}}) == {}


def test_render_refuses_two_files_of_one_path(act: Act) -> None:
    """Two entries that make the same file are an error that names both."""
    with pytest.raises(OnexgenError) as caught:
        act("render", family="pot", context={"names": {"b": "a", "c": True}})

    assert caught.value.message == "templates/card/family.yaml:8:5: 'a.txt' was made already"
    assert caught.value.help == "by the entry at templates/card/family.yaml:7:5"


def test_check(act: Act) -> None:
    """Each check counts for its component by its weight; findings are sorted by place."""
    files: Json = {
        "card.md": "# Soup\nyummy\n", "notes/a.txt": "TODO: salt\n", "b.txt": "x\nTODO: stir\n",
    }  # fmt: skip
    report = act("check", rules="rules/strict.yaml", files=files)

    assert report["components"] == {
        "care": {
            "title": "Care", "score": 0.0, "weight": 0.75, "minimum": 0.0, "checks": 2,
            "failed": ["salted", "praised"],
        },
        "taste": {
            "title": "Taste", "score": 0.5, "weight": 0.25, "minimum": 0.5, "checks": 2,
            "failed": ["todo"],
        },
    }  # fmt: skip
    assert report["score"] == 0.125
    assert report["passed"] is False
    assert report["errors"] == ["card.md:1: no salt: card.md [salted]", "Care is 0.00, below 0.1"]
    assert report["warnings"] == [
        "b.txt:2: says: TODO: stir [todo]", "card.md:2: praise: yummy [praised]",
        "Taste is 0.50, below 0.9",
    ]  # fmt: skip
    assert report["suggestions"] == ["Add it."]


def test_check_of_nothing_to_see(act: Act) -> None:
    """A check whose files are not there does not count, and a skipped one neither."""
    report = act(
        "check", rules="rules/strict.yaml", files={"notes/a.txt": "TODO\n"}, skip=["has-card"]
    )

    assert report["components"] == {
        "care": {
            "title": "Care", "score": 1.0, "weight": 0.75, "minimum": 0.0, "checks": 1,
            "failed": [],
        }
    }  # fmt: skip
    assert report["passed"] is True


@pytest.mark.parametrize(("severity", "passed"), [("strict", False), ("lax", True)])
def test_an_error_never_passes(severity: str, *, passed: bool, act: Act) -> None:
    """One finding that is an error is enough, whatever the score is."""
    report = act("check", rules=f"rules/{severity}.yaml", files={"card.md": "Soup\n"})

    assert report["score"] == 0.8125
    assert report["passed"] is passed


def test_many_checks_equal_single_ones(act: Act, workspace: Workspace) -> None:
    """Packages that are checked together are judged each by its own rules."""
    action = load_action("check")
    calls: list[JsonObject] = [
        {"rules": "rules/strict.yaml", "files": {"card.md": "Soup\n"}},
        {"rules": "rules/lax.yaml", "files": {"card.md": "TODO yummy\n"}},
        {"rules": "rules/strict.yaml", "files": {"card.md": "TODO salt\n"}, "skip": ["praised"]},
        {"rules": "rules/strict.yaml", "files": {"card.md": "salt\n", "b": "TODO\n"}},
    ]
    options = [make_options(action.Options, call, "") for call in calls]

    assert action(workspace).many(options) == [act("check", **call) for call in calls]


def test_fix(act: Act) -> None:
    """Programs repair what they change; what they leave alone stays."""
    files: Json = {"card.md": "yummy soup\n", "b.md": "yummy\n"}

    assert act("fix", rules="rules/lax.yaml", files=files) == {
        "card.md": "good soup\n", "b.md": "yummy\n",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("hint", "yes", "no", "said"),
    [
        (str, ["", "a"], [1, None, []], "text"),
        (int, [1], [True, 1.5, "1"], "a whole number"),
        (float, [1, 1.5], [True, "1"], "a number"),
        (bool, [True], [1, "true"], "true or false"),
        (list[str], [[], [1]], ["a", {}], "a list"),
        (dict[str, Json], [{}], [[], None], "a mapping"),
        (str | None, ["a", None], [1], "text or null"),
    ],
)
def test_types_of_options(hint: Any, yes: list[Json], no: list[Json], said: str) -> None:
    """The outer type of a value decides whether it fits an option."""
    assert [fits(value, hint) for value in [*yes, *no]] == [True] * len(yes) + [False] * len(no)
    assert describe(hint) == said


def test_option_that_is_missing() -> None:
    """An option whose expression omits it, and that has no default, is an error of the step."""
    with pytest.raises(OnexgenError) as caught:
        make_options(load_action("override").Options, {"set": []}, "pipelines/it.yaml:3:5")

    assert caught.value.message == "pipelines/it.yaml:3:5: option 'value' is needed"
    assert caught.value.help == "its expression omits it"


def test_workspace_reaches_nothing_else(workspace: Workspace) -> None:
    """Files of the pack are reached by their names only."""
    with pytest.raises(KeyError):
        workspace.rules("../rules/strict.yaml")
