"""One contract for all brokers; known differences stand in differences.yaml."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.service.broker_programs import free_port
from tests.service.helpers import topics_of_pack

from onexgen.diagnostics import OnexgenError, UsageError
from onexgen.service.brokers import open_broker
from onexgen.service.brokers.base import (
    Broker,
    Message,
    Outgoing,
    Place,
    Subscription,
    TooLarge,
    TopicState,
    Unreachable,
)
from onexgen.service.brokers.memory import MemoryBroker
from onexgen.service.brokers.servers import check_names, servers_of
from onexgen.service.topics import Topics

NAMES = ("memory", "tansu", "noida")
DIFFERENCES = yaml.safe_load(Path(__file__).with_name("differences.yaml").read_text("utf-8"))

type Work = Callable[[Broker, str], Coroutine[Any, Any, None]]
type Run = Callable[[Work], None]


@pytest.fixture(params=NAMES)
def run(request: pytest.FixtureRequest, brokers: dict[str, str]) -> Run:
    """Return what runs a coroutine on a broker with a topic of three parts."""
    for one in DIFFERENCES["differences"]:
        if (one["test"], one["broker"]) == (request.function.__name__, request.param):
            request.applymarker(pytest.mark.xfail(reason=one["why"], strict=True))

    def on_broker(work: Work) -> None:
        async def all_of_it() -> None:
            async with opened(brokers[request.param]) as broker:
                topic = f"t-{uuid.uuid4()}"
                await broker.create(
                    [TopicState(name=topic, partitions=3, retention_seconds=60)], -1
                )
                await work(broker, topic)

        asyncio.run(all_of_it())

    return on_broker


@asynccontextmanager
async def opened(url: str, topics: Topics | None = None) -> AsyncIterator[Broker]:
    """Give a broker that has started."""
    broker = open_broker(url, topics or topics_of_pack(), client="tests")
    try:
        await broker.start()
        yield broker
    finally:
        await broker.stop()


def of(topic: str, key: str, *values: str) -> list[Outgoing]:
    """Return messages with one key."""
    return [Outgoing(topic=topic, key=key, value=value.encode()) for value in values]


async def taken(group: Subscription, count: int) -> list[Message]:
    """Return so many messages of a group."""
    found: list[Message] = []
    for _ in range(100):
        if len(found) >= count:
            break
        found += await group.take(count, 0.5)
    return found


def test_order_and_headers(run: Run) -> None:
    """A follower gets what is sent after it began, in order, byte by byte, with its headers."""
    headers = (("traceparent", b"00-ab"), ("twice", b"1"), ("twice", b"\xff"))

    async def work(broker: Broker, topic: str) -> None:
        await broker.publish(of(topic, "one", "old"))
        reader = await broker.follow([topic], key="one")
        sent = [Outgoing(topic=topic, key="one", value=b"\x00\xff", headers=headers)]
        await broker.publish([*sent, *of(topic, "one", "b", "c")])
        found: list[Message] = []
        while len([m for m in found if m.value != b"old"]) < 3:
            found += await reader.read(5)
        await reader.close()
        new = [m for m in found if m.value != b"old"]

        assert [(m.key, m.value, m.headers) for m in new] == [
            (b"one", b"\x00\xff", headers), (b"one", b"b", ()), (b"one", b"c", ()),
        ]  # fmt: skip
        assert new[0].header("twice") == "�"
        assert [m.offset for m in new] == sorted(m.offset for m in new)
        assert len({m.partition for m in new}) == 1

    run(work)


def test_from_the_start(run: Run) -> None:
    """Whoever comes late can read what was sent before; `kept` returns it all."""

    async def work(broker: Broker, topic: str) -> None:
        for key in ("a", "b", "c", "d", "e"):
            await broker.publish(of(topic, key, f"{key}1", f"{key}2"))
        reader = await broker.follow([topic], key="c", from_start=True)
        found: list[Message] = []
        while len([m for m in found if m.key == b"c"]) < 2:
            found += await reader.read(5)
        await reader.close()
        kept = await broker.kept([topic])

        assert [m.value for m in found if m.key == b"c"] == [b"c1", b"c2"]
        assert sorted(m.value for m in kept) == [
            f"{key}{number}".encode() for key in "abcde" for number in (1, 2)
        ]
        assert await broker.kept([]) == []

    run(work)


def test_since_a_time(run: Run) -> None:
    """Whoever wants what was sent since a time gets all of it, and what is sent then."""

    async def work(broker: Broker, topic: str) -> None:
        await broker.publish(of(topic, "one", "old"))
        [old] = await broker.kept([topic])
        while time.time() * 1000 <= old.timestamp + 1:  # noqa: ASYNC110 - it is time that is waited for.
            await asyncio.sleep(0.002)
        await broker.publish(of(topic, "one", "new"))
        reader = await broker.follow([topic], since=(old.timestamp + 1) / 1000)
        await broker.publish(of(topic, "one", "last"))
        found: list[bytes] = []
        while b"last" not in found:
            found += [message.value for message in await reader.read(5)]
        await reader.close()

        assert [one for one in found if one != b"old"] == [b"new", b"last"]

    run(work)


def test_group_goes_on_where_it_was(run: Run) -> None:
    """A group gets what it has not committed, again, and nothing that it has."""

    async def work(broker: Broker, topic: str) -> None:
        await broker.publish(of(topic, "k", "1", "2", "3"))
        name = f"g-{topic}"
        first = await broker.subscribe(name, [topic])
        found = await taken(first, 3)
        await first.commit({found[0].place: found[0].offset + 1})
        await first.close()
        second = await broker.subscribe(name, [topic])
        again = await taken(second, 2)
        await second.close()

        assert [m.value for m in found] == [b"1", b"2", b"3"]
        assert [m.value for m in again] == [b"2", b"3"]

    run(work)


def test_take_is_bounded(run: Run) -> None:
    """No more is taken than there is room for; nothing is not waited for."""

    async def work(broker: Broker, topic: str) -> None:
        await broker.publish(of(topic, "k", "1", "2", "3"))
        group = await broker.subscribe(f"g-{topic}", [topic])
        found = await taken(group, 1)
        rest = await taken(group, 2)
        nothing = await group.take(5, 0.01)
        await group.close()

        assert [m.value for m in found] == [b"1"]
        assert [m.value for m in rest] == [b"2", b"3"]
        assert nothing == []

    run(work)


def test_topics_are_as_made(run: Run) -> None:
    """A topic is made once, with its parts and its retention."""

    async def work(broker: Broker, topic: str) -> None:
        wanted = TopicState(name=topic, partitions=3, retention_seconds=60)

        assert (await broker.topics())[topic] == wanted
        assert await broker.create([wanted], -1) == []

    run(work)


def test_lag(run: Run) -> None:
    """What a group has not committed is counted without joining it."""

    async def work(broker: Broker, topic: str) -> None:
        await broker.publish(of(topic, "k", "1", "2", "3"))
        group = await broker.subscribe(f"g-{topic}", [topic])
        found = await taken(group, 3)
        await group.commit({found[0].place: 1})
        await group.close()
        lag = await broker.lag(f"g-{topic}", [topic])

        others = [n for n in range(3) if n != found[0].partition]
        assert lag == {found[0].place: 2, **{Place(topic, n): 0 for n in others}}

    run(work)


@pytest.mark.parametrize("name", ["tansu", "noida"])
def test_too_large(name: str, brokers: dict[str, str]) -> None:
    """A message that is too large is refused at once, whatever the broker would do."""
    topics = topics_of_pack()
    topics = replace(topics, delivery=replace(topics.delivery, largest=1000))

    async def work() -> None:
        async with opened(brokers[name], topics) as broker:
            topic = f"t-{uuid.uuid4()}"
            await broker.create([TopicState(name=topic, partitions=1, retention_seconds=60)], -1)
            await broker.publish(of(topic, "k", "x" * 200_000))

    with pytest.raises(TooLarge):
        asyncio.run(work())


def test_two_members_share(brokers: dict[str, str]) -> None:
    """Members that are there get parts of their own; one that leaves gives its parts away."""

    async def work() -> None:
        async with opened(brokers["memory"]) as broker:
            await broker.create([TopicState(name="t", partitions=2, retention_seconds=60)], -1)
            first = await broker.subscribe("g", ["t"])
            second = await broker.subscribe("g", ["t"])
            for key in "abcdefgh":
                await broker.publish(of("t", key, key))
            one, two = await first.take(10, 0.01), await second.take(10, 0.01)
            await second.commit({two[0].place: two[0].offset + 1})
            await second.close()
            rest = await first.take(10, 0.01)
            places = ({m.place for m in one}, {m.place for m in two})

            assert places == ({Place("t", 0)}, {Place("t", 1)})
            assert sorted(m.value for m in [*one, *two]) == [c.encode() for c in "abcdefgh"]
            # What was not committed comes again, also to who had it before.
            assert [m.value for m in rest] == [*(m.value for m in one), *(m.value for m in two[1:])]

    asyncio.run(work())


UNREACHABLE = [
    (
        "kafka://127.0.0.1:{port}",
        "cannot reach the broker: 127.0.0.1:{port}: connection refused",
        "is it running, is the port right, does a firewall let it through?",
    ),
    (
        "kafka://nowhere.invalid:9092",
        "cannot reach the broker: nowhere.invalid:9092: the name nowhere.invalid does not resolve",
        (
            'ping nowhere.invalid; if that fails: echo "ADDRESS nowhere.invalid" '
            "| sudo tee -a /etc/hosts"
        ),
    ),
    (
        "kafka+ssl://127.0.0.1:{tansu}",
        "cannot reach the broker: 127.0.0.1:{tansu}: no answer within 4 s",
        "is it running, is the port right, does a firewall let it through?",
    ),
]


@pytest.mark.parametrize(("url", "message", "help_text"), UNREACHABLE)
def test_unreachable(url: str, message: str, help_text: str, brokers: dict[str, str]) -> None:
    """A broker that is not there is named with host and port, and with what helps."""
    places = {"port": free_port(), "tansu": brokers["tansu"].rpartition(":")[2]}

    async def work() -> None:
        async with opened(url.format(**places)):
            pass

    with pytest.raises(Unreachable) as caught:
        asyncio.run(work())
    assert (str(caught.value), caught.value.help) == (message.format(**places), help_text)
    assert caught.value.exit_code == 6


def test_name_that_the_broker_tells() -> None:
    """A broker that calls itself by a name that nobody knows here is told apart."""
    with pytest.raises(Unreachable) as caught:
        asyncio.run(check_names([("broker.invalid", 9092)], "onex-infra.internal"))
    assert (str(caught.value), caught.value.help) == (
        "the broker calls itself broker.invalid:9092, and broker.invalid does not resolve",
        (
            'ping broker.invalid; if that fails: echo "onex-infra.internal broker.invalid" '
            "| sudo tee -a /etc/hosts"
        ),
    )


WRONG = [
    ("localhost:9092", "'localhost:9092' names no bus"),
    ("kafak://localhost", "'kafak://localhost' names no bus"),
    ("kafka://", "'' in 'kafka://' is no address"),
    ("kafka://a:9092,b:x", "'b:x' in 'kafka://a:9092,b:x' is no address"),
    ("kafka://u:secret@a:0", "'a:0' in 'a:0' is no address"),
    ("kafka+ssl://a:1?cafile=x", "'cafile' is no option of a bus"),
    ("kafka+ssl://a:1?ca=/nowhere.pem", "cannot use /nowhere.pem: No such file or directory"),
]


@pytest.mark.parametrize(("url", "message"), WRONG)
def test_wrong_urls(url: str, message: str) -> None:
    """What names no broker is said, without a password."""

    async def work() -> None:
        async with opened(url):
            pass

    with pytest.raises(UsageError) as caught:
        asyncio.run(work())
    assert str(caught.value) == message


def test_login_goes_to_the_client() -> None:
    """User, password and files of a URL are kept as they are meant."""
    found = servers_of("kafka+ssl://me:p%40ss@one:9093,two?ca=ca.pem&mechanism=SCRAM-SHA-256")

    assert found.addresses == (("one", 9093), ("two", 9092))
    assert (found.user, found.password, found.mechanism) == ("me", "p@ss", "SCRAM-SHA-256")
    assert (found.is_encrypted, found.ca) == (True, "ca.pem")


def test_errors_are_ours() -> None:
    """Everything that a broker can say ends a command with its own exit code."""
    assert issubclass(Unreachable, OnexgenError)
    assert TooLarge("x").exit_code == 6


def test_what_a_bus_in_memory_forgets() -> None:
    """The oldest messages go, once the group has committed them; offsets go on as they were."""

    async def work() -> None:
        broker = MemoryBroker(kept=3)
        await broker.create([TopicState(name="t", partitions=1)], 1)
        place = Place("t", 0)
        group = await broker.subscribe("g", ["t"])
        many = [Outgoing(topic="t", key=None, value=str(n).encode()) for n in range(20)]
        await broker.publish(many)
        assert [m.offset for m in await broker.kept(["t"])] == list(range(20))
        late = await broker.follow(["t"], from_start=True)
        assert [m.offset for m in await group.take(100, 1)] == list(range(20))
        await group.commit({place: 18})
        await broker.publish(many[:1])
        assert [m.offset for m in await broker.kept(["t"])] == [18, 19, 20]
        assert [m.offset for m in await late.read(1)] == [18, 19, 20]
        assert [m.offset for m in await group.take(100, 1)] == [20]
        assert await broker.lag("g", ["t"]) == {place: 3}
        await group.close()

    asyncio.run(work())
