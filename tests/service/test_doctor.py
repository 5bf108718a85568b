"""What the doctor says in each case, whole, with everything real that can be."""

from __future__ import annotations

import ast
import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from tests.service.broker_programs import free_port
from tests.service.helpers import LETTERS, request, topics_of_pack
from tests.service.test_history import effect, opened

from onexgen.diagnostics import UsageError
from onexgen.resources import Pack
from onexgen.service import doctor
from onexgen.service.brokers import open_broker
from onexgen.service.doctor import Patient, findings
from onexgen.service.doctor.advice import Advice, load_advice
from onexgen.service.doctor.folder import of_folder
from onexgen.service.history.recording import Recorder
from onexgen.service.letters import buried
from onexgen.service.opened import states_of

pytestmark = pytest.mark.xdist_group("service")


@pytest.fixture
def advice(root: Path) -> Advice:
    """Return the advice that is installed."""
    return load_advice(Pack.at(root))


def said(patient: Patient, advice: Advice) -> list[str]:
    """Return what is said: a line for each thing, then its advice, indented."""

    async def look() -> list[str]:
        found = [one async for one in findings(patient, topics_of_pack(), advice)]
        return [
            f"{line}"
            for one in found
            for line in (
                f"{one.state}: {one.what}: {one.said}",
                *(f"  {line}" for line in one.help.splitlines()),
            )
        ]

    return asyncio.run(look())


BROKER = ["broker"]


def test_name_that_does_not_resolve(advice: Advice) -> None:
    """The hint names the host, as it has to be written down."""
    assert said(Patient(bus="kafka://nowhere.invalid:9092", only=BROKER), advice) == [
        "wrong: broker: nowhere.invalid:9092: the name nowhere.invalid does not resolve",
        "  ping nowhere.invalid",
        '  if that fails: echo "ADDRESS nowhere.invalid" | sudo tee -a /etc/hosts',
    ]


def test_nobody_listens(advice: Advice) -> None:
    """Each server of a list is looked at by itself; what needs the broker is not looked at."""
    one, two = free_port(), free_port()

    assert said(Patient(bus=f"kafka://127.0.0.1:{one},127.0.0.1:{two}"), advice)[:11] == [
        *_refused("broker", one),
        *_refused("broker", two),
        "unknown: topics: not looked at: the broker does not answer",
        "unknown: workers: not looked at: the broker does not answer",
        "unknown: letters: not looked at: the broker does not answer",
    ]


def _refused(what: str, port: int) -> list[str]:
    firewall = f"sudo ufw status | grep {port}; sudo ufw allow {port}/tcp"
    return [
        f"wrong: {what}: 127.0.0.1:{port}: connection refused",
        "  is it running? docker compose ps; docker compose logs --tail 50",
        f"  is the port right? 127.0.0.1:{port}",
        f"  does a firewall let it through? {firewall}",
    ]


@pytest.mark.parametrize("name", ["tansu", "noida"])
def test_broker(name: str, brokers: dict[str, str], advice: Advice) -> None:
    """From a broker without topics to one with a dead letter and nobody who works."""
    bus = brokers[name]
    topics = topics_of_pack()
    topics = replace(topics, delivery=replace(topics.delivery, group=f"doctor-{name}"))
    patient = Patient(bus=bus, only=["broker", "topics", "workers", "letters"])

    async def look() -> list[list[tuple[str, str, str]]]:
        broker = open_broker(bus, topics, client="test")
        await broker.start()
        try:
            found = []
            for _ in range(2):
                found.append(
                    [(f.what, f.state, f.said) async for f in findings(patient, topics, advice)]
                )
                await broker.create(states_of(topics), -1)
            sent = request("bad")
            letter = _buried(sent.value)
            await broker.publish([letter])
            found.append(
                [(f.what, f.state, f.said) async for f in findings(patient, topics, advice)]
            )
            return found
        finally:
            await broker.stop()

    first, made, ill = asyncio.run(look())

    answers = ("broker", "ok", "it answers, and its names resolve")
    if first[1][1] == "wrong":  # Other tests of this session may have made them.
        assert first[2:] == [
            ("workers", "unknown", "not looked at: topics are missing"),
            ("letters", "unknown", "not looked at: topics are missing"),
        ]
    assert made[:2] == [answers, ("topics", "ok", "19 are as the rules say")]
    assert made[2][:2] == ("workers", "wrong")
    assert made[2][2].startswith("no worker is there; ")
    assert ill[3][:2] == ("letters", "wrong")
    assert "dead letters wait: " in ill[3][2]


def _buried(value: bytes) -> Any:
    from onexgen.service.brokers.base import Message

    message = Message(topic="t", partition=0, offset=1, key=b"bad", value=value)
    return buried(LETTERS, message, UsageError("This is refused."), 3)


HISTORIES = [
    (
        "0000",
        "has tables of revision 0000, this program knows 0001",
        "stop the workers, make a backup, then: `onexgen runs upgrade --store URL`",
    ),
    (
        "9999",
        "has tables of revision 9999, this program knows 0001",
        "it was written by a newer onexgen: install that one here, too",
    ),
]


@pytest.mark.parametrize(("revision", "problem", "help_text"), HISTORIES)
def test_histories_of_other_versions(
    revision: str, problem: str, help_text: str, store: str, advice: Advice
) -> None:
    """Older and newer tables are told apart."""

    async def change() -> str:
        async with opened(store) as database:
            async with database.writing() as connection:
                update = text("update alembic_version set version_num = :new")
                await connection.execute(update, {"new": revision})
            return database.name

    name = asyncio.run(change())

    assert said(Patient(store=store, only=["history"]), advice) == [
        f"wrong: history: {name} {problem}",
        f"  {help_text}",
    ]


def test_history(store: str, tmp_path: Path, advice: Advice) -> None:
    """One that is missing, then one that is well, with how runs ended of late."""
    patient = Patient(store=store, only=["history", "runs"])
    missing = said(patient, advice)

    async def fill() -> str:
        async with opened(store) as database:
            recorder, now = Recorder(database), datetime.now(UTC)
            await recorder.record(effect("good", when=now))
            late = {"status": "failed", "exit_code": 7, "failed_stage": "one"}
            await recorder.record(effect("late", when=now, **late))
            return database.name

    name = asyncio.run(fill())

    assert missing == [
        f"wrong: history: there is no history at {tmp_path}/state/history.db",
        "  a worker makes it: `onexgen worker --bus URL --store URL`",
    ]
    assert said(patient, advice) == [
        f"ok: history: {name} answers, and can be written",
        "ok: runs: 2 in 1 days, 1 of them failed",
        "wrong: runs: 1 ended with 7 in one",
        "  more time: --timeout 600; more processes or workers if the machine is busy: uptime",
    ]


@contextmanager
def answering(status: int, body: bytes, date: str) -> Iterator[int]:
    """Have a server that answers everything in one way; the value is its port."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response_only(status)
            self.send_header("Date", date)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


ANSWERS = [
    (200, b'{"status": "healthy"}', ["ok: service: {url}: healthy"]),
    (
        503,
        b'{"status": "unhealthy"}',
        [
            "wrong: service: {url}: unhealthy",
            "  `onexgen serve`, and what it needs: docker compose logs service --tail 50",
        ],
    ),
    (
        200,
        b"<html>",
        [
            "wrong: service: {url}: 200, no status in it",
            "  something else answers at 127.0.0.1:{port}: ss -ltnp | grep :{port}",
        ],
    ),
]


@pytest.mark.parametrize(("status", "body", "lines"), ANSWERS)
def test_service(status: int, body: bytes, lines: list[str], advice: Advice) -> None:
    """A service is asked for its health, over HTTP."""
    with answering(status, body, format_datetime(datetime.now(UTC), usegmt=True)) as port:
        patient = Patient(services=[f"http://127.0.0.1:{port}"], only=["service"])
        found = said(patient, advice)

    url = f"http://127.0.0.1:{port}/health"
    assert found == [line.format(url=url, port=port) for line in lines]


def test_parts_of_a_service(advice: Advice) -> None:
    """Of an address without a port every part is asked."""
    date = format_datetime(datetime.now(UTC), usegmt=True)
    with answering(200, b'{"status": "healthy"}', date) as port:
        closed = free_port()
        two = replace(advice, ports={"orchestrator": port, "reducer": closed})
        found = said(Patient(services=["http://127.0.0.1"], only=["service"]), two)

    assert found == [
        f"ok: service: http://127.0.0.1:{port}/health: healthy (orchestrator)",
        *_refused("service", closed),
    ]


def test_clocks(advice: Advice) -> None:
    """A machine whose clock is far off is named."""
    with answering(200, b'{"status": "healthy"}', "Thu, 01 Jan 2099 00:00:00 GMT") as port:
        patient = Patient(services=[f"http://127.0.0.1:{port}"], only=["service"])
        _, clock, help_text = said(patient, advice)

    assert clock.startswith("wrong: service: the clock of 127.0.0.1 is ")
    assert clock.endswith(" s ahead of this machine's")
    assert help_text == ("  set both by the same time server: timedatectl status; chronyc tracking")


def test_folder(tmp_path: Path, advice: Advice) -> None:
    """The nearest folder that exists is tried; a file cannot be made everywhere."""
    fine = said(Patient(folder=tmp_path / "a/b", only=["folder"]), advice)
    refused = said(Patient(folder=Path("/proc/x"), only=["folder"]), advice)
    full = of_folder(tmp_path, replace(advice.limits, free_megabytes=1 << 40))

    assert fine == [f"ok: folder: {tmp_path} can be written"]
    assert refused == [
        "wrong: folder: nothing can be written in /proc: No such file or directory",
        "  ls -ld /proc; chmod u+rwx /proc, or another folder: --output-dir /full/path",
        "  in a container: the folder must belong to the user that runs there",
    ]
    assert full.case == "disk-full"
    assert full.said.startswith(f"{tmp_path} has ")
    assert full.said.endswith(f" MB left, at least {1 << 40} are needed")


def test_every_case_has_advice(advice: Advice) -> None:
    """The cases of the program and those of the rules are the same."""
    folder = Path(doctor.__file__).parent
    texts = {
        node.value
        for path in folder.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    listed = {case for case in advice.cases if not case.startswith("ended-")}

    assert listed == texts & listed
    told = {one for one in texts if "-" in one and one.islower() and " " not in one}
    assert told - {"onexgen-doctor", "ended-"} <= listed
