"""All that a request leaves behind, as rows and messages; needs no database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from onexgen.json_types import JsonObject
from onexgen.service.brokers.base import Outgoing


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """All that a request leaves behind; `run` and the others are rows, without the run's id."""

    request_id: str
    run: dict[str, Any] | None
    stages: Sequence[dict[str, Any]] = ()
    events: Sequence[dict[str, Any]] = ()
    uses: Sequence[dict[str, Any]] = ()
    messages: Sequence[Outgoing] = ()


def counted(outputs: JsonObject, uses: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return a row for everything that a run used, by the outputs that name it."""
    rows = []
    for kind, key in uses.items():
        value = outputs.get(key)
        names = value if isinstance(value, list) else [value]
        used = dict.fromkeys(name for name in names if isinstance(name, str) and name)
        rows += [{"kind": kind, "name": name} for name in used]
    return rows
