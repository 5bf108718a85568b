"""How far each part of a topic has been worked off, when several messages are worked on at once."""

from __future__ import annotations

from onexgen.service.brokers.base import Message, Place


class Offsets:
    """Knows which messages are being worked on; commits never leave one of them behind."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._open: dict[Place, set[int]] = {}
        self._next: dict[Place, int] = {}
        self._committed: dict[Place, int] = {}

    def begin(self, message: Message) -> bool:
        """Note that work on a message begins; False when it is being worked on already."""
        place = message.place
        working = self._open.setdefault(place, set())
        if message.offset in working:
            return False
        if message.offset < self._next.get(place, 0):
            # It came again: the part was taken away and given back. All of it is counted anew.
            self._committed.pop(place, None)
            self._next[place] = message.offset
        working.add(message.offset)
        self._next[place] = max(self._next.get(place, 0), message.offset + 1)
        return True

    def end(self, message: Message) -> None:
        """Note that a message is done."""
        self._open[message.place].discard(message.offset)

    def ready(self) -> dict[Place, int]:
        """Return for each part the offset up to which all is done, where that has moved."""
        found = {place: min(self._open[place], default=at) for place, at in self._next.items()}
        return {place: at for place, at in found.items() if self._committed.get(place) != at}

    def committed(self, offsets: dict[Place, int]) -> None:
        """Note what was committed."""
        self._committed |= offsets
