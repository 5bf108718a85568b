"""The envelope of every message, and what it says when it cannot be opened."""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime
from typing import Annotated, Any, Final

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from onexgen.diagnostics import OnexgenError, closest
from onexgen.service.events import EVENTS, Payload, Values

VERSION: Final = 1
SOURCE: Final = "onexgen"
_SHOWN: Final = 5

# An id is printed, looked up and used as a key: nothing a terminal could take for a command.
Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9._:-]{1,128}$")]


class Unreadable(OnexgenError):
    """A message that no version of a worker like this one can ever read."""

    exit_code = 2


class OnexEnvelopeV1(BaseModel):
    """One message: what happened, who says so, when, and to which request it belongs."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: Id = Field(description="Id of the message; the same message twice has the same id.")
    type: str = Field(max_length=200, description="Type of the payload.")
    source: str = Field(max_length=200, description="Who sent it.")
    time: AwareDatetime = Field(description="When it was made.")
    correlation_id: Id = Field(description="The request that it belongs to; also the key.")
    schema_version: int = Field(ge=1, description="Version of envelope and payload.")
    payload: Values = Field(description="What the type says.")

    def to_bytes(self) -> bytes:
        """Return the message as JSON."""
        return self.model_dump_json().encode()

    def opened(self) -> Payload:
        """Return the payload; Unreadable when it is not what the type says."""
        model = EVENTS.get(self.type)
        if model is None:
            raise Unreadable(f"no event is of type '{self.type}'", help=closest(self.type, EVENTS))
        try:
            return model.model_validate(self.payload)
        except ValidationError as error:
            raise Unreadable(f"{self.type}: {problems(error)}") from error


def envelope(
    payload: Payload, correlation_id: str, *, name: str | None = None, source: str = SOURCE
) -> OnexEnvelopeV1:
    """Return a payload in a new envelope; `name` is its id, a random one if it has none yet."""
    empty = OnexEnvelopeV1(
        id=name or str(uuid.uuid4()),
        type=type(payload).__name__,
        source=source,
        time=datetime.now(UTC),
        correlation_id=correlation_id,
        schema_version=VERSION,
        payload={},
    )
    # What a payload holds was checked when it was made.
    return empty.model_copy(update={"payload": payload.model_dump(mode="json")})


def read(raw: bytes) -> OnexEnvelopeV1:
    """Return the envelope that a message holds; Unreadable when it is none, or of the future."""
    try:
        data: Any = json.loads(raw)
    except (ValueError, RecursionError) as error:
        said = getattr(error, "msg", None) or getattr(error, "reason", None) or "too deep"
        raise Unreadable(f"not JSON: {said}") from error
    if not isinstance(data, dict):
        raise Unreadable("not an envelope: a JSON object is expected")
    version = data.get("schema_version")
    if isinstance(version, int) and version > VERSION:
        raise Unreadable(
            f"schema version {version}, known is up to {VERSION}",
            help="update this program, then replay the message",
        )
    try:
        return OnexEnvelopeV1.model_validate(data)
    except ValidationError as error:
        raise Unreadable(f"not an envelope: {problems(error)}") from error


def problems(error: ValidationError) -> str:
    """Return what is wrong, without the values: they may be long or secret."""
    found = error.errors(include_url=False, include_input=False, include_context=False)
    shown = [
        f"{'.'.join(map(str, one['loc'])) or 'the whole'}: {one['msg'].lower()}"
        for one in found[:_SHOWN]
    ]
    more = [f"{len(found) - _SHOWN} more"] if len(found) > _SHOWN else []
    return "; ".join([*shown, *more])
