"""What the command line said about a run."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Everything but the pipeline's own inputs."""

    preview: str | None = None
    as_json: bool = False
    events: Path | None = None
    interactive: bool = False
    timeout: float | None = None
    keep_failed: Path | None = None
    correlation_id: str | None = None
    no_input: bool = False
    quiet: bool = False
    verbose: int = 0
    given: tuple[str, ...] = ()
    given_file: Path | None = None
    bus: str | None = None
    detach: bool = False
    store: str | None = None

    @property
    def may_ask(self) -> bool:
        """Tell whether somebody is there to answer."""
        return not self.no_input and sys.stdin.isatty() and sys.stderr.isatty()

    @property
    def may_choose(self) -> bool:
        """Tell whether a person may be asked in the middle of a run."""
        return self.may_ask and not self.as_json and not self.quiet
