"""Cross-checks of topics when they are compiled: who answers whom, and how long all is kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, cast

from onexgen.config.pipeline import seconds
from onexgen.config.topics import Topic, Topics
from onexgen.diagnostics import closest
from onexgen.json_types import Json
from onexgen.source import Marks, Path

_HOURS: Final = {"h": 1, "d": 24}
# Key of a request -> role of the topic that it names.
_NAMED: Final = {"answers": "response", "dead_letters": "dead_letters"}


def prepare(document: Topics, marks: Marks) -> Json:
    """Return the topics with their settings, times in seconds; says what does not fit together."""
    roles = {topic.name: topic.role for topic in document.topics}
    seen: dict[str, str] = {}
    for number, topic in enumerate(document.topics):
        place: Path = ("topics", number)
        if topic.name in seen:
            note = f"first defined at {seen[topic.name]}"
            marks.error(
                "duplicate-id", (*place, "name"), f"'{topic.name}' is defined twice", note=note
            )
        seen.setdefault(topic.name, marks.at((*place, "name")))
        if topic.role not in document.roles:
            said = f"nothing says how topics of role '{topic.role}' are kept"
            marks.error("undefined-name", (*place, "role"), said, help="add it to `roles`")
        _check_keys(topic, roles, place, marks)
    data = document.model_dump(mode="json")
    delivery = document.delivery
    data["topics"] = [
        {**topic, **_settings(document, topic["role"]), "at": marks.at(("topics", number))}
        for number, topic in enumerate(data["topics"])
    ]
    data["delivery"] |= {
        key: seconds(getattr(delivery, key))
        for key in ("backoff", "longest", "timeout", "grace", "drain", "patience", "hold")
    }
    return cast("Json", data)


def _check_keys(topic: Topic, roles: Mapping[str, str], place: Path, marks: Marks) -> None:
    """Say which keys a role needs and does not have, or has and cannot use."""
    for key, role in _NAMED.items():
        other = getattr(topic, key)
        if other is not None and roles.get(other) != role:
            known = [name for name, has in roles.items() if has == role]
            said = f"'{other}' is no topic of role '{role}'"
            marks.error("undefined-name", (*place, key), said, help=closest(other, known))
    given = {key for key in (*_NAMED, "pipelines", "told") if getattr(topic, key)}
    wanted = {*_NAMED, "pipelines"} if topic.role == "request" else set()
    wanted = {"told"} if topic.role == "event" else wanted
    for key in sorted(wanted - given):
        marks.error("missing-key", place, f"a topic of role '{topic.role}' needs '{key}'")
    for key in sorted(given - wanted):
        said = f"a topic of role '{topic.role}' has no '{key}'"
        marks.error("unknown-key", (*place, key), said, help="leave it out", key=True)


def _settings(document: Topics, role: str) -> dict[str, Json]:
    settings = next((one for name, one in document.roles.items() if name == role), None)
    if settings is None:
        return {}
    count, unit = settings.retention[:-1], settings.retention[-1]
    return {
        "partitions": settings.partitions,
        "retention_seconds": int(count) * _HOURS[unit] * 3600,
    }
