"""Cross-checks of the service's roles when they are compiled."""

from __future__ import annotations

from typing import cast

from onexgen.config.pipeline import seconds
from onexgen.config.service import Service
from onexgen.hooks import prepare_hooks
from onexgen.json_types import Json
from onexgen.source import Marks, Path
from onexgen.telemetry import prepare_registry, prepare_telemetry


def prepare(document: Service, marks: Marks) -> Json:
    """Return the service with times in seconds; says which roles and routes are there twice."""
    seen: dict[tuple[str, ...], str] = {}

    def check(name: tuple[str, ...], place: Path) -> None:
        if name in seen:
            note = f"first defined at {seen[name]}"
            marks.error("duplicate-id", place, f"'{name[-1]}' is defined twice", note=note)
        seen.setdefault(name, marks.at(place))

    for number, role in enumerate(document.roles):
        check(("role", role.id), ("roles", number, "id"))
        for count, route in enumerate(role.routes):
            where = f"{role.port}{role.prefix}"
            check(("route", where, route), ("roles", number, "routes", count))
    data = document.model_dump(mode="json")
    data["roles"] = [
        {**role, "at": marks.at(("roles", number))} for number, role in enumerate(data["roles"])
    ]
    if document.hooks is not None:
        data["hooks"] = prepare_hooks(document.hooks, marks, ("hooks",))
    if document.telemetry is not None:
        data["telemetry"] = prepare_telemetry(document.telemetry, marks, ("telemetry",))
    if document.registry is not None:
        data["registry"] = prepare_registry(document.registry)
    data["waits"] = {key: seconds(value) for key, value in data["waits"].items()}
    return cast("Json", data)
