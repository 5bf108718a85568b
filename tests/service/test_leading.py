"""Packages that were made apart, on a real broker: one leads, and has work taken back."""

from __future__ import annotations

import asyncio
import base64
import importlib
import json
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, Final

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from omnibase_core.event_bus.event_bus_inmemory import EventBusInmemory
from omnibase_core.event_bus.util_consumer_group import compute_consumer_group_id
from omnibase_core.models.container.model_onex_container import ModelONEXContainer
from tests.reading.pack import ROOT

from onexgen.inputs import resolve_inputs
from onexgen.session import Session, drain

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("service")]

PROMPTS: Final = {
    "papers": "Effect that saves papers as text files in a folder: write, read and delete",
    "agency": "Effect that sends messages to the agency's system",
    "office": "Orchestrator with steps: keep (undo: forget), tell. 2 attempts, timeout 10 s",
}
SETTINGS: Final[dict[str, object]] = {
    "office_services": {"keep": "papers-effect.papers", "tell": "agency-effect.agency"},
    "office_commands": {
        "keep": {"operation": "put", "key": "$name", "content": "$text"},
        "tell": {"operation": "$how", "payload": {"paper": "$name"}},
    },
    "office_answers": {"keep": {"digest": "$item.sha256"}, "tell": {}},
    "office_undo_services": {"keep": "papers-effect.papers"},
    "office_undo_commands": {"keep": {"operation": "delete", "key": "$name"}},
}


class BrokerBus(EventBusInmemory):
    """The framework's bus, but for what goes over it: that goes over a broker."""

    def __init__(self, servers: str) -> None:
        super().__init__(environment="test")
        self._servers = servers

    async def publish(
        self,
        topic: str,
        key: bytes | None,
        value: bytes,
        headers: object = None,  # noqa: ARG002 - the framework's signature
    ) -> None:
        """Hand over a message and wait for the broker."""
        async with AIOKafkaProducer(bootstrap_servers=self._servers) as producer:
            await producer.send_and_wait(topic, value, key)

    async def subscribe(
        self, topic: str, node_identity: Any = None, on_message: Any = None, **_: object
    ) -> Callable[[], Awaitable[None]]:
        """Deliver what is published from now on, to one of each group."""
        group = compute_consumer_group_id(**node_identity._asdict())
        consumer = AIOKafkaConsumer(
            topic, bootstrap_servers=self._servers, group_id=group, auto_offset_reset="earliest"
        )
        await consumer.start()
        task = asyncio.create_task(_deliver(consumer, on_message))

        async def stop() -> None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            await consumer.stop()

        return stop


async def _deliver(
    consumer: AIOKafkaConsumer, on_message: Callable[[ConsumerRecord], Awaitable[None]]
) -> None:
    """Hand over one message after another; a record of the client has all that nodes read."""
    async for record in consumer:
        await on_message(record)


@pytest.fixture(scope="module")
def modules(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """Yield the three packages, by the names that they were given."""
    folder = tmp_path_factory.mktemp("leading")
    session = Session("pipelines/default.yaml", cwd=ROOT)
    for name, prompt in PROMPTS.items():
        given = {"prompt": prompt, "output_dir": str(folder), "name": name}
        (run,) = drain(session.run([resolve_inputs(session.plan.inputs, given)]))
        assert run.error is None, run.error
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(folder))
        found = {path.name.partition("_")[0]: path.name for path in folder.iterdir()}
        yield {name: importlib.import_module(found[name]) for name in PROMPTS}


def node_of(modules: dict[str, Any], name: str, settings: dict[str, object]) -> Any:
    """Return the node of a package with settings."""
    container = ModelONEXContainer()
    container.config.from_dict(settings)
    (shell,) = (value for key, value in vars(modules[name]).items() if key.startswith("Node"))
    return shell(container)


async def lead(modules: dict[str, Any], servers: str, folder: Path) -> list[Any]:
    """Send the one that leads two commands; return the responses that it publishes."""
    events = importlib.import_module(f"{modules['office'].__name__}.mixins.mixin_office_events")
    settings: dict[str, dict[str, object]] = {
        "papers": {"papers_root": str(folder)},
        "agency": {"agency_address": str(folder / "agency.jsonl")},
        "office": SETTINGS,
    }
    text = base64.b64encode(b"paper").decode()
    async with AsyncExitStack() as stack:
        answers = await stack.enter_async_context(
            AIOKafkaConsumer(
                events.ANSWERS, bootstrap_servers=servers, auto_offset_reset="earliest"
            )
        )
        for name in PROMPTS:
            # Each as if it were alone in a process: only the broker is between them.
            node = node_of(modules, name, settings[name])
            stack.push_async_callback(node.cleanup)
            stack.push_async_callback(await node.listen(BrokerBus(servers)))
        payloads = []
        for name, how in (("a.txt", "send"), ("b.txt", "steal")):
            command = {"records": [{"name": name, "text": text, "how": how}]}
            await BrokerBus(servers).publish(events.COMMANDS, None, json.dumps(command).encode())
            answer = await asyncio.wait_for(answers.getone(), 60)
            payloads.append(json.loads(answer.value)["payload"])
    return payloads


async def prepare(servers: str) -> None:
    """Make the topics that the packages speak over."""
    kinds = (("cmd", "requested"), ("evt", "completed"), ("dlq", "requested"))
    nodes = (("papers", "effect"), ("agency", "effect"), ("office", "orchestrator"))
    topics = [
        f"onex.{kind}.{name}-{archetype}.{name}-{event}.v1"
        for name, archetype in nodes
        for kind, event in kinds
    ]
    topics.append("onex.evt.office-orchestrator.office-progressed.v1")
    admin = AIOKafkaAdminClient(bootstrap_servers=servers)
    await admin.start()
    await admin.create_topics([NewTopic(name, 1, 1) for name in topics])
    await admin.close()


def test_work_is_done_and_taken_back_over_a_broker(
    modules: dict[str, Any], brokers: dict[str, str], tmp_path: Path
) -> None:
    """What a node does is real; when the next one refuses, the first one takes it back."""
    servers = brokers["tansu"].removeprefix("kafka://")

    async def both() -> list[Any]:
        await prepare(servers)
        return await lead(modules, servers, tmp_path)

    done, failed = asyncio.run(both())

    assert (done["status"], [stage["status"] for stage in done["stages"]]) == (
        "completed",
        ["completed", "completed"],
    )
    assert json.loads((tmp_path / "agency.jsonl").read_text("utf-8"))["payload"] == {
        "paper": "a.txt"
    }
    assert (failed["status"], [stage["status"] for stage in failed["stages"]]) == (
        "failed",
        ["rolled_back", "failed"],
    )
    (problem,) = failed["problems"]
    assert problem["reason"].startswith(
        "invalid command: payload.operation: Input should be 'send'"
    )
    assert problem["reason"].endswith(" (onex.dlq.agency-effect.agency-requested.v1)")
    assert [path.name for path in tmp_path.glob("*.txt")] == ["a.txt"]
