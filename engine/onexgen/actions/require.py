"""A condition that must hold for the run to go on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Final, Literal

from onexgen.actions.base import Workspace
from onexgen.diagnostics import (
    GateError,
    OnexgenError,
    OutsideError,
    TimeoutExceeded,
    UsageError,
)
from onexgen.json_types import Json

_ERRORS: Final[dict[str, type[OnexgenError]]] = {
    "failure": OnexgenError,
    "gate": GateError,
    "outside": OutsideError,
    "time": TimeoutExceeded,
    "usage": UsageError,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RequireOptions:
    """The condition, and what to say when it does not hold."""

    that: Json
    """Anything that is true or false."""
    message: str
    """What is wrong."""
    help: str = ""
    """How to repair it."""
    otherwise: Literal["failure", "gate", "outside", "time", "usage"] = "failure"
    """Which kind of error it is; decides the exit code."""


class Require:
    """Stop the run unless a condition holds."""

    Options: ClassVar[type[Any]] = RequireOptions
    EMPTY: ClassVar[Json] = True
    FILES: ClassVar[Mapping[str, str]] = {}

    def __init__(self, workspace: Workspace) -> None:
        """Need nothing of the workspace."""

    def __call__(self, options: RequireOptions) -> Json:
        """Return true, or raise."""
        if not options.that:
            raise _ERRORS[options.otherwise](options.message, help=options.help)
        return True
