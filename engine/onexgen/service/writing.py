"""What a worker made is written on the side of whoever asked."""

from __future__ import annotations

from dataclasses import replace

from onexgen.diagnostics import ConfigError
from onexgen.json_types import Json
from onexgen.runs import Run
from onexgen.service.plans import writing_steps
from onexgen.session import Session
from onexgen.stepping import Steps


def written(session: Session, run: Run, preview: str | None, timeout: float | None) -> Run:
    """Write what a worker made, as a local run would: all of it, or nothing and an error."""
    plan = session.plan
    workspace = session.workspace(timeout, preview)
    steps = Steps(workspace)
    made = writing_steps(plan)
    missing = [step.key for _, step in made if step.key not in run.record]
    if missing:
        said = f"the worker has another pipeline than this folder: no {', '.join(missing)}"
        return replace(run, error=ConfigError(said, help="use the same version and rules"))
    about: Json = {"id": run.request.correlation_id, "preview": preview}
    record = {**run.record, **{step.key: step.empty for _, step in made}, "run": about}
    run = replace(run, record=record)
    try:
        for stage, step in made:
            if run.error is None and steps.holds(stage.when, run, stage.at):
                [run] = steps.call(step, [run])
    except BaseException:
        steps.take_back_all()
        raise
    finally:
        workspace.close()
    if run.error is not None:
        steps.take_back(run.done)
    return run
