"""Servers that cannot be talked to, as cases."""

from __future__ import annotations

from typing import Final

from onexgen.service.brokers.servers import Problem
from onexgen.service.doctor.advice import Found

_CASES: Final = {
    "name": "name-unknown",
    "refused": "connection-refused",
    "silent": "no-answer-in-time",
    "encryption": "not-encrypted",
}


def refused(what: str, problem: Problem, host: str, port: int) -> Found:
    """Return the case of a server that cannot be talked to."""
    return Found(what, _CASES[problem.kind], problem.said, {"host": host, "port": port})
