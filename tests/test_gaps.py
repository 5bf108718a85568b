"""Gaps: what packages leave to be written is named, allowed and the only thing of its kind."""

from __future__ import annotations

import json
from typing import Any, Final

import pytest
from tests.gaps.counting import Found, found_in, report, requests_of
from tests.gaps.finding import Gap, Made, hidden_gaps, open_gaps
from tests.gaps.hollow import hollow_functions
from tests.reading.pack import ROOT

_CORPUS: Final = ROOT / "tests/corpus"
JUDGED: Final = [
    json.loads(line) for line in (ROOT / "tests/judged.jsonl").read_text("utf-8").splitlines()
]
FAMILIES: Final = sorted({line["family"] for line in JUDGED})


def requests() -> dict[str, str]:
    """Return some requests of the corpus, those that people typed, and some of each family."""
    every = requests_of(_CORPUS / "requests.jsonl")
    # Every fourth of the hundred; `make gaps` takes all of a corpus.
    names = (ROOT / "tests/hundred.txt").read_text("utf-8").split()[::4]
    some = {name: every[name] for name in names}
    families = {line["id"]: line.get("prompt") or every[line["id"]] for line in JUDGED}
    return some | requests_of(_CORPUS / "hand.jsonl") | families


@pytest.fixture(scope="module")
def found() -> list[Found]:
    """Return what the packages of all these requests leave open."""
    return list(found_in(requests()))


@pytest.mark.slow
@pytest.mark.xdist_group("gaps")
@pytest.mark.parametrize("family", FAMILIES)
def test_nothing_is_left_to_be_written(family: str, found: list[Found]) -> None:
    """Only generic families have an extension point, one, that is said; nothing is hidden."""
    own = [one for one in found if one.family == family]

    assert own
    assert {one.case: [*one.open, *one.hidden] for one in own if one.open or one.hidden} == {}


@pytest.mark.slow
@pytest.mark.xdist_group("gaps")
def test_every_request_is_counted(found: list[Found]) -> None:
    """The table has a row for each family that came up, and one for all requests."""
    (heads, *rows) = [line.split() for line in report(found)][: len(FAMILIES) + 2]

    assert heads == ["family", "packages", "without", "with", "one", "hidden"]
    assert [row[0] for row in rows] == [*FAMILIES, "all"]
    assert int(rows[-1][1]) == len(requests()) == sum(int(row[1]) for row in rows[:-1])


HOLLOW = {
    "def f(a):\n    pass": "empty",
    'def f(a):\n    """Say."""': "empty",
    'def f(a):\n    """Say."""\n    ...': "empty",
    "def f(a):\n    raise NotImplementedError": "empty",
    'def f(a):\n    raise NotImplementedError("later")': "empty",
    "class A:\n    def f(self): ...": "empty",
    "def f(a):\n    return": "returns-constant",
    "def f(a):\n    return {}": "returns-constant",
    "class A:\n    def f(self):\n        return True": "returns-constant",
    'async def f(a):\n    """Say."""\n    return a.record': "returns-argument",
    "class A:\n    def f(self, a):\n        return a": "returns-argument",
    "def f(a):\n    log(a)": "only-logs",
    "def f(a):\n    def g(b):\n        return b\n    return map(g, a)": "returns-argument",
}


@pytest.mark.parametrize(("code", "rule"), HOLLOW.items())
def test_function_without_content_is_found(code: str, rule: str) -> None:
    """Whatever is written to look like a function is none if nothing comes of it."""
    assert [one.rule for one in hollow_functions(code, ["log"])] == [rule]


@pytest.mark.parametrize(
    "code",
    [
        "class A(Protocol):\n    def f(self): ...",
        "class A(Protocol[T]):\n    def f(self):\n        '''Say.'''",
        "class A(ABC):\n    @abstractmethod\n    def f(self): ...",
        "@typing.overload\ndef f(a): ...",
        "class A:\n    def f(self):\n        return self._a",
        "class A:\n    def f(self, a):\n        return self._a",
        "def f(a):\n    return a + 1",
        "def f(a):\n    return g(a)",
        "def f(a):\n    log(a)\n    return a",
        "def f(a):\n    raise ValueError(a)",
    ],
)
def test_function_with_content_is_none(code: str) -> None:
    """Declarations, properties, and whatever does one thing."""
    assert list(hollow_functions(code, ["log"])) == []


README = """
**Asked for, but not part of this package:** sort and rate\\_limiting. Nothing here pretends.

## Extension point

`utils/util_a.py: f` is the place.

## Review checklist
"""
SILENT = "## Extension point\n\nNone.\n\n## Review checklist\n"
PATH = "utils/util_a.py"
POINT = f"{PATH}: f (what is done)"


def made(**changes: Any) -> Made:
    """Return a package that has one extension point and says so."""
    whole = Made(
        case="case",
        family="effect_generic",
        own=("dull_listener", "dull-listener", "DullListener"),
        files={"README.md": README, PATH: "def f(a):\n    return a  # your own\n"},
        requirements={"operations": ["send", "sort"], "features": ["rate_limiting"]},
        contract={"description": "it lists", "io_operations": [{"operation_type": "dull_send"}]},
        points=[POINT],
        answered=[POINT],
        summary=["Kind: effect", f"Extension point: {POINT}"],
    )
    return whole._replace(**changes)


def test_package_that_says_what_it_lacks_has_no_gap() -> None:
    """One extension point, said everywhere, and what is left out is said as well."""
    assert [*open_gaps(made()), *hidden_gaps(made())] == []


@pytest.mark.parametrize(
    ("changes", "gap"),
    [
        ({"family": "effect_api"}, ("settings", "1 extension points, 0 allowed")),
        ({"answered": []}, ("outputs", f"extension_points is [], not ['{POINT}']")),
        ({"summary": []}, ("summary", f"says nothing of {POINT}")),
        (
            {"files": {**made().files, "README.md": SILENT}},
            ("README.md", f"says nothing of {PATH}"),
        ),
        ({"files": {"README.md": README}}, ("settings", f"nothing in the package is '{POINT}'")),
    ],
)
def test_open_place_that_is_not_said_is_a_gap(
    changes: dict[str, Any], gap: tuple[str, str]
) -> None:
    """README, summary and answer name it, the file is there, and the family may have one."""
    assert list(open_gaps(made(**changes))) == [gap]


@pytest.mark.parametrize(
    ("code", "gaps"),
    [
        ("\ndef g(a):\n    return a\n", [("b.py:2", "g returns-argument")]),
        ("A = 1  # TODO\n", [("b.py:1", "'TODO' in: A = 1  # TODO")]),
        ("#: Write here.\n", [("b.py:1", "'Write here' in: #: Write here.")]),
        ("todo = Todo()\n", []),
    ],
)  # fmt: skip
def test_hidden_gap_of_code_is_found(code: str, gaps: list[tuple[str, str]]) -> None:
    """Wherever it is, but in the open place and in tests."""
    files = {**made().files, "b.py": code, "tests/b.py": code}
    assert list(hidden_gaps(made(files=files))) == gaps


def test_open_place_has_to_be_named() -> None:
    """The same file is full of gaps when nothing says that it is open."""
    assert list(hidden_gaps(made(points=[]))) == [
        Gap(f"{PATH}:1", "f returns-argument"),
        Gap(f"{PATH}:2", "'your own' in: return a  # your own"),
    ]


@pytest.mark.parametrize(
    ("operations", "features", "code", "said"),
    [
        (["list"], [], "", "operation list"),
        (["list"], [], "def list_all(): return [*A]", "operation list"),
        (["send"], [], "", ""),
        (["validate"], [], "", "operation validate"),
        (["validate"], [], "def check_all(a): return [*a]", ""),
        ([], ["streaming"], "class DullListenerStream:\n    a: int", ""),
        ([], ["tracing"], "class NodeDullListener:\n    a: int", "feature tracing"),
        ([], ["tracing"], "", "feature tracing"),
        ([], ["tracing"], "class A:\n    correlation_id: int", ""),
    ],
)
def test_what_was_asked_for_is_done_or_left_out(
    operations: list[str], features: list[str], code: str, said: str
) -> None:
    """Only a contract that lists operations shows one; names and descriptions show nothing."""
    asked = {"operations": operations, "features": features}
    files = {**made().files, "b.py": code}
    gaps = list(hidden_gaps(made(requirements=asked, files=files)))
    assert gaps == ([Gap("contract.yaml", f"{said} is neither done nor left out")] if said else [])
