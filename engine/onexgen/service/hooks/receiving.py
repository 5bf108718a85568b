"""What comes of a delivery: a request on the bus, once, however often it is delivered.

The claim and the request are kept together, as a worker keeps what it did: whoever dies between
that and sending leaves it to be sent, by the next attempt of the sender or by a worker.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, cast

from onexgen.diagnostics import ConfigError, OnexgenError, OutsideError, UsageError
from onexgen.expressions import Expressions
from onexgen.json_types import Json, JsonObject
from onexgen.service.brokers.base import Broker, Outgoing
from onexgen.service.composing import composed, id_of
from onexgen.service.history.effects import Effect
from onexgen.service.hooks.signatures import Genuine, Headers, genuine
from onexgen.service.hooks.sources import AWAY, BAD, REPEATED, UNFIT, UNKNOWN, Refused, Source
from onexgen.service.remembering import Memory
from onexgen.service.topics import Topic, Topics

LOG: Final = logging.getLogger(__name__)
_REPEATED: Final = "this was received before"


@dataclass(frozen=True, slots=True)
class Accepted:
    """What came of a delivery: the id of its run, or None when the rules want none for it."""

    correlation_id: str | None


class Receiver:
    """Takes deliveries of all sources."""

    def __init__(
        self, sources: Mapping[str, Source], topics: Topics, broker: Callable[[], Broker],
        memory: Memory,
        *, clock: Callable[[], float] = time.time,
    ) -> None:  # fmt: skip
        """Use a broker that comes and goes; ConfigError for a mode that nobody offers.

        To ask for a broker that is away is Unreachable.
        """
        self._sources = sources
        self._topics = topics
        self._broker = broker
        self._memory = memory
        self._clock = clock
        self._expressions = Expressions(lambda _: None)
        self._offered = {one.id: _offering(topics, one) for one in sources.values()}
        # Claims that are being kept and sent at this moment.
        self._busy: set[str] = set()

    @property
    def closed(self) -> list[Source]:
        """Return the sources that nobody can sign for: no secret of theirs is set."""
        return [source for source in self._sources.values() if not source.keys()]

    async def __call__(self, name: str, headers: Headers, body: bytes) -> Accepted:
        """Take one delivery; Refused with the reason when it is not taken."""
        source = self._sources.get(name)
        keys = [] if source is None else source.keys()
        # The same answer for both: what is configured here is nobody's business.
        if source is None or not keys:
            raise Refused(UNKNOWN, f"nothing is received from '{name}' here")
        proof = genuine(source, keys, headers, body, self._clock())
        values = self._values(source, proof, body)
        if values is None:
            return Accepted(None)
        return await self._once(source, proof, values)

    def _values(self, source: Source, proof: Genuine, body: bytes) -> JsonObject | None:
        """Return the inputs that a delivery stands for, None when the rules want no run for it."""
        try:
            payload = json.loads(body)
        except (ValueError, RecursionError) as error:
            raise Refused(BAD, "the body is not JSON") from error
        context = {"payload": payload, "event": proof.event, "delivery": proof.delivery}
        try:
            wanted = self._expressions.fill_all(source.when, context)
            if not wanted:
                return None
            filled = self._expressions.fill_all(cast("Json", source.inputs), context)
        except OnexgenError as error:
            raise Refused(UNFIT, f"the payload is not as expected: {error.message}") from error
        values = cast("JsonObject", filled)
        return {key: value for key, value in values.items() if value is not None}

    async def _once(self, source: Source, proof: Genuine, values: JsonObject) -> Accepted:
        """Keep and send the request, unless this delivery had one."""
        claim = f"hook:{source.id}:{proof.signature}"
        named = None if proof.delivery is None else f"hook:{source.id}:id:{proof.delivery}"
        correlation_id = id_of(claim)
        message = self._message(source, values, correlation_id)
        if claim in self._busy:
            raise Refused(REPEATED, _REPEATED)
        self._busy.add(claim)
        try:
            if named is not None and await self._memory.is_done(named):
                return await self._again(claim, correlation_id)
            effect = Effect(request_id=claim, run=None, messages=[message])
            if not await self._memory.record(effect):
                return await self._again(claim, correlation_id)
            if named is not None:
                await self._memory.record(Effect(request_id=named, run=None))
            await self._send(claim, [message])
        except OutsideError as error:
            LOG.warning("%s: not sent: %s", claim, error)
            raise Refused(AWAY, "not now; the same request may be sent again") from error
        finally:
            self._busy.discard(claim)
        return Accepted(correlation_id)

    async def _again(self, claim: str, correlation_id: str) -> Accepted:
        """Send what an attempt before this one could not send; refuse what was sent."""
        left = await self._memory.waiting(claim)
        if not left:
            raise Refused(REPEATED, _REPEATED)
        await self._send(claim, [one for _, one in left])
        return Accepted(correlation_id)

    async def _send(self, claim: str, messages: list[Outgoing]) -> None:
        await self._broker().publish(messages)
        self._memory.sent(claim)

    def _message(self, source: Source, values: JsonObject, correlation_id: str) -> Outgoing:
        try:
            # Named after the claim: what is sent twice is the same request, and has one effect.
            return composed(
                self._offered[source.id], source.mode, values, correlation_id,
                self._topics.delivery.largest, name=correlation_id,
            )  # fmt: skip
        except UsageError as error:
            raise Refused(UNFIT, error.message) from error


def _offering(topics: Topics, source: Source) -> Topic:
    try:
        return topics.offering(source.mode)
    except UsageError as error:
        raise ConfigError(f"hooks from '{source.id}': {error.message}", help=error.help) from error
