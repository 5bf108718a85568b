"""What is made of many requests, with nothing written."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from onexgen.inputs import resolve_inputs
from onexgen.session import Session, drain


def records_of(prompts: Iterable[str], root: Path, folder: Path) -> dict[str, dict[str, Any]]:
    """Return the record of each request's run, by the request."""
    session = Session("pipelines/default.yaml", cwd=root)
    wanted = [
        resolve_inputs(
            session.plan.inputs,
            {"prompt": prompt, "output_dir": str(folder / str(number))},
            default=session.settings.default,
        )
        for number, prompt in enumerate(prompts)
    ]
    runs = drain(session.run(wanted, preview="list"))
    return {run.record["inputs"]["prompt"]: dict(run.record) for run in runs}
