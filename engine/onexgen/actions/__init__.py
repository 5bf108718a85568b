"""The verbs: an explicit table, imported on use."""

from __future__ import annotations

from importlib import import_module
from typing import Final

from onexgen.actions.base import Action

ACTIONS: Final[dict[str, str]] = {
    "ask": "onexgen.actions.ask:Ask",
    "build": "onexgen.actions.build:Build",
    "check": "onexgen.actions.check:Check",
    "commit": "onexgen.actions.commit:Commit",
    "declare": "onexgen.actions.declare:Declare",
    "describe": "onexgen.actions.describe:Describe",
    "diagnose": "onexgen.actions.diagnose:Diagnose",
    "execute": "onexgen.actions.execute:Execute",
    "extract": "onexgen.actions.extract:Extract",
    "fix": "onexgen.actions.fix:Fix",
    "load": "onexgen.actions.load:Load",
    "locate": "onexgen.actions.locate:Locate",
    "override": "onexgen.actions.override:Override",
    "recall": "onexgen.actions.recall:Recall",
    "render": "onexgen.actions.render:Render",
    "repair": "onexgen.actions.repair:Repair",
    "require": "onexgen.actions.require:Require",
    "retrieve": "onexgen.actions.retrieve:Retrieve",
    "score": "onexgen.actions.score:Score",
    "seal": "onexgen.actions.seal:Seal",
    "stage": "onexgen.actions.stage:Stage",
}


def load_action(name: str) -> type[Action]:
    """Return the class of an action."""
    module, _, attribute = ACTIONS[name].partition(":")
    loaded: type[Action] = getattr(import_module(module), attribute)
    return loaded
