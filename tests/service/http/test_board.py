"""What is remembered of runs, and what is forgotten."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from onexgen.service.brokers.base import Message
from onexgen.service.envelope import envelope
from onexgen.service.events import (
    CodegenAnalysisRequest,
    CodegenAnalysisResponse,
    CodegenSessionStatus,
    Payload,
)
from onexgen.service.http.board import Board, Told

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def message(name: str, payload: Payload) -> Message:
    """Return a payload as it comes from a broker."""
    value = envelope(payload, name).to_bytes()
    return Message(topic="t", partition=0, offset=0, key=name.encode(), value=value)


def status(name: str, attempt: int, sequence: int, kind: str = "stage_started") -> Message:
    """Return something that a run tells."""
    return message(
        name,
        CodegenSessionStatus(
            workflow_id=f"{name}.{attempt}", sequence=sequence, kind=kind, data={"n": sequence}
        ),
    )


def answer(name: str, **values: Any) -> Message:
    """Return how a run ended."""
    given = {"request_id": name, "mode": "make", "pipeline": "p", "success": True, **values}
    return message(name, CodegenAnalysisResponse.model_validate(given))


def test_events_are_ordered_and_come_once() -> None:
    """What comes late or twice is in its place, once; a later attempt comes after."""
    board = Board(1_000_000, 100)
    for attempt, sequence in ((1, 2), (1, 1), (2, 1), (1, 2), (1, 3)):
        board.feed(status("a", attempt, sequence))
    run = board.get("a")

    assert run is not None
    assert (run.state, [one[:2] for one in run.after(0, 0)]) == (
        "running", [(1, 1), (1, 2), (1, 3), (2, 1)],
    )  # fmt: skip
    assert run.after(1, 2) == [
        Told(1, 3, "stage_started", {"n": 3}), Told(2, 1, "stage_started", {"n": 1}),
    ]  # fmt: skip


def test_the_first_answer_counts() -> None:
    """The state is that of the first; its record is given back as it came."""
    board = Board(1_000_000, 100)
    board.asked("a", "make", "digest", NOW)
    board.feed(answer("a", record={"x": [1]}))
    board.feed(answer("a", success=False, error="late"))
    run = board.get("a")

    assert run is not None
    assert (run.state, run.mode, run.since) == ("completed", "make", NOW)
    full = run.full_answer()
    assert full is not None
    assert (full.record, run.answer) == ({"x": [1]}, full.model_copy(update={"record": None}))


def test_a_run_is_whole_with_its_last_event() -> None:
    """The answer may come before the events of its attempt."""
    board = Board(1_000_000, 100)
    board.feed(answer("a", attempts=2))
    run = board.get("a")
    assert run is not None
    for one, is_whole in (
        (status("a", 1, 1, "run_started"), False),
        (status("a", 1, 2, "run_failed"), False),
        (status("a", 2, 1, "run_started"), False),
        (status("a", 2, 2, "run_completed"), True),
    ):
        board.feed(one)
        assert run.is_whole == is_whole


def test_what_is_forgotten() -> None:
    """When there is too much, the oldest that has ended goes; what goes on stays."""
    board = Board(4_500, 100)
    board.asked("going", "make", "", NOW)
    for name in ("one", "two", "three", "four"):
        board.feed(answer(name))

    assert [run.id for run in board] == ["four", "three", "going"]
    assert board.get("one") is None


def test_what_is_not_for_the_board() -> None:
    """Requests, and what nobody can read, leave no trace."""
    board = Board(1_000_000, 100)
    board.feed(message("a", CodegenAnalysisRequest(prompt="x")))
    board.feed(Message(topic="t", partition=0, offset=0, key=None, value=b"{"))

    assert list(board) == []
