"""Trace context of W3C in headers, so that one request is one trace over all its messages."""

from __future__ import annotations

import os
import re
import secrets
from dataclasses import dataclass
from typing import Final

HEADER: Final = "traceparent"
_FORM: Final = re.compile(r"00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})")
_ZEROS: Final = ("0" * 32, "0" * 16)


@dataclass(frozen=True, slots=True)
class Trace:
    """One span of a trace."""

    trace_id: str
    span_id: str
    flags: str = "01"

    def child(self) -> Trace:
        """Return a new span of the same trace."""
        return Trace(self.trace_id, secrets.token_hex(8), self.flags)

    def __str__(self) -> str:
        """Return the value of the header."""
        return f"00-{self.trace_id}-{self.span_id}-{self.flags}"


def continued(header: str | None) -> Trace:
    """Return a span below the one of a header; a new trace when there is none or it is wrong."""
    found = _FORM.fullmatch((header or "").strip())
    if found is None or found[1] == _ZEROS[0] or found[2] == _ZEROS[1]:
        return Trace(secrets.token_hex(16), secrets.token_hex(8))
    return Trace(found[1], found[2], found[3]).child()


def from_environment() -> Trace:
    """Return a span below the one of the caller, who may say it in TRACEPARENT."""
    return continued(os.environ.get("TRACEPARENT"))
