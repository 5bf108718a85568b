"""How the runner carries runs through stages: what is skipped, repeated, undone and told."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import pytest

from onexgen.actions import ACTIONS
from onexgen.actions.base import Workspace
from onexgen.diagnostics import OnexgenError, TimeoutExceeded
from onexgen.events import MemoryBus
from onexgen.json_types import Json, JsonObject
from onexgen.runs import Run, same_shape
from onexgen.session import Session, drain


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """The options of all small actions."""

    value: Json = None
    fails: int = 0


class Small:
    """What the small actions have in common."""

    Options: ClassVar[type[Any]] = Value
    EMPTY: ClassVar[Json] = "empty"
    FILES: ClassVar[Mapping[str, str]] = {}
    calls: ClassVar[list[Json]] = []

    def __init__(self, workspace: Workspace) -> None:
        """Need nothing."""


class Say(Small):
    """Return a value; fail as often as asked for."""

    def __call__(self, options: Value) -> Json:
        """Return the value."""
        self.calls.append(options.value)
        if self.calls.count(options.value) <= options.fails:
            raise OnexgenError(f"no {options.value}", help=f"try {options.fails} times")
        return options.value

    def undo(self, value: Json) -> None:
        """Remember what was taken back."""
        self.calls.append({"undone": value})


class Nap(Small):
    """Take as long as the value says."""

    def __call__(self, options: Value) -> Json:
        """Return the value."""
        time.sleep(float(str(options.value)))
        return options.value


class Crash(Small):
    """Fail in a way that nobody expects."""

    def __call__(self, options: Value) -> Json:
        """Raise."""
        raise ZeroDivisionError(options.value)


class Together(Small):
    """Answer all runs in one call."""

    def __call__(self, options: Value) -> Json:
        """Return the value and how many asked."""
        return self.many([options])[0]

    def many(self, every: Sequence[Value]) -> list[Json]:
        """Return each value and how many asked."""
        if any(options.fails for options in every):
            raise OnexgenError("all of you have failed")
        return [[options.value, len(every)] for options in every]


@pytest.fixture(autouse=True)
def small_actions(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Json]]:
    """Register the small actions; yields what they were called with."""
    for action in (Say, Nap, Crash, Together):
        monkeypatch.setitem(ACTIONS, action.__name__.lower(), f"{__name__}:{action.__name__}")
    Small.calls.clear()
    yield Small.calls
    Small.calls.clear()


HEAD = """
version: 1
kind: pipeline
name: small
description: A few stages.
inputs: {word: {}}
"""
EVENTS = """
events:
  run_started: t.run
  stage_started: t.stage
  round_completed: t.round
  stage_completed: t.stage.ok
  stage_failed: t.stage.bad
  run_completed: t.done
  run_failed: t.broken
"""
type Play = Callable[..., tuple[Session, MemoryBus]]


@pytest.fixture
def play(tmp_path: Path) -> Play:
    """Return a function that compiles stages and gives the session and a bus."""

    def start(stages: str) -> tuple[Session, MemoryBus]:
        (tmp_path / ".onexgen.toml").write_text("alone = true\n")
        (tmp_path / "pipelines").mkdir(exist_ok=True)
        (tmp_path / "pipelines/small.yaml").write_text(f"{HEAD}\nstages:\n{stages}\n{EVENTS}")
        return Session("pipelines/small.yaml", cwd=tmp_path), MemoryBus()

    return start


def run(play: Play, stages: str, *words: str, **settings: Any) -> list[Run]:
    """Run some stages once for every word."""
    session, bus = play(stages)
    return drain(session.run([{"word": word} for word in words or ("x",)], bus=bus, **settings))


def made(done: Run) -> JsonObject:
    """Return what the steps made."""
    return {key: value for key, value in done.record.items() if key not in ("inputs", "run")}


SKIPPED = """
  - id: one
    title: One
    steps:
      - {id: a, uses: say, with: {value: 1}}
      - {id: b, uses: say, with: {value: 2}, when: false}
      - {id: c, uses: say, into: a, with: {value: 3}, when: "${{ inputs.word == 'y' }}"}
  - id: two
    title: Two
    when: "${{ a == 3 }}"
    steps:
      - {id: d, uses: say, with: {value: 4}}
      - {id: e, uses: say, into: a, with: {value: 5}}
  - id: three
    title: Three
    optional: true
    when: "${{ d == 4 }}"
    steps:
      - {id: f, uses: say, with: {value: 6}}
  - id: four
    title: Four
    steps:
      - {id: g, uses: say, with: {value: "${{ [a, b, d, f] }}"}}
"""


def test_skipped_steps_and_stages(play: Play) -> None:
    """What is skipped yields its empty value, or leaves alone what it would have changed."""
    left, right = run(play, SKIPPED, "x", "y")

    assert made(left) == {
        "a": 1, "b": "empty", "d": "empty", "f": "empty", "g": [1, "empty", "empty", "empty"],
    }  # fmt: skip
    assert made(right) == {"a": 5, "b": "empty", "d": 4, "f": 6, "g": [5, "empty", 4, 6]}
    assert [(s.number, s.id, s.status) for s in left.stages] == [
        (1, "one", "completed"), (2, "two", "skipped"), (3, "three", "skipped"),
        (4, "four", "completed"),
    ]  # fmt: skip


def test_optional_stage_that_nobody_wants_is_not_shown(play: Play) -> None:
    """A skipped optional stage has no number, no report and no event, but its empty values."""
    session, bus = play(SKIPPED)
    [done] = drain(session.run([{"word": "x"}], bus=bus))

    assert [(s.number, s.id) for s in done.stages] == [(1, "one"), (2, "two"), (3, "four")]
    assert done.record["f"] == "empty"
    assert "three" not in [event.data.get("stage") for event in bus.events]


CONTINUED = """
  - id: one
    title: One
    steps:
      - {id: a, uses: say, with: {value: 1}}
  - id: two
    title: Two
    on_failure: continue
    steps:
      - {id: b, uses: say, with: {value: 2}}
      - {id: c, uses: say, into: a, with: {value: 3}}
      - {id: d, uses: say, with: {value: "bread", fails: 9}}
  - id: three
    title: Three
    steps:
      - {id: e, uses: say, with: {value: "${{ [a, b, d] }}"}}
"""


def test_continued_stage(play: Play) -> None:
    """A stage that may fail leaves every value as if it had been skipped."""
    [done] = run(play, CONTINUED)

    assert done.error is None
    assert done.failed_stage is None
    assert made(done) == {"a": 1, "b": "empty", "d": "empty", "e": [1, "empty", "empty"]}
    assert [(s.id, s.status, s.message) for s in done.stages] == [
        ("one", "completed", ""), ("two", "continued", "no bread"), ("three", "completed", ""),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("retries", "calls", "error"),
    [
        (0, ["bread"], "no bread"),
        (1, ["bread", "bread"], "no bread"),
        (2, ["bread", "bread", "bread"], None),
        (3, ["bread", "bread", "bread"], None),
    ],
)
def test_retries(
    retries: int, calls: list[Json], error: str | None, play: Play, small_actions: list[Json]
) -> None:
    """A stage is tried again as often as it may, and no more often than it must."""
    [done] = run(
        play,
        f"""
  - id: one
    title: One
    retries: {retries}
    steps:
      - {{id: a, uses: say, with: {{value: bread, fails: 2}}}}
""",
    )

    assert small_actions == calls
    assert (done.error.message if done.error else None) == error
    assert done.stages[0].rounds == 1


def test_retry_takes_back_what_the_failed_try_did(play: Play, small_actions: list[Json]) -> None:
    """Before another try, the steps of the failed one are undone; earlier stages are not."""
    run(
        play,
        """
  - id: one
    title: One
    steps:
      - {id: a, uses: say, with: {value: first}}
  - id: two
    title: Two
    retries: 1
    steps:
      - {id: b, uses: say, with: {value: second}}
      - {id: c, uses: say, with: {value: third, fails: 1}}
""",
    )

    assert small_actions == ["first", "second", "third", {"undone": "second"}, "second", "third"]


REPEATED = """
  - id: zero
    title: Zero
    steps:
      - {id: n, uses: say, with: {value: 0}}
  - id: one
    title: One
    repeat: {until: "${{ n >= inputs.word | int }}", at_most: 3}
    steps:
      - {id: more, uses: say, into: n, with: {value: "${{ n + 1 }}"}}
"""


@pytest.mark.parametrize(("word", "value"), [("0", 1), ("1", 1), ("2", 2), ("3", 3), ("9", 3)])
def test_repeat(word: str, value: int, play: Play) -> None:
    """A stage is repeated until its condition holds after a round, or the limit is reached."""
    [done] = run(play, REPEATED, word)

    assert done.record["n"] == value
    assert done.stages[1].rounds == value


def test_each_run_repeats_as_often_as_it_needs(play: Play) -> None:
    """In a batch, runs that are done wait for the others."""
    runs = run(play, REPEATED, "1", "3", "2")

    assert [(done.record["n"], done.stages[1].rounds) for done in runs] == [(1, 1), (3, 3), (2, 2)]


def test_rounds_are_told(play: Play) -> None:
    """Every round of a repeated stage is an event: which one, and whether the condition holds."""
    session, bus = play(REPEATED)
    drain(session.run([{"word": "2"}], bus=bus))

    common = {"stage": "one", "stage_number": 2, "at_most": 3}
    assert [(e.topic, e.data) for e in bus.events if e.kind == "round_completed"] == [
        ("t.round", {**common, "round": 1, "holds": False}),
        ("t.round", {**common, "round": 2, "holds": True}),
    ]


SLOW = """
  - id: one
    title: One
    timeout: {timeout}
    steps:
      - {{id: a, uses: nap, with: {{value: 0.05}}}}
      - {{id: b, uses: say, with: {{value: late}}}}
"""


def test_timeout_of_a_stage(play: Play, small_actions: list[Json]) -> None:
    """After its time a stage begins no other step; the error says where its limit stands."""
    [done] = run(play, SLOW.format(timeout="20ms"))

    assert isinstance(done.error, TimeoutExceeded)
    assert done.error.exit_code == 7
    assert done.error.message == "stage 'One' took longer than 0.02 s"
    assert done.error.help == "give it more time at pipelines/small.yaml:10:5"
    assert small_actions == []


def test_timeout_of_a_run(play: Play) -> None:
    """The limit of the whole run counts when it is the earlier one."""
    [done] = run(play, SLOW.format(timeout="5s"), timeout=0.02)

    assert isinstance(done.error, TimeoutExceeded)
    assert done.error.message == "the run took longer than 0.02 s"
    assert done.error.help == "give it more time with --timeout"


def test_timeout_of_a_stage_is_for_each_run(play: Play) -> None:
    """A batch is not refused because it is long: a stage has its time for every run."""
    done = run(play, SLOW.format(timeout="150ms"), *["word"] * 10)

    assert [each.error for each in done] == [None] * 10


def test_time_of_a_consumer_is_not_that_of_the_run(play: Play) -> None:
    """Who looks at what a stage made may think as long as they like."""
    session, bus = play(REPEATED)
    steps = session.run([{"word": "1"}], bus=bus, timeout=0.5)
    for progress in steps:
        if progress.runs and progress.number == 1:
            time.sleep(0.6)

    assert bus.events[-1].kind == "run_completed"


def test_time_that_is_not_used_up(play: Play, small_actions: list[Json]) -> None:
    """A limit that is kept changes nothing."""
    [done] = run(play, SLOW.format(timeout="5s"), timeout=60)

    assert done.error is None
    assert small_actions == ["late"]


UNDONE = """
  - id: one
    title: One
    steps:
      - {id: a, uses: say, with: {value: first}}
      - {id: b, uses: say, into: a, with: {value: second}}
  - id: two
    title: Two
    on_failure: continue
    steps:
      - {id: c, uses: say, with: {value: third}}
      - {id: d, uses: say, with: {value: gone, fails: 1}}
  - id: three
    title: Three
    steps:
      - {id: e, uses: SAY, with: {value: fourth, fails: 1}}
"""


def test_failed_run_is_undone(play: Play, small_actions: list[Json]) -> None:
    """Everything that a failed run did is taken back, latest first, also what was replaced."""
    run(play, UNDONE.replace("SAY", "say"))

    assert small_actions == [
        "first", "second", "third", "gone", "fourth",
        {"undone": "third"}, {"undone": "second"}, {"undone": "first"},
    ]  # fmt: skip


def test_crash_is_undone(play: Play, small_actions: list[Json]) -> None:
    """So it is when an action crashes in the middle of a stage: nobody else would do it."""
    session, bus = play(UNDONE.replace("SAY", "crash"))
    with pytest.raises(ZeroDivisionError, match="fourth"):
        drain(session.run([{"word": "x"}], bus=bus))

    assert small_actions[4:] == [{"undone": "third"}, {"undone": "second"}, {"undone": "first"}]


def test_cancelled_run_is_undone(play: Play, small_actions: list[Json]) -> None:
    """So it is when somebody stops to watch."""
    session, bus = play(UNDONE.replace("SAY", "say"))
    steps = session.run([{"word": "x"}], bus=bus)
    next(steps)
    next(steps)
    steps.close()

    assert small_actions == ["first", "second", {"undone": "second"}, {"undone": "first"}]
    told = [(e.topic, e.data) for e in bus.events if e.kind == "run_failed"]
    data = {"success": False, "stage": None, "error": "cancelled", "exit_code": 130}
    assert told == [("t.broken", data)]


def test_undone_runs_leave_the_others_alone(play: Play, small_actions: list[Json]) -> None:
    """In a batch only what a failed run did is taken back."""
    left, right = run(play, """
  - id: one
    title: One
    steps:
      - {id: a, uses: say, with: {value: "${{ inputs.word }}"}}
      - {id: b, uses: say, with: {value: b, fails: 1}}
""", "left", "right")  # fmt: skip

    assert small_actions == ["left", "right", "b", "b", {"undone": "left"}]
    assert left.error is not None
    assert right.error is None


TWO = """
  - id: one
    title: One
    steps:
      - {id: a, uses: say, with: {value: {name: soup, size: 1, with: null}}}
      - {id: b, uses: say, with: {value: [1]}}
  - id: two
    title: Two
    steps:
      - {id: c, uses: say, with: {value: "${{ a.name }}"}}
"""


def test_value_that_is_sent(play: Play) -> None:
    """A consumer may replace what a stage made; later stages see it."""
    session, bus = play(TWO)
    steps = session.run([{"word": "x"}], bus=bus)
    next(steps)
    after = next(steps)
    new: Json = {"name": "stew", "size": 2.5, "with": "bread", "hot": True}
    steps.send({"a": new})

    assert after.runs[0].stages[0].values == {
        "a": {"name": "soup", "size": 1, "with": None}, "b": [1],
    }  # fmt: skip
    [done] = drain(steps)
    assert done.record["a"] == new
    assert done.record["c"] == "stew"


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("a", "soup"),
        ("a", {"name": "stew"}),
        ("a", {"name": 1, "size": 1, "with": None}),
        ("a", {"name": "stew", "size": True, "with": None}),
        ("b", {"0": 1}),
        ("z", 1),
    ],
)
def test_value_of_another_shape_is_refused(
    key: str, value: Json, play: Play, small_actions: list[Json]
) -> None:
    """What is sent must have the type, and the keys, of what it replaces."""
    session, bus = play(TWO)
    steps = session.run([{"word": "x"}], bus=bus)
    next(steps)
    next(steps)

    message = f"^'{key}' cannot be replaced by a value of another shape$"
    with pytest.raises(OnexgenError, match=message):
        steps.send({key: value})
    assert small_actions[2:] == [
        {"undone": [1]}, {"undone": {"name": "soup", "size": 1, "with": None}},
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "fits"),
    [
        (1, 2.5, True), (1, True, False), (True, False, True), (True, 0, False),
        (None, None, True), (None, 1, False), ([], [1, "a"], True), ([], {}, False),
        ({}, {"a": 1}, True), ({"a": None}, {"a": {"b": 1}}, True), ({"a": 1}, {"a": None}, True),
        ({"a": {"b": 1}}, {"a": {}}, False), ("a", "", True), ("a", 1, False),
    ],
)  # fmt: skip
def test_same_shape(old: Json, new: Json, *, fits: bool) -> None:
    """Numbers stand in for numbers; objects may get keys and lose none; null says nothing."""
    assert same_shape(old, new) is fits


def test_events(play: Play) -> None:
    """Events are published in order, each to the topic that the pipeline names."""
    session, bus = play(CONTINUED)
    [done] = drain(session.run([{"word": "x"}], bus=bus, correlation_ids=["7"]))

    told = [
        (e.sequence, e.kind, e.topic, e.data.get("stage"), e.data.get("status")) for e in bus.events
    ]
    assert told == [
        (1, "run_started", "t.run", None, None),
        (2, "stage_started", "t.stage", "one", None),
        (3, "stage_completed", "t.stage.ok", "one", "completed"),
        (4, "stage_started", "t.stage", "two", None),
        (5, "stage_failed", "t.stage.bad", "two", "continued"),
        (6, "stage_started", "t.stage", "three", None),
        (7, "stage_completed", "t.stage.ok", "three", "completed"),
        (8, "run_completed", "t.done", None, None),
    ]
    assert {event.correlation_id for event in bus.events} == {"7"}
    assert bus.events[4].data == {
        "stage": "two", "stage_number": 2, "status": "continued", "success": False, "rounds": 1,
        "duration_seconds": round(done.stages[1].seconds, 6), "message": "no bread",
    }  # fmt: skip


def test_events_of_a_failed_run(play: Play) -> None:
    """A failed stage ends the run: no later stage begins, and the last event says why."""
    session, bus = play(CONTINUED.replace("on_failure: continue", "on_failure: fail"))
    [done] = drain(session.run([{"word": "x"}], bus=bus))

    assert [event.kind for event in bus.events][-3:] == [
        "stage_started", "stage_failed", "run_failed",
    ]  # fmt: skip
    assert bus.events[-1].data == {
        "success": False, "stage": "two", "error": "no bread", "exit_code": 1,
    }  # fmt: skip
    assert [(stage.id, stage.status) for stage in done.stages] == [
        ("one", "completed"), ("two", "failed"),
    ]  # fmt: skip
    assert done.failed_stage == "two"


def test_kind_without_topic_is_not_published(tmp_path: Path, play: Play) -> None:
    """Only events that have a topic are published, numbered without gaps."""
    play(TWO)
    file = tmp_path / "pipelines/small.yaml"
    file.write_text(file.read_text().replace(EVENTS, "\nevents: {stage_completed: t.ok}\n"))
    bus = MemoryBus()
    session = Session("pipelines/small.yaml", cwd=tmp_path)
    drain(session.run([{"word": "x"}], bus=bus))

    assert [(event.sequence, event.topic) for event in bus.events] == [(1, "t.ok"), (2, "t.ok")]


WORDS = """
  - id: one
    title: One
    when: "${{ inputs.word != 'skip' }}"
    steps:
      - id: a
        uses: say
        with: {value: "${{ inputs.word }}", fails: "${{ 9 if inputs.word == 'bad' else 0 }}"}
      - {id: b, uses: say, into: a, with: {value: "${{ a | upper }}"}, when: "${{ a != 'c' }}"}
"""


def test_batch_equals_single_runs(play: Play) -> None:
    """Runs do not notice each other: a batch yields what each run yields by itself."""
    words = ("a", "bad", "skip", "b", "c")
    batch = run(play, WORDS, *words)
    Small.calls.clear()
    single = [done for word in words for done in run(play, WORDS, word)]

    def shown(done: Run) -> Any:
        stages = [(s.id, s.status, s.rounds, s.message, s.values) for s in done.stages]
        return made(done), stages, done.failed_stage, str(done.error)

    assert [shown(done) for done in batch] == [shown(done) for done in single]
    assert [made(done) for done in batch] == [
        {"a": "A"}, {}, {"a": "empty"}, {"a": "B"}, {"a": "c"},
    ]  # fmt: skip


def test_action_that_takes_many(play: Play) -> None:
    """An action that knows how is called once for all runs that take part."""
    runs = run(
        play,
        """
  - id: one
    title: One
    steps:
      - id: a
        uses: together
        with: {value: "${{ inputs.word }}"}
        when: "${{ inputs.word != 'b' }}"
""",
        "a",
        "b",
        "c",
    )

    assert [done.record["a"] for done in runs] == [["a", 2], "empty", ["c", 2]]


def test_action_that_fails_for_many(play: Play) -> None:
    """Its failure is that of each run, not a crash."""
    runs = run(
        play,
        """
  - id: one
    title: One
    steps:
      - {id: a, uses: together, with: {fails: 1}}
""",
        "a",
        "b",
    )

    assert [str(done.error) for done in runs] == ["all of you have failed"] * 2


@pytest.mark.parametrize(
    ("stages", "place"),
    [
        ("{id: one, title: One, when: '${{ BAD }}', steps: [{id: a, uses: say}]}", "9:5"),
        ("{id: one, title: One, steps: [{id: a, uses: say, when: '${{ BAD }}'}]}", "9:35"),
        ("{id: one, title: One, steps: [{id: a, uses: say, with: {value: '${{ BAD }}'}}]}", "9:35"),
        (
            """{id: one, title: One, repeat: {until: '${{ BAD }}', at_most: 2},
    steps: [{id: a, uses: say}]}""",
            "9:5",
        ),
    ],
    ids=["when of a stage", "when of a step", "option", "until"],
)
def test_error_in_an_expression(stages: str, place: str, play: Play) -> None:
    """It fails only the run that has it, and says where the expression is."""
    expression = "{'x': 1}[inputs.word] > 0"
    stages = stages.replace("BAD", expression.replace("'", "''"))
    good, bad = run(play, f"  - {stages}\n", "x", "y")

    assert good.error is None
    assert bad.failed_stage == "one"
    assert str(bad.error) == (
        f"pipelines/small.yaml:{place}: cannot evaluate '{expression}': "
        "'dict object' has no attribute 'y'"
    )


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ('"${{ inputs.word }}"', "option 'fails' must be a whole number, got a string"),
        ('"${{ 1.5 }}"', "option 'fails' must be a whole number, got the number 1.5"),
        ('"${{ true }}"', "option 'fails' must be a whole number, got true"),
        ('"${{ [1] }}"', "option 'fails' must be a whole number, got a list"),
    ],
)
def test_option_of_another_type(option: str, message: str, play: Play) -> None:
    """An expression that yields another type than the option has is an error of the step."""
    [done] = run(
        play,
        f"""
  - id: one
    title: One
    steps:
      - {{id: a, uses: say, with: {{fails: {option}}}}}
""",
    )

    assert str(done.error) == f"pipelines/small.yaml:13:9: {message}"


def test_omitted_option_has_its_default(play: Play) -> None:
    """An option whose expression yields `omit` is as if it had not been written."""
    [done] = run(
        play,
        """
  - id: one
    title: One
    steps:
      - {id: a, uses: say, with: {value: "${{ omit }}"}}
""",
    )

    assert done.record["a"] is None
