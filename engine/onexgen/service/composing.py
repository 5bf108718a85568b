"""Requests as messages, whoever sends them: a command, the service, a hook."""

from __future__ import annotations

import uuid
from typing import Final, cast

from pydantic import ValidationError

from onexgen.diagnostics import UsageError
from onexgen.json_types import JsonObject
from onexgen.service.brokers.base import Outgoing
from onexgen.service.envelope import envelope, problems
from onexgen.service.events import EVENTS, Place, Request
from onexgen.service.topics import Topic
from onexgen.service.tracing import HEADER, from_environment

# Ids that are made of something else: the same for the same.
_NAMESPACE: Final = uuid.UUID("6f6e6578-6765-5e00-8000-000000000001")


def id_of(text: str) -> str:
    """Return the id that a text always has."""
    return str(uuid.uuid5(_NAMESPACE, text))


def composed(
    topic: Topic, mode: str, inputs: JsonObject, correlation_id: str, largest: int, *,
    name: str | None = None, timeout: float | None = None, place: Place | None = None,
) -> Outgoing:  # fmt: skip
    """Return the message that asks for a run; `name` is the id of the request.

    Errors: UsageError for inputs that no request can have, and for one of more bytes than
    `largest`.
    """
    model = cast("type[Request]", EVENTS[topic.event])
    own = {name for name in model.model_fields if name not in Request.model_fields}
    try:
        payload = model(
            mode=mode,
            timeout_seconds=timeout,
            place=place or Place(),
            inputs={name: value for name, value in inputs.items() if name not in own},
            **{name: value for name, value in inputs.items() if name in own},
        )
    except ValidationError as error:
        raise UsageError(f"no such request can be sent: {problems(error)}") from error
    value = envelope(payload, correlation_id, name=name).to_bytes()
    if len(value) > largest:
        raise UsageError(
            f"the request has more than {largest:,} bytes", help="run it without --bus"
        )
    headers = ((HEADER, str(from_environment()).encode()),)
    return Outgoing(topic=topic.name, key=correlation_id, value=value, headers=headers)
