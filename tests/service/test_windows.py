"""Figures over windows are a fold: which events there were decides, and nothing else."""

from __future__ import annotations

import json
import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onexgen.service.metrics.measured import Measured
from onexgen.service.metrics.sketch import Sketch
from onexgen.service.metrics.telling import told
from onexgen.service.metrics.windows import Shape, Windows

SHAPE = Shape(windows={"1m": 60, "1h": 3600}, slots=60, accuracy=0.01)
NOW = 1_800_000_000.0


def event(name: str, at: float, *, seconds: float = 1.0, category: str = "") -> Measured:
    """Return what a run of a name adds."""
    status = "failed" if category else "completed"
    counts = [("runs", ("generate", status, "tall"))]
    counts += [("failures", (category,))] if category else []  # type: ignore[list-item]
    values = (("seconds", ("generate",), seconds), ("quality", ("tall",), 0.9))
    return Measured(id=name, at=at, counts=tuple(counts), values=values)


events = st.lists(
    st.builds(
        event,
        st.text("abcdefgh", min_size=1, max_size=3),
        st.floats(NOW - 4000, NOW),
        seconds=st.floats(0, 1000),
        category=st.sampled_from(["", "outside", "time"]),
    ),
    max_size=40,
    unique_by=lambda one: one.id,
)


def folded(of: list[Measured], state: Windows | None = None) -> Windows:
    """Return the state after some events."""
    state = Windows(SHAPE) if state is None else state
    for one in of:
        state.add(one)
    return state


@pytest.mark.fuzz
@given(events, st.randoms(use_true_random=False))
def test_order_and_repetition_change_nothing(of: list[Measured], lots: random.Random) -> None:
    """Late, early and repeated events lead to the same state."""
    again = [*of, *lots.choices(of, k=10)] if of else []
    lots.shuffle(again)

    assert folded(again).to_json() == folded(of).to_json()


@pytest.mark.fuzz
@given(events, st.integers(0, 40))
def test_a_state_that_was_kept_goes_on(of: list[Measured], cut: int) -> None:
    """A state that was written and read in between ends as one that was not."""
    kept = json.loads(json.dumps(folded(of[:cut]).to_json()))

    assert folded(of, Windows.from_json(kept, SHAPE)).to_json() == folded(of).to_json()


@pytest.mark.fuzz
@given(st.lists(st.floats(0.001, 10_000), min_size=1), st.sampled_from([50, 95, 99]))
def test_percentiles_are_exact_up_to_the_accuracy(values: list[float], part: int) -> None:
    """Every percentile is within one per cent of the exact one."""
    sketch = Sketch(0.01)
    for value in values:
        sketch.add(value)
    exact = sorted(values)[max(math.ceil(len(values) * part / 100), 1) - 1]

    found = sketch.percentile(part)

    assert found is not None
    assert abs(found - exact) <= 0.01 * exact * (1 + 1e-9)


def test_what_is_told() -> None:
    """Counts, durations, quality and failures of each window that ends now."""
    state = folded(
        [
            event("a", NOW - 1, seconds=1.0),
            event("b", NOW - 2, seconds=3.0, category="outside"),
            event("c", NOW - 600, seconds=5.0),
            event("d", NOW - 4000),
        ]
    )

    minute, hour = (told(state, NOW)["windows"][name] for name in ("1m", "1h"))  # type: ignore[index,call-overload]

    assert minute == {
        "seconds": 60,
        "runs": 2,
        "failed": 1,
        "failure_rate": 0.5,
        "modes": {"generate": {"completed": 1, "failed": 1}},
        "durations": {
            "generate": {"count": 2, "mean": 2.0, "p50": 1.0, "p95": 2.97423, "p99": 2.97423}
        },
        "stages": {},
        "quality": {"tall": {"count": 2, "mean": 0.9, "p50": 0.9, "p95": 0.9, "p99": 0.9}},
        "failures": {"outside": 1},
        "failed_stages": {},
    }
    assert (hour["runs"], hour["durations"]["generate"]["count"]) == (3, 3)


def test_time_goes_on_without_events() -> None:
    """A window that nothing happened in is empty, whatever was before."""
    state = folded([event("a", NOW)])

    runs = [told(state, NOW + later)["windows"]["1m"]["runs"] for later in (0, 58, 61)]  # type: ignore[index,call-overload]

    assert runs == [1, 1, 0]


def test_a_state_of_other_windows_is_refused() -> None:
    """Who changes the windows begins anew."""
    other = Shape(windows={"1m": 60}, slots=30, accuracy=0.01)

    with pytest.raises(ValueError, match="a state of other windows"):
        Windows.from_json(folded([]).to_json(), other)
