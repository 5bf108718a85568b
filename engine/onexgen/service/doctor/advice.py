"""What was found, and what the rules say to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple, cast

from onexgen.resources import Pack, installed_pack
from onexgen.service.documents import sole_document

type State = Literal["ok", "wrong", "unknown"]


@dataclass(frozen=True, slots=True)
class Found:
    """Something that was looked at: which case it is, and the values that the case has."""

    what: str
    case: str
    said: str
    values: Mapping[str, object] = field(default_factory=dict)


class Finding(NamedTuple):
    """What was looked at, how it is, and what may help."""

    what: str
    case: str
    state: State
    said: str
    help: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """From where on something is ill; times in seconds."""

    patience: float
    clock: float
    free_megabytes: int
    days: float


@dataclass(frozen=True, slots=True)
class Advice:
    """The advice of a pack."""

    limits: Limits
    folder: str
    ports: Mapping[str, int]
    cases: Mapping[str, Mapping[str, Any]]

    def to(self, found: Found) -> Finding:
        """Return what there is to say; a case that the rules do not know has no advice."""
        case = self.cases.get(found.case, {"state": "unknown", "help": []})
        values = {name: str(value) for name, value in found.values.items()}
        lines = [_filled(line, values) for line in case["help"]]
        text = "\n".join(line for line in lines if line)
        return Finding(found.what, found.case, cast("State", case["state"]), found.said, text)


def load_advice(pack: Pack, environment: str | None = None) -> Advice:
    """Return the advice of a pack, the installed one where it has none of its own.

    ConfigError has everything that is wrong.
    """
    data = _document(pack, "doctor", environment)
    ports = {one["id"]: one["port"] for one in _document(pack, "service", environment)["roles"]}
    cases = {one["id"]: one for one in data["advice"]}
    return Advice(Limits(**data["limits"]), data["folder"], ports, cases)


def _document(pack: Pack, kind: str, environment: str | None) -> Mapping[str, Any]:
    said = f"kind: {kind}".encode()
    if not any(said in raw for raw in pack.contents.values()):
        pack, environment = Pack.at(installed_pack()), None
    return sole_document(pack, kind, environment)[1]


def _filled(line: str, values: Mapping[str, str]) -> str:
    # What users write is text: only {NAME} of a value that there is means anything.
    for name, value in values.items():
        line = line.replace(f"{{{name}}}", value)
    return line
