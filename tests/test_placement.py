"""Where packages go: the rules of the pack, and the rules for such rules."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from onexgen.actions.base import Deadline, Workspace
from onexgen.actions.locate import Locate, LocateOptions
from onexgen.config.placement import Placement
from onexgen.diagnostics import UsageError
from onexgen.expressions import Expressions
from onexgen.json_types import Json, JsonObject
from onexgen.placement import prepare
from onexgen.source import Marks, load
from onexgen.validation import validate

RULES = "rules/placement.yaml"
RUN: JsonObject = {"id": "3f2a1b5c-8d4e-4f1a-9c3b-7e6d5a4c3b2a"}


def prepared(text: str) -> tuple[Json, list[str]]:
    """Return the compiled rules, and what is wrong as `line:column code: message [help]`."""
    source = load(RULES, text.encode())
    document, problems = validate(Placement, source)
    assert isinstance(document, Placement), problems
    marks = Marks(source)
    rules = prepare(document, marks)
    return rules, [
        f"{d.span.line if d.span else 0}:{d.span.column if d.span else 0} "
        f"{d.code}: {d.message} [{d.help}{d.note}]"
        for d in marks.diagnostics
    ]


def locate(cwd: Path, rules: Json, names: str = "postgres_crud_effect", **inputs: Json) -> Any:
    """Find the place of a package."""
    workspace = Workspace(
        {RULES: rules},
        {},
        Expressions(lambda _: None),
        digests={},
        cwd=cwd,
        version="1",
        blueprints={},
        pipeline="default",
        deadline=Deadline(None),
    )
    context: JsonObject = {"inputs": inputs, "names": {"directory": names}, "run": RUN}
    return Locate(workspace)(LocateOptions(rules=RULES, context=context))


@pytest.fixture(scope="module")
def rules(root: Path) -> Json:
    """Return the compiled rules of the pack, which have no problems."""
    compiled, problems = prepared((root / RULES).read_text())
    assert problems == []
    return compiled


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a project as the framework's own command makes one."""
    folder = tmp_path_factory.mktemp("project")
    onex = Path(sys.executable).with_name("onex")
    subprocess.run([onex, "init", "demo"], cwd=folder, check=True, capture_output=True)
    return folder / "demo"


OUTSIDE: list[tuple[dict[str, Json], str, str, str]] = [
    ({}, "generated_nodes/postgres_crud_effect", "postgres_crud_effect", "generated-nodes"),
    (
        {"output_dir": None, "package": "", "unique": False},
        "generated_nodes/postgres_crud_effect",
        "postgres_crud_effect",
        "generated-nodes",
    ),
    (
        {"output_dir": "./made/../out/"},
        "out/postgres_crud_effect",
        "postgres_crud_effect",
        "folder-asked-for",
    ),
    (
        {"output_dir": "/else where"},
        "/else where/postgres_crud_effect",
        "postgres_crud_effect",
        "folder-asked-for",
    ),
    (
        {"package": "acme.nodes.crud"},
        "generated_nodes/postgres_crud_effect",
        "acme.nodes.crud",
        "generated-nodes",
    ),
    (
        {"unique": True},
        "generated_nodes/postgres_crud_effect_3f2a1b5c",
        "postgres_crud_effect_3f2a1b5c",
        "generated-nodes",
    ),
    (
        {"unique": True, "output_dir": "out", "package": "acme.crud"},
        "out/postgres_crud_effect_3f2a1b5c",
        "acme.crud_3f2a1b5c",
        "folder-asked-for",
    ),
]


@pytest.mark.parametrize(("inputs", "directory", "package", "place"), OUTSIDE)
def test_outside_a_project(
    tmp_path: Path, rules: Json, inputs: dict[str, Json], directory: str, package: str, place: str
) -> None:
    """The folder asked for, or else one of our own; the package is its own root."""
    found = locate(tmp_path, rules, **inputs)

    assert (found["directory"], found["package"], found["place"]) == (directory, package, place)
    assert found["standalone"] is True
    assert found["producer"] == package.split(".", maxsplit=1)[0].replace("_", "-")


@pytest.mark.parametrize("below", [".", "src", "src/demo/nodes", "tests"])
def test_inside_a_project(project: Path, rules: Json, below: str) -> None:
    """From anywhere in the project, packages go where the framework finds them."""
    found = locate(project / below, rules)

    assert found.pop("at").startswith("rules/placement.yaml:")
    assert found == {
        "directory": f"{project}/src/demo/nodes/node_postgres_crud_effect",
        "package": "demo.nodes.node_postgres_crud_effect",
        "producer": "demo",
        "standalone": False,
        "place": "onex-project",
    }


def test_inside_a_project_with_wishes(project: Path, rules: Json) -> None:
    """A folder that was asked for wins in a project too; so does a package."""
    found = locate(project, rules, output_dir="out")
    assert (found["directory"], found["standalone"]) == ("out/postgres_crud_effect", True)

    found = locate(project, rules, package="other.root", unique=True)
    assert found["package"] == "other.root_3f2a1b5c"
    assert found["directory"].endswith("/demo/nodes/node_postgres_crud_effect_3f2a1b5c")


@pytest.mark.parametrize(
    "text", ["", "[project]\nname = 'x'\n", '[project.entry-points."onex"]\n', "\xff\0"]
)
def test_other_projects_are_none(tmp_path: Path, rules: Json, text: str) -> None:
    """A project file without the framework's own table marks nothing."""
    (tmp_path / "pyproject.toml").write_text(text, encoding="latin-1")
    (tmp_path / "src" / "demo" / "nodes").mkdir(parents=True)

    assert locate(tmp_path, rules)["place"] == "generated-nodes"


def test_a_project_without_the_folder_is_none(tmp_path: Path, rules: Json) -> None:
    """The marker alone is not enough: there must be a folder to write to."""
    (tmp_path / "pyproject.toml").write_text('[project.entry-points."onex.nodes"]\n')

    assert locate(tmp_path, rules)["place"] == "generated-nodes"


def test_a_project_with_two_packages(tmp_path: Path, rules: Json) -> None:
    """Nothing is guessed: the user has to say which."""
    (tmp_path / "pyproject.toml").write_text('[project.entry-points."onex.nodes"]\n')
    for name in ("one", "two"):
        (tmp_path / "src" / name / "nodes").mkdir(parents=True)

    with pytest.raises(UsageError) as caught:
        locate(tmp_path, rules)

    assert caught.value.message == f"{tmp_path} holds several packages: one, two"
    assert caught.value.help == "say into which folder to write"
    assert locate(tmp_path, rules, output_dir="out")["place"] == "folder-asked-for"


@pytest.mark.parametrize(
    "package", ["class", "a.import", "a-b", "a..b", ".a", "a.", "9lives", "größe", "a b", "a\nb"]
)
def test_packages_that_cannot_be_imported(tmp_path: Path, rules: Json, package: str) -> None:
    """Dotted identifiers, no keyword: anything else is a wrong command line."""
    with pytest.raises(UsageError) as caught:
        locate(tmp_path, rules, package=package)

    assert caught.value.message == f"'{package}' cannot be imported"
    assert caught.value.help == (
        "use names of letters, digits and underscores, joined by dots; no keywords"
    )


def test_a_folder_with_nul_is_refused(tmp_path: Path, rules: Json) -> None:
    """What no system can open is refused before anything else happens."""
    with pytest.raises(UsageError) as caught:
        locate(tmp_path, rules, output_dir="a\0b")

    assert caught.value.message == (
        "cannot write to 'a\\x00b/postgres_crud_effect': the name holds a control character"
    )


HEAD = "version: 1\nkind: placement\nplaces:\n"
LAST = "  - {id: last, why: x, directory: a, package: b}\n"
WRONG = [
    (
        LAST + "  - {id: more, why: x, directory: a, package: b}\n",
        [
            (
                "4:5 unreachable-place: 'last' fits always: what follows is never used "
                "[give it a `when` or a `marker`, or move it to the end]"
            )
        ],
    ),
    (
        "  - {id: last, why: x, directory: a, package: b, when: '${{ inputs.x }}'}\n",
        [
            (
                "4:5 no-last-place: 'last' is the last place and may not fit "
                "[let the last place have neither `when` nor `marker`]"
            )
        ],
    ),
    (
        "  - {id: last, why: x, directory: a, package: b, when: '${{ inputs.x }}'}\n" + LAST,
        ["5:10 duplicate-id: 'last' is defined twice [first defined at rules/placement.yaml:4:10]"],
    ),
    (
        "  - {id: last, why: x, directory: '${{ marker.root }}/x', package: b}\n",
        ["4:35 undefined-name: nothing defines 'marker' here [the place has no `marker`]"],
    ),
    (
        "  - {id: last, why: x, directory: '${{ names. }}/x', package: b}\n",
        ["4:35 expression-syntax: expected name or number in '${{ names. }}/x' []"],
    ),
    (
        "  - id: project\n    why: x\n    directory: a\n    package: b\n    marker:\n"
        "      file: ../x\n      contains: x\n      beside: src/*/*/x\n" + LAST,
        [
            "9:13 wrong-path: '../x' has a part '.' or '..' []",
            (
                "11:15 wrong-path: 'src/*/*/x' needs one star, for a whole name "
                "[for example lib/*/parts]"
            ),
        ],
    ),
    (
        "  - id: project\n    why: x\n    directory: a\n    package: b\n"
        "    when: '${{ marker.root }}'\n    marker:\n"
        "      file: x\n      contains: x\n      beside: src/a*/x\n" + LAST,
        [
            (
                "8:11 undefined-name: nothing defines 'marker' here "
                "[the condition is looked at before the marker]"
            ),
            (
                "12:15 wrong-path: 'src/a*/x' needs one star, for a whole name "
                "[for example lib/*/parts]"
            ),
        ],
    ),
]


@pytest.mark.parametrize(("places", "expected"), WRONG)
def test_what_is_wrong_with_rules(places: str, expected: list[str]) -> None:
    """Every mistake is found when the rules are compiled, at its place."""
    assert prepared(HEAD + places)[1] == expected


def test_the_order_decides(tmp_path: Path) -> None:
    """The first place that fits is taken; a condition without marker is enough."""
    text = HEAD + (
        "  - {id: never, why: x, when: '${{ false }}', directory: a/x, package: a}\n"
        "  - {id: here, why: x, when: '${{ inputs.x }}', directory: '${{ cwd }}/x', package: b.c}\n"
        "  - {id: last, why: x, directory: c/x, package: d}\n"
    )
    compiled, problems = prepared(text)
    assert problems == []

    assert locate(tmp_path, compiled, x="yes") == {
        "directory": f"{tmp_path}/x",
        "package": "b.c",
        "producer": "b",
        "standalone": True,
        "place": "here",
        "at": "rules/placement.yaml:5:5",
    }
    assert locate(tmp_path, compiled, x="")["place"] == "last"
