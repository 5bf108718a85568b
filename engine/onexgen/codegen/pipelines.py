"""How the API runs pipelines."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from onexgen.inputs import resolve_inputs
from onexgen.resources import Pack
from onexgen.runs import Run
from onexgen.session import Session, drain


def run(
    pipeline: str,
    given: dict[str, Any],
    *,
    pack: Pack | None = None,
    environment: str | None = None,
    correlation_id: object = None,
    timeout: float | None = None,
    preview: str | None = None,
) -> Run:
    """Run a pipeline of the pack once; the result may hold an error."""
    session = Session(f"pipelines/{pipeline}.yaml", environment=environment, pack=pack)
    inputs = resolve_inputs(session.plan.inputs, given, default=session.settings.default)
    ids = [] if correlation_id is None else [str(correlation_id)]
    [done] = drain(session.run([inputs], timeout=timeout, correlation_ids=ids, preview=preview))
    return done


def completed(pipeline: str, given: dict[str, Any], **settings: Any) -> dict[str, Any]:
    """Run a pipeline of the pack once; return its record or raise its error."""
    done = run(pipeline, given, **settings)
    if done.error is not None:
        raise done.error
    record: dict[str, Any] = dict(done.record)
    return record


def pack_with(templates: Path) -> Pack:
    """Return the pack in which a folder of templates, and what lies beside it, comes first."""
    root = templates.resolve().parent
    roots = (root, *Pack.at(Path.cwd()).roots)
    return Pack(tuple(dict.fromkeys(roots)))
