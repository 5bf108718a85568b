"""What both sides of a broker have to know of a plan."""

from __future__ import annotations

import hashlib
from typing import Final

from onexgen import __version__
from onexgen.plan import Plan, StagePlan, StepPlan
from onexgen.resources import Pack

# Actions that reach the folder of whoever asks: they are left to that side.
_WRITING: Final = ("stage", "commit")
_PLACING: Final = "locate"


def digest_of(plan: Plan) -> str:
    """Return what stands for the rules and templates of a plan, and for this version."""
    lines = [__version__, *(f"{name}={digest}" for name, digest in sorted(plan.digests.items()))]
    return hashlib.blake2b("\n".join(lines).encode(), digest_size=8).hexdigest()


def digest_of_pack(pack: Pack) -> str:
    """Return what stands for all files of a pack, and for this version."""
    lines = [__version__, *(f"{name}={digest}" for name, digest in sorted(pack.digests.items()))]
    return hashlib.blake2b("\n".join(lines).encode(), digest_size=8).hexdigest()


def writing_steps(plan: Plan) -> list[tuple[StagePlan, StepPlan]]:
    """Return the steps that write, in their order, each with its stage."""
    return [(stage, step) for stage in plan.stages for step in stage.steps if step.uses in _WRITING]


def placing_rules(plan: Plan) -> list[str]:
    """Return the documents by which a plan finds places."""
    steps = (step for stage in plan.stages for step in stage.steps)
    return [str(step.options["rules"]) for step in steps if step.uses == _PLACING]
