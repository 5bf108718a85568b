"""Workers on a broker in memory, with real processes and a real history."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from tests.service.helpers import (
    LETTERS,
    PACK,
    REQUESTS,
    RESPONSES,
    answers,
    gathered,
    messages,
    request,
    topics_of_pack,
)

from onexgen.diagnostics import OutsideError
from onexgen.service.brokers.base import Message, Outgoing, TooLarge, Unreachable
from onexgen.service.brokers.memory import MemoryBroker
from onexgen.service.handling import Step, no_step
from onexgen.service.history import reading
from onexgen.service.history.database import Database
from onexgen.service.history.recording import Recorder
from onexgen.service.letters import letters_in, replayed
from onexgen.service.opened import history, pool_of, states_of
from onexgen.service.topics import Topics
from onexgen.service.tracing import continued
from onexgen.service.worker import Worker

pytestmark = pytest.mark.usefixtures("here")


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Let workers use the small pack."""
    monkeypatch.chdir(PACK)
    monkeypatch.setenv("TRIALS", str(tmp_path))


class Struck(BaseException):
    """The worker is gone, as if by kill -9: nothing of it runs any more."""


def struck_at(step: str, struck: asyncio.Event) -> Step:
    """Return what ends a worker the first time that it comes to a step."""

    def at(name: str) -> None:
        if name == step and not struck.is_set():
            struck.set()
            raise Struck(name)

    return at


async def made_broker(topics: Topics) -> MemoryBroker:
    """Return a broker with all topics."""
    broker = MemoryBroker()
    await broker.create(states_of(topics), 1)
    return broker


@asynccontextmanager
async def working(
    broker: MemoryBroker, database: Database, topics: Topics, *, size: int = 1, at: Step = no_step
) -> AsyncIterator[Worker]:
    """Have a worker that is ready."""
    pool = pool_of(topics, size, None)
    worker = Worker(broker, topics, Recorder(database), pool, name="tested", stores=True, at=at)
    ready = asyncio.Event()
    task = asyncio.create_task(worker.run(ready.set))
    await asyncio.wait(
        [task, asyncio.create_task(ready.wait())], return_when=asyncio.FIRST_COMPLETED
    )
    try:
        yield worker
    finally:
        worker.stop()
        await task


opened = partial(history, make=True)


def trial(
    store: str, *sent: Outgoing, count: int | None = None, topics: Topics | None = None,
    size: int = 1,
) -> tuple[MemoryBroker, list[dict[str, Any]], list[Any]]:  # fmt: skip
    """Let a worker answer requests; returns the broker, the answers, the history."""
    chosen = topics or topics_of_pack()

    async def work() -> tuple[MemoryBroker, list[dict[str, Any]], list[Any]]:
        broker = await made_broker(chosen)
        async with opened(store) as database:
            async with working(broker, database, chosen, size=size):
                await broker.publish(sent)
                found = await answers(broker, len(sent) if count is None else count)
            return broker, found, await reading.runs(database, 1000)

    return asyncio.run(work())


def in_topic(broker: MemoryBroker, topic: str) -> list[Message]:
    """Return the messages of a topic."""
    return [message for place in broker.places([topic]) for message in broker.logs[place]]


def told(broker: MemoryBroker, topic: str) -> list[dict[str, Any]]:
    """Return the payloads of a topic."""
    found = [json.loads(message.value) for message in in_topic(broker, topic)]
    return [one["payload"] for one in found]


def test_a_request_is_answered(store: str) -> None:
    """The answer has the outputs, the record with all files, and the stages."""
    _, [answer], [run] = trial(store, request("a", prompt="hi"))

    assert answer["success"]
    assert answer["outputs"]["directory"] == "made/note"
    assert answer["record"]["package"]["note.txt"] == "hi"
    assert answer["record"]["run"] == {"id": "a", "preview": "elsewhere"}
    stages = [(s["id"], s["number"], s["status"]) for s in answer["stages"]]
    assert stages == [
        ("reading", 1, "completed"), ("trying", 2, "skipped"), ("test_generation", 3, "completed"),
    ]  # fmt: skip
    assert (run["correlation_id"], run["status"], run["score"]) == ("a", "completed", 0.5)


def test_what_a_run_tells(store: str) -> None:
    """Progress has everything in order; the other topics have what they are for."""
    broker, _, _ = trial(store, request("a"))

    status = told(broker, "omninode_codegen_status_session_v1")
    assert [(one["sequence"], one["kind"]) for one in status] == [
        (1, "run_started"),
        (2, "stage_started"), (3, "stage_completed"),
        (4, "stage_started"), (5, "stage_completed"),
        (6, "stage_started"), (7, "stage_completed"),
        (8, "run_completed"),
    ]  # fmt: skip
    ended = told(broker, "omninode_codegen_stage_completed")
    assert [(e["workflow_id"], e["stage"], e["stage_number"], e["success"]) for e in ended] == [
        ("a.1", "reading", 1, True), ("a.1", "trying", 2, True),
        ("a.1", "test_generation", 3, True),
    ]  # fmt: skip
    [began] = told(broker, "omninode_test_generation_started_v1")
    assert began == {"workflow_id": "a.1", "stage": "test_generation", "stage_number": 3}
    assert len(told(broker, "omninode_test_generation_completed_v1")) == 1
    assert told(broker, "omninode_test_generation_failed_v1") == []
    assert told(broker, "omninode_codegen_completed") == [{"workflow_id": "a.1", "success": True}]
    assert told(broker, "omninode_codegen_failed") == []


def test_trace_goes_on(store: str) -> None:
    """All that follows from a request is in its trace; everything has the same key."""
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    sent = replace(request("a"), headers=(("traceparent", trace.encode()),))

    broker, _, _ = trial(store, sent)

    produced = [m for p, log in broker.logs.items() if p.topic != REQUESTS for m in log]
    parents = [message.header("traceparent") or "" for message in produced]
    assert {parent[:35] for parent in parents} == {trace[:35]}
    assert len({parent[36:52] for parent in parents}) == len(parents)
    assert {message.key for message in produced} == {b"a"}


@pytest.mark.parametrize("header", [None, "", "nonsense", f"00-{'0' * 32}-{'0' * 16}-01"])
def test_wrong_traces_begin_anew(header: str | None) -> None:
    """A header that cannot be used does no harm."""
    assert len(str(continued(header))) == 55


def test_twice_is_once(store: str) -> None:
    """A request that arrives twice has one answer and one run."""
    broker, found, runs = trial(store, request("a"), request("a"), request("b"), count=2)

    assert sorted(one["request_id"] for one in found) == ["a", "b"]
    assert sorted(run["correlation_id"] for run in runs) == ["a", "b"]
    assert len(in_topic(broker, RESPONSES)) == 2


@pytest.mark.parametrize("step", ["received", "ran", "stored", "published", "committed"])
def test_struck_by_lightning(step: str, store: str) -> None:
    """Wherever a worker dies, the next one finishes its work: nothing is lost or done twice."""
    topics = topics_of_pack()

    async def work() -> tuple[MemoryBroker, list[Any]]:
        broker = await made_broker(topics)
        await broker.publish([request("a"), request("b")])
        async with opened(store) as database:
            struck = asyncio.Event()
            with suppress(Struck):
                async with working(broker, database, topics, at=struck_at(step, struck)):
                    await struck.wait()
            async with working(broker, database, topics):
                await answers(broker, 2)
            assert await Recorder(database).waiting() == []
            assert sum((await broker.lag(topics.delivery.group, [REQUESTS])).values()) == 0
            return broker, await reading.runs(database, 1000)

    broker, runs = asyncio.run(work())

    assert sorted(run["correlation_id"] for run in runs) == ["a", "b"]
    ids = {json.loads(message.value)["id"] for message in in_topic(broker, RESPONSES)}
    assert len(ids) == 2
    assert in_topic(broker, LETTERS) == []


def test_crash_of_a_run_is_tried_again(store: str) -> None:
    """A run whose process dies once succeeds the second time."""
    _, [answer], [run] = trial(store, request("a", trial="flaky"))

    assert (answer["success"], answer["attempts"], run["attempts"]) == (True, 2, 2)


FAILURES = [
    ("crash", 3, 70, "the process of the run ended with -9", "see the worker's log"),
    ("outside", 3, 6, "sh failed with exit code 9: the line is dead", ""),
    ("refused", 1, 2, "This is refused.", "ask for something else"),
]


@pytest.mark.parametrize(("kind", "attempts", "code", "error", "help_text"), FAILURES)
def test_given_up(
    kind: str, attempts: int, code: int, error: str, help_text: str, store: str
) -> None:
    """What fails as often as it may is answered, kept as a dead letter, and stops nobody."""
    sent = request("bad", trial=kind)
    headers = (("mine", b"\xff"),)

    broker, found, runs = trial(store, replace(sent, headers=headers), request("good"))

    answer = next(one for one in found if one["request_id"] == "bad")
    assert (answer["success"], answer["attempts"], answer["exit_code"]) == (False, attempts, code)
    assert (answer["error"], answer["help"]) == (error, help_text)
    [letter] = letters_in(in_topic(broker, LETTERS))
    assert letter.message.value == sent.value
    assert letter.message.headers[0] == headers[0]
    shown = letter.to_json()
    assert (shown["reason"], shown["attempts"], shown["exit_code"]) == (error, attempts, code)
    failed = told(broker, "omninode_codegen_failed")
    assert [(one["error"], one["exit_code"]) for one in failed] == [(error, code)]
    assert {run["correlation_id"]: run["status"] for run in runs} == {
        "bad": "failed", "good": "completed",
    }  # fmt: skip


def test_too_slow(store: str) -> None:
    """A run that does not end is ended, with its process; the next one runs."""
    topics = topics_of_pack()
    delivery = replace(topics.delivery, timeout=1.0, attempts=1)

    _, found, _ = trial(
        store, request("slow", trial="slow"), request("next"),
        topics=replace(topics, delivery=delivery),
    )  # fmt: skip

    by_name = {one["request_id"]: one for one in found}
    assert by_name["slow"]["exit_code"] == 7
    assert by_name["next"]["success"]


def raw(value: bytes, key: str | None = "k") -> Outgoing:
    """Return a request that is only bytes."""
    return Outgoing(topic=REQUESTS, key=key, value=value)


def edited(**changes: Any) -> bytes:
    """Return a request with other values in its envelope."""
    return json.dumps({**json.loads(request("k").value), **changes}).encode()


POISON = [
    (b"", "not JSON: Expecting value"),
    (b"\xff{}", "not JSON: invalid start byte"),
    (b"{" * 100_000, "not JSON: Expecting property name enclosed in double quotes"),
    (b"[" * 100_000, "not JSON: too deep"),
    (b"[]", "not an envelope: a JSON object is expected"),
    (
        b"{}",
        (
            "not an envelope: id: field required; type: field required; source: field required; "
            "time: field required; correlation_id: field required; 2 more"
        ),
    ),
    (b"x" * 400_000, "400,000 bytes, at most 300,000 are taken"),
    (edited(schema_version=2), "schema version 2, known is up to 1"),
    (edited(type="Nonsense"), "no event is of type 'Nonsense'"),
    (
        edited(
            type="CodegenSessionStatus",
            payload={"workflow_id": "a", "sequence": 1, "kind": "k", "data": {}},
        ),
        "'CodegenSessionStatus' in omninode_codegen_request_analyze_v1",
    ),
    (
        edited(payload={"promt": "x"}),
        "CodegenAnalysisRequest: prompt: field required; promt: extra inputs are not permitted",
    ),
    (edited(payload={"prompt": "x", "mode": "mak"}), "no pipeline has the mode 'mak'"),
    (
        edited(correlation_id="\x1b[2J"),
        "not an envelope: correlation_id: string should match pattern '^[a-za-z0-9._:-]{1,128}$'",
    ),
]


def test_poison(store: str) -> None:
    """What cannot be read becomes a dead letter at once, byte by byte; the rest is answered."""
    sent = [raw(value) for value, _ in POISON]

    async def work() -> list[Message]:
        topics = topics_of_pack()
        broker = await made_broker(topics)
        async with opened(store) as database, working(broker, database, topics):
            await broker.publish([*sent, request("good")])
            found = await gathered(broker, RESPONSES, len(sent) + 1)
            assert sum(one.payload["success"] for one in found.values()) == 1
            return await messages(broker, LETTERS, len(sent))

    letters = letters_in(asyncio.run(work()))

    assert [(one.message.value, one.to_json()["reason"]) for one in letters] == POISON


def test_without_a_key(store: str) -> None:
    """A request without a key is answered; what has no name at all is a dead letter only."""
    broker, [answer], _ = trial(
        store, raw(b"nobody", key=None), replace(request("a"), key=None), count=1
    )

    assert answer["request_id"] == "a"
    assert len(in_topic(broker, LETTERS)) == 1


def test_replayed(store: str) -> None:
    """A dead letter that is replayed is a new request, with the same bytes."""
    topics = topics_of_pack()

    async def work() -> tuple[list[Any], list[Message]]:
        broker = await made_broker(topics)
        async with opened(store) as database, working(broker, database, topics):
            await broker.publish([request("a", trial="refused")])
            [letter] = letters_in(await messages(broker, LETTERS, 1))
            await broker.publish([replayed(letter)])
            await messages(broker, LETTERS, 2)
            return await reading.runs(database, 9), await broker.kept([LETTERS])

    runs, letters = asyncio.run(work())

    assert sorted(run["id"] for run in runs) == ["a", "a#1"]
    assert letters[0].value == letters[1].value


def test_large_results_stay_in_the_store(store: str) -> None:
    """A result that is too large for a message is kept, and the answer says so."""
    topics = topics_of_pack()

    async def work() -> tuple[dict[str, Any], Any]:
        broker = await made_broker(topics)
        async with opened(store) as database:
            async with working(broker, database, topics):
                await broker.publish([request("a", prompt="x" * 1000, size=100)])
                [answer] = await answers(broker, 1)
            return answer, await reading.record_of(database, "a")

    answer, record = asyncio.run(work())

    assert (answer["success"], answer["stored"], answer["record"]) == (True, True, None)
    assert record["package"]["note.txt"] == "x" * 100_000


class Unsteady(MemoryBroker):
    """A broker that is away for a while, or takes no large messages."""

    def __init__(self, away: int = 0, largest: int = 1 << 30) -> None:
        """Refuse so many answers, and all messages that are larger."""
        super().__init__()
        self.away = away
        self._largest = largest

    async def publish(self, messages: Any) -> None:
        """Send, or refuse all."""
        if any(message.topic == RESPONSES for message in messages) and self.away:
            self.away -= 1
            raise Unreachable("the broker is away")
        if any(len(message.value) > self._largest for message in messages):
            raise TooLarge("too large")
        await super().publish(messages)


def on_unsteady(store: str, broker: Unsteady, *sent: Outgoing) -> list[dict[str, Any]]:
    """Let a worker answer requests on such a broker; returns the answers."""
    topics = topics_of_pack()

    async def work() -> list[dict[str, Any]]:
        await broker.create(states_of(topics), 1)
        async with opened(store) as database, working(broker, database, topics):
            for place in broker.places([REQUESTS])[:1]:
                for one in sent:
                    broker.logs[place].append(_received(one, len(broker.logs[place])))
            return await answers(broker, len(sent))

    return asyncio.run(work())


def _received(one: Outgoing, offset: int) -> Message:
    key = (one.key or "").encode()
    return Message(topic=one.topic, partition=0, offset=offset, key=key, value=one.value)


def test_broker_away_for_a_while(store: str) -> None:
    """An answer that cannot be sent is sent later, once."""
    broker = Unsteady(away=3)

    [answer] = on_unsteady(store, broker, request("a"))

    assert answer["success"]
    assert (broker.away, len(in_topic(broker, RESPONSES))) == (0, 1)


def test_letter_that_is_too_large(store: str) -> None:
    """A request whose size the broker does not take back is a letter that says where it is."""
    broker = Unsteady(largest=100_000)

    [answer] = on_unsteady(store, broker, raw(b"x" * 400_000))

    [letter] = letters_in(in_topic(broker, LETTERS))
    assert answer["error"] == "400,000 bytes, at most 300,000 are taken"
    assert (letter.is_whole, letter.to_json()["bytes"]) == (False, 400_000)
    assert letter.to_json()["from"] == f"{REQUESTS}/0/0"


def test_database_gone_in_the_middle(store: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without its history a worker waits: the request is done when the history is back."""
    topics = topics_of_pack()
    failures = iter([OutsideError("the disk is full"), OutsideError("the disk is full")])
    record: Callable[..., Any] = Recorder.record

    async def failing(self: Recorder, effect: Any) -> bool:
        error = next(failures, None)
        if error is not None:
            raise error
        done: bool = await record(self, effect)
        return done

    monkeypatch.setattr(Recorder, "record", failing)

    _, [answer], [run] = trial(store, request("a"), topics=topics)

    assert answer["success"]
    assert run["attempts"] == 1


def test_topics_are_missing(store: str) -> None:
    """A worker does not start on a broker without its topics."""

    async def work() -> None:
        database = Database(store)
        async with opened(store), working(MemoryBroker(), database, topics_of_pack()):
            pass

    with pytest.raises(OutsideError) as caught:
        asyncio.run(work())
    assert str(caught.value).startswith(f"the broker has no topic {REQUESTS}, ")
    assert caught.value.help == "run `onexgen topics create`"


def test_several_at_once(store: str) -> None:
    """With two processes two requests run at once; a slow one does not hold up the other."""
    topics = topics_of_pack()

    async def work() -> list[str]:
        broker = await made_broker(topics)
        async with opened(store) as database:
            worker: Worker
            async with working(broker, database, topics, size=2) as worker:
                assert worker
                slow = request("slow", trial="slow")
                payload = json.loads(slow.value)
                payload["payload"]["timeout_seconds"] = 1.0
                await broker.publish([replace(slow, value=json.dumps(payload).encode())])
                quick = [request(f"q{number}") for number in range(6)]
                await broker.publish(quick)
                found = await answers(broker, len(quick))
                return [one["request_id"] for one in found]

    assert sorted(asyncio.run(work())) == [f"q{number}" for number in range(6)]
