"""Arbitrary text as request and name: what comes out parses, and nothing lands outside."""

from __future__ import annotations

import ast
import faulthandler
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from onexgen.diagnostics import UsageError
from onexgen.inputs import resolve_inputs
from onexgen.runs import Run
from onexgen.session import Session, drain

# 200 texts in CI; `ONEXGEN_TEXTS=2000` is the figure that a release is measured by.
TEXTS: Final = int(os.environ.get("ONEXGEN_TEXTS", "200"))
BATCH: Final = 25

NASTY: Final = [
    '"""', "'''", "\\", "\\N{DASH}", "{{ 7 * 7 }}", "{% for x in y %}", "{#", "${{ inputs }}",
    "\n", "\r\n", "\x00", "\x1b[31m", "\u202e", "\u2028", "\ufeff", "🦊", "統計", "ß", "e\u0301",
    "class", "import", "None", "lambda", "9lives", "../../x", "/etc/passwd", "~", "C:\\x", "con",
    "a" * 300, "TODO", "assert True", "# type: ignore", "); import os; os.system('x')", "%s", "{0}",
    "*/", "<script>", "--", "'; DROP TABLE x; --", "\t", "---\nname: x", "&a [*a]", "!!python/x",
]  # fmt: skip
KINDS: Final = ["effect", "compute", "reducer", "orchestrator"]
SUBJECTS: Final = [
    "Create a PostgreSQL CRUD effect node with retry logic for {}",
    "Convert JSON to XML and validate it, for {}",
    "Aggregate metrics of {} in windows of 5 minutes",
    "Coordinate the stages of {} with rollback",
    "State machine reducer: draft -> {0} -> done; it can be cancelled until {0}",
    "Reducer: sum and average of {0} by {0}",
    "Reducer: latest {0} per {0}",
    "{}",
]


def texts() -> st.SearchStrategy[str]:
    """Return text of any kind, often with something that breaks generators."""
    plain = st.text(st.characters(exclude_categories=["Cs"]), max_size=80)
    pieces = st.lists(st.sampled_from(NASTY) | plain, min_size=1, max_size=5)
    return pieces.map("".join)


def requests() -> st.SearchStrategy[dict[str, Any]]:
    """Return the inputs of a run."""
    return st.fixed_dictionaries(
        {
            "prompt": st.builds(str.format, st.sampled_from(SUBJECTS), texts()),
            "name": st.none() | texts(),
            "node_type": st.none() | st.sampled_from(KINDS),
        }
    )


@pytest.fixture(scope="module")
def session(root: Path) -> Session:
    """Return the default pipeline, compiled once."""
    return Session("pipelines/default.yaml", cwd=root)


@pytest.fixture
def _unlimited() -> None:
    """Take the limit for one test away: a release's number of texts needs longer."""
    if TEXTS > 200:
        faulthandler.cancel_dump_traceback_later()


@pytest.mark.fuzz
@pytest.mark.usefixtures("_unlimited")
@settings(
    max_examples=max(TEXTS // BATCH, 1),
    # A batch is a run of the whole pipeline: shrinking would take hours. The message has the text.
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(batch=st.lists(requests(), min_size=BATCH, max_size=BATCH))
def test_any_text(
    session: Session, tmp_path_factory: pytest.TempPathFactory, batch: list[dict[str, Any]]
) -> None:
    """Every file parses; nothing is written outside the folder that was asked for."""
    place = tmp_path_factory.mktemp("texts")
    inputs = list(_accepted(session, batch, place))

    runs = drain(session.run(inputs)) if inputs else []

    for number, run in enumerate(runs):
        _check(run, place / f"inside{number}")
    assert {entry.name for entry in place.iterdir()} <= {f"inside{n}" for n in range(len(inputs))}


def _accepted(
    session: Session, batch: list[dict[str, Any]], place: Path
) -> Iterator[dict[str, Any]]:
    """Yield the inputs that are not refused before the run, each with a folder of its own."""
    number = 0
    for given_values in batch:
        values = {**given_values, "output_dir": str(place / f"inside{number}")}
        try:
            yield resolve_inputs(session.plan.inputs, values)
        except UsageError:
            continue
        number += 1


def _check(run: Run, folder: Path) -> None:
    if run.error is not None:
        # A request that says nothing is refused; whatever else went wrong is a defect.
        assert run.error.exit_code == 2, (run.request.inputs, str(run.error))
        assert not folder.exists()
        return
    (package,) = folder.iterdir()
    assert package.name.isascii()
    assert package.name.isidentifier()
    for path in package.rglob("*.py"):
        ast.parse(path.read_text(encoding="utf-8"), str(path))
