"""A question for a person, where there is one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from onexgen.actions.base import Workspace
from onexgen.json_types import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class AskOptions:
    """The question, and what its answer becomes."""

    question: str
    """What a person reads."""
    choices: Sequence[Mapping[str, Json]]
    """Possible answers, the best first: each with `label` and, if known, `confidence`."""
    answers: str
    """Input that the answer becomes; the run then begins anew with it."""


class Ask:
    """Put a question to a person at a terminal; elsewhere the run goes on with the best answer."""

    Options: ClassVar[type[Any]] = AskOptions
    EMPTY: ClassVar[Json] = {}
    FILES: ClassVar[Mapping[str, str]] = {}

    def __init__(self, workspace: Workspace) -> None:
        """Need nothing of the workspace."""

    def __call__(self, options: AskOptions) -> Json:
        """Return the question: only the edge may talk to a person."""
        choices: list[Json] = [
            {"label": choice.get("label"), "confidence": choice.get("confidence")}
            for choice in options.choices
        ]
        return {"question": options.question, "choices": choices, "answers": options.answers}
