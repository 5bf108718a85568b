"""The grammar of topics: what travels over a broker, and what becomes of a request."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from onexgen.config.base import Document, Strict
from onexgen.config.pipeline import Duration, Identifier

Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,249}$")]
Retention = Annotated[str, Field(pattern=r"^[1-9]\d*(h|d)$")]
Role = Literal["request", "response", "status", "event", "dead_letters"]


class TopicSettings(Strict):
    """How a broker keeps the topics of one role."""

    partitions: int = Field(ge=1, le=1000, description="How many parts a topic is split into.")
    retention: Retention = Field(description="How long a message is kept, such as 12h or 7d.")


class Told(Strict):
    """Which of the things that a run tells goes to a topic."""

    kind: str = Field(min_length=1, description="Kind of event, as in the pipeline's `events`.")
    stage: Identifier | None = Field(default=None, description="Only from this stage.")


class Topic(Strict):
    """One topic, and what stands in its messages."""

    name: Name = Field(description="Name on the broker.")
    role: Role = Field(description="What the topic is for; `roles` says how it is kept.")
    event: str = Field(min_length=1, description="Type of the messages' payload.")
    summary: str = Field(min_length=1, description="One line for lists.")
    told: Told | None = Field(default=None, description="What a run tells here; role `event`.")
    answers: Name | None = Field(default=None, description="Topic of the answers; role `request`.")
    dead_letters: Name | None = Field(
        default=None, description="Topic of requests that were given up; role `request`."
    )
    pipelines: dict[Identifier, str] = Field(
        default_factory=dict,
        description="Mode of a request -> pipeline that answers it; the first mode is the default.",
    )


class Delivery(Strict):
    """What becomes of a request that fails, is too slow or too large."""

    group: Name = Field(description="Name under which workers share the requests.")
    attempts: int = Field(ge=1, le=100, description="How often a request is tried at most.")
    again: list[int] = Field(description="Exit codes after which another attempt may help.")
    backoff: Duration = Field(description="Time before the second attempt.")
    factor: float = Field(ge=1, le=10, description="How much longer each further wait is.")
    longest: Duration = Field(description="Longest wait between two attempts.")
    timeout: Duration = Field(description="Longest time of a run, whatever a request says.")
    grace: Duration = Field(
        description="Time that a run has to end by itself before its process is killed."
    )
    drain: Duration = Field(
        description="Time that a worker which is told to stop waits for what it has begun."
    )
    patience: Duration = Field(
        description="How long whoever asks waits for the answer, without --timeout."
    )
    hold: Duration = Field(
        default="20ms",
        description="How long a broker may keep back the news that there is no message. Most tell "
        "of a message at once; some look for it only when this time is over.",
    )
    largest: int = Field(ge=1024, description="Largest message in bytes.")
    stored_above: int = Field(
        ge=1024, description="Size in bytes above which a result stays in the store."
    )


class History(Strict):
    """Which outputs of a run are kept on their own, to be counted."""

    score: str = Field(default="", description="Output that is the quality of what was made.")
    uses: dict[Identifier, str] = Field(
        default_factory=dict,
        description="What is counted -> output with its name or names, such as mixin: mixins.",
    )


class Topics(Document):
    """The topics of a service, how they are kept, and how requests are delivered."""

    kind: Literal["topics"] = Field(description="What this file describes.")
    compression: Literal["none", "gzip"] = Field(description="How messages are compressed.")
    roles: dict[Role, TopicSettings] = Field(description="Role -> how its topics are kept.")
    topics: list[Topic] = Field(min_length=1, description="All topics.")
    delivery: Delivery = Field(description="What becomes of a request.")
    history: History = Field(default_factory=History, description="What is kept to be counted.")

    def references(self) -> list[tuple[tuple[str | int, ...], str, str]]:
        """Return the pipelines that answer requests."""
        return [
            (("topics", number, "pipelines", mode), path, "pipeline")
            for number, topic in enumerate(self.topics)
            for mode, path in topic.pipelines.items()
        ]
