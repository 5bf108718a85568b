"""From a request over HTTP to one on the bus."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from onexgen.inputs import resolve_inputs
from onexgen.json_types import JsonObject
from onexgen.plan import InputPlan
from onexgen.service.client import question
from onexgen.service.composing import id_of
from onexgen.service.events import Place
from onexgen.service.http.board import Followed
from onexgen.service.http.context import Context
from onexgen.service.http.knowing import digest_of, known
from onexgen.service.http.models import RunRequest
from onexgen.service.http.placing import check_path
from onexgen.service.http.problems import Refused


async def ask(context: Context, wish: RunRequest, caller: str, key: str | None) -> Followed:
    """Send a request, once for all requests of a caller with the same key; returns the run."""
    session = await context.sessions.of(context.topics.for_mode(wish.mode))
    inputs = checked(session.plan.inputs, wish.inputs)
    digest = digest_of(wish.mode, inputs)
    name = _named(caller, key)
    if key is not None:
        earlier = context.board.get(name) or await known(context, name)
        if earlier is not None:
            return _same(earlier, digest, key)
    asked = question(
        session, context.topics, inputs, name, wish.timeout_seconds,
        # Also when it is sent twice, by two services or after a failure, it has one effect.
        name=None if key is None else name, place=Place(),
    )  # fmt: skip
    broker = context.link.broker
    # Whoever came with the same key meanwhile has been put up by now.
    earlier = context.board.get(name)
    if earlier is not None and key is not None:
        return _same(earlier, digest, key)
    run = context.board.asked(name, wish.mode, digest, context.clock())
    try:
        await broker.publish([asked.message])
    except BaseException:
        context.board.forget(name)
        raise
    return run


def checked(plans: tuple[InputPlan, ...], given: Mapping[str, Any]) -> JsonObject:
    """Return the inputs that were given; UsageError or Refused for those a run would refuse."""
    resolve_inputs(plans, given, how=lambda _: "give it in `inputs`")
    for plan in plans:
        value = given.get(plan.name)
        if plan.type == "path" and value is not None:
            check_path(plan.name, str(value))
    return {name: value for name, value in given.items() if value is not None}


def _named(caller: str, key: str | None) -> str:
    """Return the id of a run: by the key of its caller, or a new one."""
    return str(uuid.uuid4()) if key is None else id_of(f"{caller}\n{key}")


def _same(earlier: Followed, digest: str, key: str) -> Followed:
    if earlier.digest and earlier.digest != digest:
        raise Refused(409, f"the key '{key}' was used for another request", help="take another key")
    return earlier
