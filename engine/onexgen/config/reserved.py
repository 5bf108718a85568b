"""Option names that commands keep for themselves: no input of a pipeline may have them."""

from __future__ import annotations

from typing import Final

RESERVED_INPUTS: Final = frozenset(
    {
        "batch", "color", "correlation_id", "diff", "dry_run", "env", "events", "help", "input",
        "inputs", "interactive", "json", "json_lines", "keep_failed", "no_input", "pipeline",
        "quiet", "timeout", "verbose", "version",
    }
)  # fmt: skip
