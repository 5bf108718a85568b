"""The topics of a pack, as values: which request goes where, and what becomes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from onexgen.diagnostics import ConfigError, UsageError, closest
from onexgen.resources import Pack
from onexgen.service.documents import sole_document
from onexgen.service.events import EVENTS


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """One topic; `told` is (kind, stage or None) of the events that go to it."""

    name: str
    role: str
    event: str
    summary: str
    partitions: int
    retention_seconds: int
    answers: str | None = None
    dead_letters: str | None = None
    pipelines: Mapping[str, str]
    told: tuple[str, str | None] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What becomes of a request; times in seconds, sizes in bytes."""

    group: str
    attempts: int
    again: tuple[int, ...]
    backoff: float
    factor: float
    longest: float
    timeout: float
    grace: float
    drain: float
    patience: float
    hold: float
    largest: int
    stored_above: int

    def wait(self, attempt: int) -> float:
        """Return the seconds to wait after an attempt, the first being 1."""
        return min(self.backoff * self.factor ** (attempt - 1), self.longest)


@dataclass(frozen=True, slots=True)
class Counted:
    """Which outputs of a run are kept on their own: its score, and kind -> what was used."""

    score: str
    uses: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Topics:
    """All topics of a pack by their names."""

    topics: Mapping[str, Topic]
    compression: str | None
    delivery: Delivery
    counted: Counted

    def of_role(self, role: str) -> list[Topic]:
        """Return the topics of one role, in the order of the file."""
        return [topic for topic in self.topics.values() if topic.role == role]

    @property
    def status(self) -> Topic:
        """Return the topic of progress."""
        return self.of_role("status")[0]

    def telling(self, kind: str, stage: str | None) -> list[Topic]:
        """Return the topics to which an event of a run goes, besides progress."""
        wanted = {(kind, None), (kind, stage)}
        return [topic for topic in self.of_role("event") if topic.told in wanted]

    def for_pipeline(self, path: str) -> tuple[Topic, str]:
        """Return the request topic and the mode under which a pipeline is offered."""
        requests = self.of_role("request")
        for topic in requests:
            for mode, offered in topic.pipelines.items():
                if offered == path:
                    return topic, mode
        known = sorted({one for topic in requests for one in topic.pipelines.values()})
        raise UsageError(f"{path} is not offered behind a bus", help=closest(path, known))

    def offering(self, mode: str) -> Topic:
        """Return the request topic that has a mode; UsageError for an unknown one."""
        requests = self.of_role("request")
        for topic in requests:
            if mode in topic.pipelines:
                return topic
        known = sorted({one for topic in requests for one in topic.pipelines})
        raise UsageError(f"no pipeline has the mode '{mode}'", help=closest(mode, known))

    def for_mode(self, mode: str) -> str:
        """Return the pipeline that is offered under a mode; UsageError for an unknown one."""
        return self.offering(mode).pipelines[mode]


def load_topics(pack: Pack, environment: str | None = None) -> Topics:
    """Return the topics of a pack; ConfigError with everything that is wrong."""
    name, data = sole_document(pack, "topics", environment)
    topics = {one["name"]: _topic(one) for one in data["topics"]}
    if not any(topic.role == "status" for topic in topics.values()):
        raise ConfigError(f"{name} has no topic of role 'status'")
    delivery = {field.name: data["delivery"][field.name] for field in fields(Delivery)}
    delivery["again"] = tuple(delivery["again"])
    compression = None if data["compression"] == "none" else data["compression"]
    counted = Counted(**data["history"])
    return Topics(topics, compression, Delivery(**delivery), counted)


def _topic(data: Mapping[str, Any]) -> Topic:
    if data["event"] not in EVENTS:
        near = closest(data["event"], EVENTS)
        raise ConfigError(f"{data['at']}: there is no event '{data['event']}'", help=near)
    values = {field.name: data[field.name] for field in fields(Topic)}
    told = values["told"]
    return Topic(**{**values, "told": None if told is None else (told["kind"], told["stage"])})
