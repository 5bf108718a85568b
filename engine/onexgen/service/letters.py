"""Dead letters: requests that were given up, kept byte by byte until somebody decides.

A letter is the message as it was, with headers that say why. Nothing can be taken out of a topic:
that a letter was replayed or discarded is a further message, with the letter's id and no value.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from onexgen.diagnostics import OnexgenError, UsageError, closest
from onexgen.json_types import JsonObject
from onexgen.service.brokers.base import Headers, Message, Outgoing

_PREFIX: Final = "onexgen-"
_LETTER: Final = "onexgen-letter"
_REASON: Final = "onexgen-reason"
_HELP: Final = "onexgen-help"
_CODE: Final = "onexgen-exit-code"
_ATTEMPTS: Final = "onexgen-attempts"
_FROM: Final = "onexgen-from"
_OMITTED: Final = "onexgen-omitted-bytes"
_SETTLED: Final = "onexgen-settled"
REPLAY: Final = "onexgen-replay"


@dataclass(frozen=True, slots=True)
class Letter:
    """A dead letter, and what has become of it: `state` is waiting, replayed or discarded."""

    id: str
    message: Message
    state: str = "waiting"

    @property
    def origin(self) -> str:
        """Return the topic that the request came from."""
        return (self.message.header(_FROM) or "").partition("/")[0]

    @property
    def is_whole(self) -> bool:
        """Tell whether the request itself is here; the broker may have refused its size."""
        return self.message.header(_OMITTED) is None

    def to_json(self) -> JsonObject:
        """Return what there is to know, without the request itself."""
        message = self.message
        told = {name: message.header(name) or "" for name in (_REASON, _HELP, _FROM)}
        when = datetime.fromtimestamp(message.timestamp / 1000, UTC)
        return {
            "id": self.id,
            "state": self.state,
            "topic": message.topic,
            "from": told[_FROM],
            "reason": told[_REASON],
            "help": told[_HELP],
            "exit_code": int(message.header(_CODE) or 1),
            "attempts": int(message.header(_ATTEMPTS) or 0),
            "time": when.isoformat(timespec="milliseconds"),
            "correlation_id": (message.key or b"").decode("utf-8", "replace"),
            "bytes": int(message.header(_OMITTED) or len(message.value)),
        }


def letter_id(message: Message) -> str:
    """Return the id that a request has as a dead letter: where it was, so that it has only one."""
    return f"{message.topic}-{message.partition}-{message.offset}"


def buried(topic: str, message: Message, error: OnexgenError, attempts: int) -> Outgoing:
    """Return the dead letter of a request that was given up."""
    said = {
        _LETTER: letter_id(message),
        _REASON: error.message,
        _HELP: error.help,
        _CODE: str(error.exit_code),
        _ATTEMPTS: str(attempts),
        _FROM: f"{message.topic}/{message.partition}/{message.offset}",
    }
    added = tuple((name, value.encode("utf-8", "replace")) for name, value in said.items())
    headers = (*_foreign(message.headers, keep=REPLAY), *added)
    key = None if message.key is None else message.key.decode("utf-8", "replace")
    return Outgoing(topic=topic, key=key, value=message.value, headers=headers)


def without_value(letter: Outgoing) -> Outgoing:
    """Return a letter that only says where the request is: its size was refused."""
    size = (_OMITTED, str(len(letter.value)).encode())
    return Outgoing(topic=letter.topic, key=letter.key, value=b"", headers=(*letter.headers, size))


def settled(letter: Letter, how: str) -> Outgoing:
    """Return the message by which a letter is replayed or discarded."""
    headers = ((_LETTER, letter.id.encode()), (_SETTLED, how.encode()))
    key = None if letter.message.key is None else letter.message.key.decode("utf-8", "replace")
    return Outgoing(topic=letter.message.topic, key=key, value=b"", headers=headers)


def replayed(letter: Letter) -> Outgoing:
    """Return the request of a letter as it was, with a header that makes it a new one."""
    if not letter.is_whole:
        raise UsageError(
            f"the request of {letter.id} is not in its letter, it was too large",
            help=f"it is in {letter.message.header(_FROM)}, as long as that is kept",
        )
    number = int(letter.message.header(REPLAY) or 0) + 1
    headers = (*_foreign(letter.message.headers), (REPLAY, str(number).encode()))
    key = None if letter.message.key is None else letter.message.key.decode("utf-8", "replace")
    return Outgoing(topic=letter.origin, key=key, value=letter.message.value, headers=headers)


def letters_in(messages: Iterable[Message]) -> list[Letter]:
    """Return the letters that some messages are, each once, with what became of them."""
    found: dict[str, Letter] = {}
    for message in messages:
        name = message.header(_LETTER)
        if name is None:
            continue
        how = message.header(_SETTLED)
        if how is None:
            found.setdefault(name, Letter(name, message))
        elif name in found:
            found[name] = Letter(name, found[name].message, how)
    return list(found.values())


def letter_news(message: Message) -> tuple[str, bool]:
    """Return of which letter a message tells ("" for none), and whether it settles it."""
    return message.header(_LETTER) or "", message.header(_SETTLED) is not None


def letter_named(letters: Iterable[Letter], name: str) -> Letter:
    """Return a letter by its id."""
    known = {letter.id: letter for letter in letters}
    if name not in known:
        raise UsageError(f"there is no dead letter '{name}'", help=closest(name, known))
    return known[name]


def _foreign(headers: Headers, keep: str = "") -> Headers:
    """Return the headers that are not ours."""
    return tuple(one for one in headers if not one[0].startswith(_PREFIX) or one[0] == keep)
