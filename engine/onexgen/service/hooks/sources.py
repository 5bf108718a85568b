"""Who may send us something, and how we know that it was them: the rules as values."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from onexgen.diagnostics import OnexgenError
from onexgen.json_types import JsonObject

UNKNOWN: Final = 404
BAD: Final = 400
UNSIGNED: Final = 401
REPEATED: Final = 409
UNFIT: Final = 422
AWAY: Final = 503


class Refused(OnexgenError):
    """A delivery that nothing comes of; `status` is that of the answer."""

    exit_code = 4

    def __init__(self, status: int, message: str, *, help: str = "") -> None:
        """Say why, and with which status of HTTP."""
        super().__init__(message, help=help)
        self.status = status


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One sender; names of headers are in lower case, `tolerance` is in seconds."""

    id: str
    secrets: tuple[str, ...]
    signature: str
    prefix: str
    over: tuple[str, ...]
    timestamp: str | None
    tolerance: float
    delivery: str | None
    event: str | None
    when: str | bool
    mode: str
    inputs: JsonObject

    def keys(self, environment: Mapping[str, str] = os.environ) -> list[bytes]:
        """Return the secrets that are set; during a change there are two."""
        found = (environment.get(name, "") for name in self.secrets)
        return [one.encode() for one in found if one]


def sources_of(data: Any) -> dict[str, Source]:
    """Return id -> source from the compiled rules."""
    return {one["id"]: _source(one) for one in data["sources"]}


def _source(data: Mapping[str, Any]) -> Source:
    signature = data["signature"]
    return Source(
        id=data["id"], secrets=tuple(data["secrets"]), signature=signature["header"].lower(),
        prefix=signature["prefix"], over=tuple(signature["over"]),
        timestamp=_lower(data["timestamp"]), tolerance=data["tolerance"],
        delivery=_lower(data["delivery"]), event=_lower(data["event"]), when=data["when"],
        mode=data["mode"], inputs=data["inputs"],
    )  # fmt: skip


def _lower(name: str | None) -> str | None:
    return None if name is None else name.lower()
