"""What a pack says of the service, as values: roles, limits, waits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any, Final

from onexgen.diagnostics import ConfigError, UsageError, closest
from onexgen.resources import Pack
from onexgen.service.documents import sole_document

PARTS: Final = ("hooks", "telemetry", "stamps", "library", "registry")


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """A part of the service; `at` is where the data say so."""

    id: str
    summary: str
    port: int
    prefix: str
    routes: tuple[str, ...]
    at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much is taken and kept; sizes in bytes."""

    body: int
    requests_a_minute: int
    burst: int
    callers: int
    kept: int
    messages: int
    events: int
    listed: int
    streams: int
    files: int
    packages: int
    unpacked: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Waits:
    """How long is waited, in seconds."""

    judging: float
    beat: float
    settle: float
    looking: float
    drain: float


@dataclass(frozen=True, slots=True)
class TokenRules:
    """What a token looks like: how it begins, and how many random bytes follow."""

    prefix: str
    bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceSettings:
    """All that the data say of the service."""

    roles: tuple[Role, ...]
    pipelines: Mapping[str, str]
    processes: int
    limits: Limits
    waits: Waits
    tokens: TokenRules
    # What further groups of routes have to know, by the names of the data.
    parts: Mapping[str, Any] = field(default_factory=dict)
    file: str = ""

    def pipeline(self, group: str) -> str:
        """Return the pipeline that answers a group of routes; ConfigError when none is named."""
        if group not in self.pipelines:
            raise ConfigError(
                f"no pipeline answers the routes '{group}'",
                help="name it in `pipelines` of rules/service.yaml",
            )
        return self.pipelines[group]

    def chosen(self, names: Sequence[str]) -> tuple[Role, ...]:
        """Return the roles of these names, all of them for none; UsageError for an unknown one."""
        known = {role.id: role for role in self.roles}
        for name in names:
            if name not in known:
                raise UsageError(f"there is no role '{name}'", help=closest(name, known))
        return tuple(role for role in self.roles if not names or role.id in names)


def load_service(
    pack: Pack, environment: str | None, routes: Iterable[str], overlay: bytes | None = None
) -> ServiceSettings:
    """Return what a pack says; ConfigError when a role has none of the groups of `routes`."""
    file, data = sole_document(pack, "service", environment, overlay)
    known = set(routes)
    roles = tuple(_role(one, known) for one in data["roles"])
    return ServiceSettings(
        roles=roles,
        pipelines=data["pipelines"],
        processes=data["processes"],
        limits=Limits(**data["limits"]),
        waits=Waits(**data["waits"]),
        tokens=TokenRules(**data["tokens"]),
        parts={name: data[name] for name in PARTS if data[name] is not None},
        file=file,
    )


def placed(roles: Sequence[Role], ports: Sequence[str]) -> tuple[Role, ...]:
    """Return roles at other ports: each text is ROLE=PORT, or PORT for all of them."""
    moved = {role.id: role for role in roles}
    for text in ports:
        name, sign, number = text.rpartition("=")
        port = int(number) if number.isascii() and number.isdigit() else -1
        # 0 is any port that is free.
        if not 0 <= port <= 65_535 or (sign and not name):
            raise UsageError(
                f"'{text}' is not of the form ROLE=PORT or PORT", help="for example 8080"
            )
        if sign and name not in moved:
            raise UsageError(f"there is no role '{name}' here", help=closest(name, moved))
        for one in [name] if sign else list(moved):
            moved[one] = replace(moved[one], port=port)
    return tuple(moved.values())


def _role(data: Mapping[str, Any], known: set[str]) -> Role:
    for route in data["routes"]:
        if route not in known:
            said = f"{data['at']}: there is no group of routes '{route}'"
            raise ConfigError(said, help=closest(route, known))
    values = {field.name: data[field.name] for field in fields(Role)}
    return Role(**{**values, "routes": tuple(data["routes"])})
