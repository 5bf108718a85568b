"""The action `diagnose`: from failed tests to root causes, by rules/failures.yaml."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest

from onexgen.diagnostics import ConfigError
from onexgen.inputs import resolve_inputs
from onexgen.runs import Run
from onexgen.session import Session, drain
from onexgen.testing.diagnosis import diagnose
from onexgen.testing.recognising import EXAMPLE, example_of, fits_example, recognise

ROOT = Path(__file__).parent.parent
RULES = "rules/failures.yaml"


@cache
def rules() -> dict[str, Any]:
    """Return the compiled rules of the pack."""
    compiled = Session("pipelines/test.yaml", cwd=ROOT).workspace().rules(RULES)
    assert isinstance(compiled, dict)
    return compiled


def examples(kind: str) -> list[Any]:
    """Return (pattern, text) of all examples of a kind."""
    return [
        pytest.param(pattern, text, id=f"{pattern['id']}-{number}")
        for pattern in rules()["patterns"]
        for number, text in enumerate(pattern[kind])
    ]


def failure(
    error: str, name: str = "test_a", file: str = "", traceback: str = ""
) -> dict[str, str]:
    """Return one failed test."""
    return {"name": name, "file": file, "error": error, "traceback": traceback}


def missing(module: str) -> str:
    """Return the error of a module that cannot be found."""
    return f"ModuleNotFoundError: No module named '{module}'"


def results(passed: int, *failures: dict[str, str]) -> dict[str, Any]:
    """Return the results of a run."""
    return {"passed": passed, "failed": len(failures), "errors": 0, "failed_tests": [*failures]}


@pytest.mark.parametrize(("pattern", "text"), examples("fires"))
def test_fires(pattern: dict[str, Any], text: str) -> None:
    """A pattern is the first that recognises each of its examples."""
    assert recognise(example_of(text), rules(), EXAMPLE)[0]["id"] == pattern["id"]


@pytest.mark.parametrize(("pattern", "text"), examples("silent"))
def test_silent(pattern: dict[str, Any], text: str) -> None:
    """A pattern does not recognise the texts that it must not."""
    assert not fits_example(pattern, text, rules())


def test_figures_of_the_specification() -> None:
    """Categories, whether a program can repair them, and minutes are the specification's."""
    found = {
        name: (item["title"], item["fixable"], item["minutes"], item["blame"])
        for name, item in rules()["categories"].items()
    }

    assert found == {
        "import_error": ("Import Error", "yes", 5, "code"),
        "type_error": ("Type Error", "no", 15, "code"),
        "runtime_error": ("Runtime Error", "no", 20, "code"),
        "assertion_error": ("Assertion Error", "no", 30, "code"),
        "configuration_error": ("Configuration Error", "maybe", 10, "environment"),
        "infrastructure_error": ("Infrastructure Error", "maybe", 30, "environment"),
        "timeout_error": ("Timeout Error", "no", 30, "code"),
        "flaky": ("Flaky Test", "no", 30, "code"),
    }


@pytest.mark.parametrize(
    ("passed", "failed", "severity"),
    [
        (5, 0, "info"),
        (9, 1, "low"),
        (8, 2, "medium"),
        (5, 5, "medium"),
        (49, 51, "high"),
        (0, 3, "critical"),
    ],
)
def test_severity(passed: int, failed: int, severity: str) -> None:
    """The share of failed tests decides: all, more than half, from a fifth on, less."""
    failures = [failure("KeyError: 'lid'", f"test_{n}") for n in range(failed)]

    assert diagnose(results(passed, *failures), rules())["severity"] == severity


def test_import_error_is_high() -> None:
    """One import error is at least high, however many tests passed."""
    broken = failure(missing("hvac"))

    assert diagnose(results(99, broken), rules())["severity"] == "high"


def test_same_cause_is_merged() -> None:
    """Failures of one kind are one cause, with what each of them found."""
    found = diagnose(
        results(
            8,
            failure(missing("hvac"), "tests.test_a", "tests/test_a.py"),
            failure(missing("pyotp"), "tests.test_b", "tests/test_b.py"),
        ),
        rules(),
    )

    causes: Any = found["root_causes"]
    at = causes[0].pop("at")
    assert str(at).startswith(f"{RULES}:")
    advice = (
        "Add hvac, pyotp to the dependencies of the package (`onexgen test --fix` does), and "
        "install it."
    )
    declared = [
        {"package": "hvac", "files": ["tests/test_a.py"]},
        {"package": "pyotp", "files": ["tests/test_b.py"]},
    ]
    assert found == {
        "root_causes": [
            {
                "id": "missing-module",
                "category": "import_error",
                "title": "Import Error",
                "description": "missing Python modules: hvac, pyotp",
                "recommended_fix": advice,
                "severity": "high",
                "blame": "code",
                "fixable": "yes",
                "auto_fixable": True,
                "declare": declared,
                "minutes": 10,
                "affected_tests": ["tests.test_a", "tests.test_b"],
                "affected_files": ["tests/test_a.py", "tests/test_b.py"],
            }
        ],
        "affected_tests": ["tests.test_a", "tests.test_b"],
        "affected_files": ["tests/test_a.py", "tests/test_b.py"],
        "recommended_fixes": [
            advice,
        ],
        "severity": "high",
        "blame": "code",
        "auto_fixable": True,
        "declare": declared,
        "minutes": 10,
        "failure_count": 2,
        "unique_error_types": 1,
        "summary": "2 of 10 tests failed. Import Error: missing Python modules: hvac, pyotp",
    }


def test_several_causes_worst_first() -> None:
    """Each cause has its own severity; the files of the traceback within the package are named."""
    trace = (
        "tests/test_a.py:4: in test_a\n    f()\nhandlers/pot.py:12: in f\n    {}['lid']\n"
        "/usr/lib/python3/json.py:3: in g\nE   KeyError: 'lid'"
    )
    found = diagnose(
        results(
            98,
            failure("KeyError: 'lid'", "test_a", "tests/test_a.py", trace),
            failure(missing("hvac"), "tests.test_b", "tests/test_b.py"),
        ),
        rules(),
    )

    shown: Any = found["root_causes"]
    assert [(c["id"], c["severity"]) for c in shown] == [
        ("missing-module", "high"),
        ("raised-at-run-time", "low"),
    ]
    assert shown[1]["affected_files"] == ["tests/test_a.py", "handlers/pot.py"]
    assert (found["minutes"], found["auto_fixable"]) == (25, False)


def test_unknown_failure_is_still_shown() -> None:
    """What no pattern recognises belongs to the fallback, under its own name."""
    causes: Any = diagnose(results(0, failure("Strange.Thing happened")), rules())["root_causes"]

    [cause] = causes
    assert (cause["category"], cause["description"]) == (
        "runtime_error",
        "Thing: no pattern recognises it",
    )


def test_no_failure() -> None:
    """Without failures there is nothing to repair."""
    found = diagnose(results(3), rules())

    assert (found["root_causes"], found["severity"], found["summary"]) == (
        [], "info", "No test failed.",
    )  # fmt: skip


def outcome(cwd: Path, *, strict: bool) -> tuple[Session, Run]:
    """Return how `pipelines/test.yaml` ended for a package with a broken import."""
    folder = cwd / "soup"
    (folder / "tests").mkdir(parents=True)
    for name in ("__init__.py", "tests/__init__.py"):
        (folder / name).touch()
    (folder / "tests/test_a.py").write_text("import no_such_spoon\n")
    session = Session("pipelines/test.yaml", cwd=cwd)
    inputs = resolve_inputs(session.plan.inputs, {"path": "soup", "strict": strict})
    [run] = drain(session.run([inputs]))
    return session, run


def test_pipeline(tmp_path: Path) -> None:
    """The pipeline runs the tests of a folder and explains what failed."""
    session, run = outcome(tmp_path, strict=False)

    assert run.error is None
    outputs: Any = session.outputs(run)
    assert (outputs["success"], outputs["tests"]["total"]) == (False, 1)
    assert outputs["diagnosis"]["summary"] == (
        "1 of 1 tests failed. Import Error: missing Python modules: no_such_spoon"
    )


def test_strict_pipeline(tmp_path: Path) -> None:
    """In strict mode, failed tests are a failure that says how to repair them."""
    _, run = outcome(tmp_path, strict=True)

    why = "1 of 1 tests failed. Import Error: missing Python modules: no_such_spoon"
    repair = (
        "Add no-such-spoon to the dependencies of the package (`onexgen test --fix` does), and "
        "install it."
    )
    assert run.error is not None
    assert str(run.error) == f"The tests do not pass. {why}"
    assert run.error.help == repair
    assert run.error.exit_code == 1


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "fallback: runtime_error", "fallback: runtime_eror",
            "no category is named 'runtime_eror'",
        ),
        ("raises_to: high", "raises_to: hihg", "no severity is named 'hihg'"),
        ("modules: {module}", "modules: {modul}", "not every regex of `any` has a group 'modul'"),
        ("from_share: 0.0}", "from_share: 0.1}", "'info' is the last severity and may not hold"),
        ("id: wrong-type", "id: invalid-data", "'invalid-data' is defined twice"),
    ],
)  # fmt: skip
def test_wrong_rules(tmp_path: Path, old: str, new: str, expected: str) -> None:
    """What contradicts itself in the rules is found before they are used."""
    text = (ROOT / RULES).read_text(encoding="utf-8")
    assert old in text
    (tmp_path / "rules").mkdir()
    (tmp_path / RULES).write_text(text.replace(old, new, 1), encoding="utf-8")

    with pytest.raises(ConfigError) as caught:
        Session("pipelines/test.yaml", cwd=tmp_path)

    assert [item.message for item in caught.value.diagnostics] == [expected]
