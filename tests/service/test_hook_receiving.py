"""A delivery becomes one request on the bus, whatever dies meanwhile and however often it comes."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pytest
from tests.service.helpers import REQUESTS, topics_of_pack

from onexgen.diagnostics import ConfigError
from onexgen.service.brokers.base import Outgoing, Unreachable
from onexgen.service.brokers.memory import MemoryBroker
from onexgen.service.envelope import read
from onexgen.service.hooks.receiving import Accepted, Receiver
from onexgen.service.hooks.sources import Refused, Source
from onexgen.service.opened import history, states_of
from onexgen.service.remembering import Fleeting, Memory

NOW = 1_800_000_000.0
KEY = b"a secret of sixteen bytes and more"
VARIABLE = "HOOK_OF_A_TEST"
UNFIT = "422 the payload is not as expected: cannot evaluate 'payload.prompt'"
GENERIC = Source(
    id="generic", secrets=(VARIABLE,), signature="x-signature", prefix="", mode="make",
    over=("timestamp", "body"), timestamp="x-timestamp", tolerance=300, delivery="x-delivery",
    event=None, when=True,
    inputs={"prompt": "${{ payload.prompt }}", "trial": "${{ payload.trial | default(none) }}"},
)  # fmt: skip
FORGE = Source(
    id="forge", secrets=(VARIABLE,), signature="x-signature", prefix="sha256=", mode="make",
    over=("body",), timestamp=None, tolerance=0, delivery="x-delivery", event="x-event",
    when="${{ event == 'issues' and payload.action == 'opened' }}",
    inputs={"prompt": "${{ payload.issue.title }}\n${{ payload.issue.body }}"},
)  # fmt: skip


@dataclass
class Trial:
    """A receiver, and the broker behind it."""

    receive: Receiver
    broker: MemoryBroker
    memory: Memory

    async def generic(
        self, payload: Any, at: float = NOW, name: str | None = None
    ) -> Accepted | str:
        """Deliver to the source that signs the time; returns why it was refused."""
        body = json.dumps(payload).encode() if not isinstance(payload, bytes) else payload
        digest = hmac.new(KEY, f"{at:.0f}.".encode() + body, hashlib.sha256).hexdigest()
        headers = [("X-Timestamp", f"{at:.0f}"), ("X-Signature", digest)]
        headers += [("X-Delivery", name)] if name else []
        return await self._delivered("generic", headers, body)

    async def forge(self, payload: Any, name: str, event: str = "issues") -> Accepted | str:
        """Deliver to the source that signs the body alone."""
        body = json.dumps(payload).encode()
        digest = hmac.new(KEY, body, hashlib.sha256).hexdigest()
        headers = [("X-Signature", f"sha256={digest}"), ("X-Delivery", name), ("X-Event", event)]
        return await self._delivered("forge", headers, body)

    async def _delivered(
        self, source: str, headers: list[tuple[str, str]], body: bytes
    ) -> Accepted | str:
        try:
            return await self.receive(source, headers, body)
        except Refused as error:
            return f"{error.status} {error.message}"

    async def requests(self) -> list[tuple[str, Any]]:
        """Return (correlation id, payload) of all requests that were sent."""
        sent = [read(message.value) for message in await self.broker.kept([REQUESTS])]
        return [(one.correlation_id, one.payload) for one in sent]


def tried(
    work: Callable[[Trial], Awaitable[None]], monkeypatch: pytest.MonkeyPatch,
    broker: MemoryBroker | None = None, store: str | None = None,
) -> None:  # fmt: skip
    """Do something with a receiver, with a history or without one."""
    monkeypatch.setenv(VARIABLE, KEY.decode())
    topics = topics_of_pack()
    one = broker or MemoryBroker()

    async def use(memory: Memory) -> None:
        await one.create(states_of(topics), 1)
        sources = {source.id: source for source in (GENERIC, FORGE)}
        receive = Receiver(sources, topics, lambda: one, memory, clock=lambda: NOW)
        await work(Trial(receive, one, memory))

    async def whole() -> None:
        if store is None:
            await use(Fleeting())
            return
        from onexgen.service.history.recording import Recorder

        async with history(store, make=True) as database:
            await use(Recorder(database))

    asyncio.run(whole())


@pytest.fixture(params=[False, True], ids=["memory", "history"])
def kept(request: pytest.FixtureRequest, store: str) -> str | None:
    """Return where deliveries are remembered."""
    return store if request.param else None


def test_once(monkeypatch: pytest.MonkeyPatch, kept: str | None) -> None:
    """A delivery is a request; the same again is refused, under either of its names."""

    async def work(trial: Trial) -> None:
        first = await trial.generic({"prompt": "hello", "trial": "slow"}, name="d-1")
        assert isinstance(first, Accepted)
        answers = [
            await trial.generic({"prompt": "hello", "trial": "slow"}, name="d-1"),
            # Signed anew, by a sender that tries again.
            await trial.generic({"prompt": "hello", "trial": "slow"}, at=NOW + 1, name="d-1"),
            # What is signed is the same; the name is not.
            await trial.generic({"prompt": "hello", "trial": "slow"}, name="d-2"),
        ]
        assert answers == ["409 this was received before"] * 3
        [(correlation_id, payload)] = await trial.requests()
        assert correlation_id == first.correlation_id
        assert (payload["mode"], payload["prompt"], payload["inputs"]) == (
            "make", "hello", {"trial": "slow"},
        )  # fmt: skip

    tried(work, monkeypatch, store=kept)


def test_what_an_event_says_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    """A delivery that the rules want nothing of is taken, and nothing comes of it."""
    issue = {"action": "opened", "issue": {"title": "Wanted", "body": "a small one"}}

    async def work(trial: Trial) -> None:
        answers = [
            await trial.forge({"zen": "calm"}, "d-1", event="ping"),
            await trial.forge({**issue, "action": "closed"}, "d-2"),
        ]
        assert answers == [Accepted(None)] * 2
        taken = await trial.forge(issue, "d-3")
        assert isinstance(taken, Accepted)
        # Not the name, which nobody signed, but what was signed makes it the same.
        assert await trial.forge(issue, "d-4") == "409 this was received before"
        [(_, payload)] = await trial.requests()
        assert payload["prompt"] == "Wanted\na small one"

    tried(work, monkeypatch)


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        (b"\xff", "400 the body is not JSON"),
        (b"[" * 100_000, "400 the body is not JSON"),
        (b"9" * 5000, "400 the body is not JSON"),
        ({"text": "hello"}, f"{UNFIT}: 'dict object' has no attribute 'prompt'"),
        ([], f"{UNFIT}: 'list object' has no attribute 'prompt'"),
        ({"prompt": 5}, "422 no such request can be sent: prompt: input should be a valid string"),
        ({"prompt": "x" * 300_000}, "422 the request has more than 300,000 bytes"),
    ],
)  # fmt: skip
def test_signed_and_of_no_use(monkeypatch: pytest.MonkeyPatch, payload: Any, expected: str) -> None:
    """Who may sign and sends nonsense is told what is wrong with it; nothing is sent on."""

    async def work(trial: Trial) -> None:
        assert await trial.generic(payload) == expected
        assert await trial.requests() == []

    tried(work, monkeypatch)


class Cut(MemoryBroker):
    """A broker that is away for the first message."""

    is_away = True

    async def publish(self, messages: Any) -> None:
        """Fail once."""
        if self.is_away:
            self.is_away = False
            raise Unreachable("the broker does not answer")
        await super().publish(messages)


def test_a_broker_that_is_away(monkeypatch: pytest.MonkeyPatch, kept: str | None) -> None:
    """The sender is asked to come again; then the request is sent, once."""

    async def work(trial: Trial) -> None:
        answers = [await trial.generic({"prompt": "hello"}, name="d-1") for _ in range(3)]
        assert answers[0] == "503 not now; the same request may be sent again"
        assert isinstance(answers[1], Accepted)
        assert answers[2] == "409 this was received before"
        assert [name for name, _ in await trial.requests()] == [answers[1].correlation_id]

    tried(work, monkeypatch, broker=Cut(), store=kept)


def test_at_the_same_moment(monkeypatch: pytest.MonkeyPatch, kept: str | None) -> None:
    """Of ten that arrive at once, one is taken."""

    async def work(trial: Trial) -> None:
        answers = await asyncio.gather(*(trial.generic({"prompt": "hello"}) for _ in range(10)))
        assert sum(isinstance(one, Accepted) for one in answers) == 1
        assert len(await trial.requests()) == 1

    tried(work, monkeypatch, store=kept)


def test_left_to_a_worker(monkeypatch: pytest.MonkeyPatch, store: str) -> None:
    """What was claimed and never sent is in the history, for a worker to send."""

    async def work(trial: Trial) -> None:
        await trial.generic({"prompt": "hello"}, name="d-1")
        [(claim, message)] = await trial.memory.waiting()
        assert claim.startswith("hook:generic:")
        assert isinstance(message, Outgoing)
        assert message.topic == REQUESTS

    tried(work, monkeypatch, broker=Cut(), store=store)


def test_a_source_without_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no secret is set nothing is received, and nobody is told which sources there are."""

    async def work(trial: Trial) -> None:
        monkeypatch.setenv(VARIABLE, "")
        closed = [one.id for one in trial.receive.closed]
        assert closed == ["generic", "forge"]
        assert await trial.generic({}) == "404 nothing is received from 'generic' here"

    tried(work, monkeypatch)


def test_a_mode_that_nobody_offers() -> None:
    """A source whose mode no topic has is a mistake in the rules, said at the start."""
    from dataclasses import replace

    source = replace(GENERIC, mode="mak")

    with pytest.raises(ConfigError) as caught:
        Receiver({"generic": source}, topics_of_pack(), MemoryBroker, Fleeting())

    assert (caught.value.message, caught.value.help) == (
        "hooks from 'generic': no pipeline has the mode 'mak'", "did you mean 'make'?",
    )  # fmt: skip
