"""What a report looks like, and which error ends a program with which code."""

from __future__ import annotations

from itertools import permutations
from typing import Literal

import pytest

from onexgen import diagnostics
from onexgen.diagnostics import Diagnostic, OnexgenError, Span, closest, render

TEXTS = {
    "pipelines/a.yaml": "version: 1\n\n\n\n\n    use: clasify\n    treshold: 0.7\n",
    "rules/b.yaml": "\n" * 13 + "  - id: leek\n",
}
FOUND = [
    Diagnostic(
        "unknown-key",
        "unknown key 'treshold'",
        "pipelines/a.yaml",
        Span(7, 5, 7, 13),
        help="did you mean 'threshold'?",
    ),
    Diagnostic(
        "unknown-action",
        "no action is named 'clasify'",
        "pipelines/a.yaml",
        Span(6, 10, 6, 17),
        help="did you mean 'classify'?",
    ),
    Diagnostic(
        "duplicate-id",
        "'leek' is defined twice",
        "rules/b.yaml",
        Span(14, 9, 14, 13),
        note="first defined at rules/b.yaml:3:5",
    ),
    Diagnostic("old-form", "this will go", "rules/b.yaml", severity="warning"),
]
REPORT = """\
pipelines/a.yaml:6:10: error[unknown-action]: no action is named 'clasify'
  |
6 |     use: clasify
  |          ^~~~~~~
  = help: did you mean 'classify'?
  = see: docs/errors.md#unknown-action

pipelines/a.yaml:7:5: error[unknown-key]: unknown key 'treshold'
  |
7 |     treshold: 0.7
  |     ^~~~~~~~
  = help: did you mean 'threshold'?
  = see: docs/errors.md#unknown-key

rules/b.yaml: warning[old-form]: this will go
  = see: docs/errors.md#old-form

rules/b.yaml:14:9: error[duplicate-id]: 'leek' is defined twice
   |
14 |   - id: leek
   |         ^~~~
   = note: first defined at rules/b.yaml:3:5
   = see: docs/errors.md#duplicate-id

3 errors and 1 warning in 2 files. Nothing was run.
"""


@pytest.mark.parametrize("found", list(permutations(FOUND)))
def test_render(found: tuple[Diagnostic, ...]) -> None:
    """A report has one order, whatever the order of discovery, and says each thing once."""
    assert render([*found, *FOUND], TEXTS) == REPORT


def test_render_nothing() -> None:
    """Without problems there is no report."""
    assert render([], TEXTS) == ""


@pytest.mark.parametrize("span", [None, Span(9, 1, 9, 2)])
@pytest.mark.parametrize("texts", [{}, {"x": "a\nb\n"}])
def test_render_without_excerpt(span: Span | None, texts: dict[str, str]) -> None:
    """A place that is unknown, or outside the text at hand, is told without an excerpt."""
    place = "x:9:1" if span else "x"

    assert render([Diagnostic("c", "m", "x", span)], texts) == (
        f"{place}: error[c]: m\n  = see: docs/errors.md#c\n\n1 error in 1 file. Nothing was run.\n"
    )


def test_render_several_lines() -> None:
    """Of a stretch of several lines the first is shown, marked to its end."""
    report = render([Diagnostic("c", "m", "x", Span(2, 3, 4, 1))], {"x": "a\nb: cde  \n\n"})

    assert report.splitlines()[1:4] == ["  |", "2 | b: cde", "  |   ^~~~"]


def test_render_keeps_lines() -> None:
    """No text of a file or of a message breaks a line, moves the cursor or reverses a word."""
    hostile = "a\nb\x1b[2J\u202ec"
    found = Diagnostic("c", hostile, "x\n", Span(1, 1, 1, 2), help=hostile, note=hostile)

    assert render([found], {"x\n": "\x1b[2J\u202ec\u2028"}).splitlines() == [
        "x :1:1: error[c]: a b�[2J�c",
        "  |",
        "1 | �[2J�c",
        "  | ^",
        "  = help: a b�[2J�c",
        "  = note: a b�[2J�c",
        "  = see: docs/errors.md#c",
        "",
        "1 error in 1 file. Nothing was run.",
    ]


def test_render_color() -> None:
    """Colour is added only when asked for, and changes nothing else."""
    report = render(FOUND, TEXTS, color=True)

    assert report.splitlines()[0] == (
        "\x1b[1mpipelines/a.yaml:6:10\x1b[0m: \x1b[1;31merror[unknown-action]\x1b[0m: "
        "no action is named 'clasify'"
    )
    for code in ("\x1b[1m", "\x1b[1;31m", "\x1b[1;33m", "\x1b[1;34m", "\x1b[0m"):
        report = report.replace(code, "")
    assert report == REPORT


@pytest.mark.parametrize(
    ("errors", "warnings", "files", "line"),
    [
        (1, 0, 1, "1 error in 1 file. Nothing was run."),
        (2, 0, 2, "2 errors in 2 files. Nothing was run."),
        (0, 1, 1, "1 warning in 1 file."),
        (0, 2, 2, "2 warnings in 2 files."),
        (1, 1, 2, "1 error and 1 warning in 2 files. Nothing was run."),
    ],
)
def test_last_line(errors: int, warnings: int, files: int, line: str) -> None:
    """The last line counts, and says that nothing was run if an error prevented it."""
    error: list[Literal["error", "warning"]] = ["error"]
    warning: list[Literal["error", "warning"]] = ["warning"]
    found = [
        Diagnostic("c", "m", f"{n % files}", Span(n + 1, 1, 1, 1), severity=kind)
        for n, kind in enumerate(error * errors + warning * warnings)
    ]

    assert render(found, {}).splitlines()[-1] == line


@pytest.mark.parametrize(
    ("word", "choices", "said"),
    [
        ("treshold", ["threshold", "weight"], "did you mean 'threshold'?"),
        ("Threshold", ["threshold", "weight"], "did you mean 'threshold'?"),
        ("THRESHOLD", ["Threshold"], "did you mean 'Threshold'?"),
        ("a_b", ["a-b"], "did you mean 'a-b'?"),
        ("xyz", ["b", "a", "a"], "one of: a, b"),
        ("xyz", list("abcdefgh"), "one of: a, b, c, d, e, f, g, h"),
        ("xyz", list("abcdefghi"), ""),
        ("", ["a"], "one of: a"),
        ("xyz", [], ""),
    ],
)
def test_closest(word: str, choices: list[str], said: str) -> None:
    """A near word is suggested; without one a short list is given, a long one is not."""
    assert closest(word, choices) == said


def test_exit_codes() -> None:
    """Every kind of failure has the exit code of the design."""
    # Other modules, where they were imported, add kinds of their own.
    subclasses = OnexgenError.__subclasses__()
    every = [kind for kind in subclasses if kind.__module__ == OnexgenError.__module__]
    kinds = {kind.__name__: kind.exit_code for kind in every}

    assert OnexgenError.exit_code == 1
    assert kinds == {
        "UsageError": 2,
        "GateError": 3,
        "UnsafeError": 4,
        "ConfigError": 5,
        "OutsideError": 6,
        "TimeoutExceeded": 7,
        "DriftError": 8,
    }


def test_error_carries_its_places() -> None:
    """An error keeps what the report needs, and reads as its message."""
    error = diagnostics.ConfigError("m", help="h", diagnostics=FOUND, texts=TEXTS)

    assert (str(error), error.message, error.help) == ("m", "m", "h")
    assert render(error.diagnostics, error.texts) == REPORT
    assert (OnexgenError("m").diagnostics, OnexgenError("m").texts) == ((), {})
