"""Packages of many requests, made in one process with nothing written, and their gaps by family."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import batched
from pathlib import Path
from typing import Any, Final, NamedTuple

from tests.gaps.finding import Gap, Made, hidden_gaps, open_gaps
from tests.reading.pack import ROOT

from onexgen.inputs import resolve_inputs
from onexgen.runs import Run
from onexgen.session import Session, drain

#: Packages that are in memory at the same time.
_AT_ONCE: Final = 50


class Found(NamedTuple):
    """What was found out about the package of one request."""

    case: str
    family: str
    points: Sequence[str]
    open: Sequence[Gap]
    hidden: Sequence[Gap]


def requests_of(path: Path) -> dict[str, str]:
    """Return the requests of a file of lines, or of all such files in a folder, by their ids."""
    files = sorted(path.glob("*.jsonl")) if path.is_dir() else [path]
    lines = [json.loads(line) for file in files for line in file.read_text("utf-8").splitlines()]
    return {
        str(line.get("id", number)): line["prompt"]
        for number, line in enumerate(lines)
        if "prompt" in line
    }


def found_in(requests: dict[str, str]) -> Iterator[Found]:
    """Make the package of each request and yield its gaps; a run that fails is one, too."""
    session = Session("pipelines/default.yaml", cwd=ROOT)
    for cases in batched(requests.items(), _AT_ONCE):
        wanted = [
            resolve_inputs(
                session.plan.inputs,
                {"prompt": prompt, "output_dir": f"never-written/{case}"},
                default=session.settings.default,
            )
            for case, prompt in cases
        ]
        runs = drain(session.run(wanted, preview="list"))
        for (case, _), run in zip(cases, runs, strict=True):
            yield _found(case, session, run)


def _found(case: str, session: Session, run: Run) -> Found:
    if run.error is not None:
        return Found(case, "none", [], [Gap("run", str(run.error))], [])
    record: dict[str, Any] = dict(run.record)
    outputs: dict[str, Any] = dict(session.outputs(run))
    names = record["names"]
    made = Made(
        case=case,
        family=record["family"]["label"],
        own=(names["snake"], names["kebab"], names["pascal"]),
        files=record["package"],
        requirements=record["requirements"],
        contract=record["contract"],
        points=record["settings"]["extension_points"],
        answered=outputs["extension_points"],
        summary=session.summary(run),
    )
    return Found(case, made.family, made.points, [*open_gaps(made)], [*hidden_gaps(made)])


def report(found: Iterable[Found]) -> Iterator[str]:
    """Yield a row for each family, one for all, and a line for each gap."""
    every = list(found)
    yield f"{'family':24}{'packages':>9}{'without':>9}{'with one':>9}{'hidden':>8}"
    for family in [*sorted({one.family for one in every}), ""]:
        own = [one for one in every if family in {one.family, ""}]
        closed = sum(not one.points for one in own)
        single = sum(len(one.points) == 1 for one in own)
        hidden = sum(len(one.hidden) for one in own)
        yield f"{family or 'all':24}{len(own):9}{closed:9}{single:9}{hidden:8}"
    for one in every:
        for title, gaps in (("open", one.open), ("hidden", one.hidden)):
            for gap in gaps:
                yield f"{one.case} {one.family} {title}: {gap.place}: {gap.said}"
