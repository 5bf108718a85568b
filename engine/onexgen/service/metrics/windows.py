"""Figures over rolling windows: a fold over events that may come late, twice and in any order.

Each window is a ring of slots by the time of the events. What is older than a window when it
comes adds nothing to it, and what was there before adds nothing again; therefore the state depends
on which events there were, and on nothing else.
"""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Self

from onexgen.json_types import Json, JsonObject
from onexgen.service.metrics.measured import Measured
from onexgen.service.metrics.sketch import Sketch

type Series = tuple[str, tuple[str, ...]]
_FORM: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """Name -> seconds of the windows, in how many slots each is kept, and how exact values are."""

    windows: Mapping[str, float]
    slots: int
    accuracy: float


@dataclass(slots=True)
class Tally:
    """What the events of a slot add up to."""

    counts: Counter[Series] = field(default_factory=Counter)
    values: dict[Series, Sketch] = field(default_factory=dict)

    def add(self, one: Measured, accuracy: float) -> None:
        """Add an event."""
        self.counts.update(one.counts)
        for figure, labels, value in one.values:
            self.values.setdefault((figure, labels), Sketch(accuracy)).add(value)

    def merge(self, other: Tally, accuracy: float) -> None:
        """Add all that another tally holds."""
        self.counts.update(other.counts)
        for series, sketch in other.values.items():
            self.values.setdefault(series, Sketch(accuracy)).merge(sketch)


@dataclass(slots=True)
class Ring:
    """The latest slots of one window, by their number since 1970; `seen` holds digests of ids.

    An event is known by its id alone: what the history says of a run may be a moment apart from
    what the bus says.
    """

    width: float
    size: int
    newest: int = 0
    slots: dict[int, Tally] = field(default_factory=dict)
    seen: dict[int, set[int]] = field(default_factory=dict)
    known: set[int] = field(default_factory=set)

    def number(self, at: float) -> int:
        """Return the slot of a time."""
        return math.floor(at / self.width)

    def add(self, one: Measured, name: int, accuracy: float) -> bool:
        """Add an event; False when it is too old, or was added before."""
        number = self.number(one.at)
        if number > self.newest:
            self.newest = number
            for old in [key for key in self.slots if key <= number - self.size]:
                del self.slots[old]
                self.known -= self.seen.pop(old)
        if number <= self.newest - self.size or name in self.known:
            return False
        self.known.add(name)
        self.slots.setdefault(number, Tally()).add(one, accuracy)
        self.seen.setdefault(number, set()).add(name)
        return True

    def tally(self, now: float, accuracy: float) -> Tally:
        """Return what the slots of the window that ends now add up to."""
        last = self.number(now)
        whole = Tally()
        for number, slot in self.slots.items():
            if last - self.size < number <= last:
                whole.merge(slot, accuracy)
        return whole


class Windows:
    """The state of the figures."""

    def __init__(self, shape: Shape) -> None:
        """Begin with nothing."""
        self.shape = shape
        self._rings = {
            name: Ring(width / shape.slots, shape.slots) for name, width in shape.windows.items()
        }

    def add(self, one: Measured) -> bool:
        """Add an event; False when it is too old for every window, or was added before."""
        raw = hashlib.blake2b(one.id.encode("utf-8", "replace"), digest_size=8).digest()
        name = int.from_bytes(raw)
        added = [ring.add(one, name, self.shape.accuracy) for ring in self._rings.values()]
        return any(added)

    def tallies(self, now: float) -> dict[str, Tally]:
        """Return window -> what its events until now add up to."""
        return {name: ring.tally(now, self.shape.accuracy) for name, ring in self._rings.items()}

    def to_json(self) -> JsonObject:
        """Return the state as JSON data; equal states are equal data."""
        rings = {name: _ring_to_json(ring) for name, ring in self._rings.items()}
        return {"form": _FORM, "shape": _shape_to_json(self.shape), "rings": dict(rings)}

    @classmethod
    def from_json(cls, data: Any, shape: Shape) -> Self:
        """Return the state that was written; ValueError when it was kept in another shape."""
        if not isinstance(data, dict) or data.get("form") != _FORM:
            raise ValueError("no state of this form")
        if data.get("shape") != _shape_to_json(shape):
            raise ValueError("a state of other windows")
        state = cls(shape)
        for name, ring in state._rings.items():
            _fill(ring, data["rings"][name], shape.accuracy)
        return state


def _shape_to_json(shape: Shape) -> JsonObject:
    return {
        "windows": dict(shape.windows),
        "slots": shape.slots,
        "accuracy": shape.accuracy,
    }


def _ring_to_json(ring: Ring) -> JsonObject:
    slots: list[Json] = []
    for number, tally in sorted(ring.slots.items()):
        counts: list[Json] = [
            [*_series(series), count] for series, count in sorted(tally.counts.items())
        ]
        values: list[Json] = [
            [*_series(series), one.to_json()] for series, one in sorted(tally.values.items())
        ]
        seen: list[Json] = [*sorted(ring.seen[number])]
        slots.append({"number": number, "counts": counts, "values": values, "seen": seen})
    return {"newest": ring.newest, "slots": slots}


def _series(series: Series) -> tuple[str, list[Json]]:
    figure, labels = series
    return figure, [*labels]


def _fill(ring: Ring, data: Mapping[str, Any], accuracy: float) -> None:
    ring.newest = int(data["newest"])
    for slot in data["slots"]:
        number = int(slot["number"])
        counts = Counter({_key(figure, to): int(n) for figure, to, n in slot["counts"]})
        values = {
            _key(figure, to): Sketch.from_json(one, accuracy) for figure, to, one in slot["values"]
        }
        ring.slots[number] = Tally(counts, values)
        ring.seen[number] = {int(name) for name in slot["seen"]}
        ring.known |= ring.seen[number]


def _key(figure: str, labels: Sequence[str]) -> Series:
    return str(figure), tuple(map(str, labels))
