"""Whether a delivery comes from whom it says, is what they sent, and was sent just now."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from onexgen.service.hooks.sources import UNSIGNED, Refused, Source

# Digits of one form only: what is signed must not have two readings.
_TIME: Final = re.compile(r"[1-9][0-9]{0,11}")
_DIGEST: Final = re.compile(r"[0-9a-fA-F]{64}")
# Without a dot, which separates what is signed.
_NAME: Final = re.compile(r"[A-Za-z0-9_:-]{1,100}")

type Headers = Iterable[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Genuine:
    """A delivery that is what it says: what makes it the same when it comes again."""

    signature: str
    delivery: str | None
    event: str | None


def genuine(
    source: Source, keys: Sequence[bytes], headers: Headers, body: bytes, now: float
) -> Genuine:
    """Return what identifies a delivery; Refused when it is forged, changed, early or late.

    The time is looked at last: only who can sign is told what our clock says.
    """
    found = _Found(headers)
    claimed = found.one(source.signature)
    if not claimed.startswith(source.prefix):
        raise Refused(UNSIGNED, f"{source.signature} must begin with '{source.prefix}'")
    digits = claimed.removeprefix(source.prefix)
    if not _DIGEST.fullmatch(digits):
        raise Refused(UNSIGNED, f"{source.signature} is no HMAC-SHA256 in 64 hexadecimal digits")
    sent = None if source.timestamp is None else found.one(source.timestamp)
    if sent is not None and not _TIME.fullmatch(sent):
        raise Refused(UNSIGNED, f"{source.timestamp} is no time in whole seconds since 1970")
    delivery = _name(source, found)
    parts = {"timestamp": sent, "delivery": delivery}
    signed = b".".join(
        body if name == "body" else (parts[name] or "").encode() for name in source.over
    )
    own = [hmac.new(key, signed, hashlib.sha256).digest() for key in keys]
    theirs = bytes.fromhex(digits)
    # All of them, whichever it is: how long that takes says nothing.
    matches = [hmac.compare_digest(one, theirs) for one in own]
    if not any(matches):
        raise Refused(UNSIGNED, "the signature is not that of this request", help=_how(source))
    if sent is not None:
        _check_time(int(sent), now, source.tolerance)
    event = None if source.event is None else found.maybe(source.event)
    return Genuine(theirs.hex(), delivery, event)


class _Found:
    """The headers of a request; one that comes twice is none: who else reads them may differ."""

    def __init__(self, headers: Headers) -> None:
        self._values: dict[str, list[str]] = {}
        for name, value in headers:
            self._values.setdefault(name.lower(), []).append(value)

    def one(self, name: str) -> str:
        value = self.maybe(name)
        if value is None:
            raise Refused(UNSIGNED, f"there is no header {name}")
        return value

    def maybe(self, name: str) -> str | None:
        values = self._values.get(name, [])
        if len(values) > 1:
            raise Refused(UNSIGNED, f"there is more than one header {name}")
        return values[0] if values else None


def _name(source: Source, found: _Found) -> str | None:
    """Return the sender's own name of a delivery, if there is one."""
    if source.delivery is None:
        return None
    needed = "delivery" in source.over or source.timestamp is None
    name = found.one(source.delivery) if needed else found.maybe(source.delivery)
    if name is not None and not _NAME.fullmatch(name):
        said = f"{source.delivery} is none: up to 100 of A-Z a-z 0-9 _ : -"
        raise Refused(UNSIGNED, said)
    return name


def _check_time(sent: int, now: float, tolerance: float) -> None:
    skew = now - sent
    if abs(skew) <= tolerance:
        return
    ours = datetime.fromtimestamp(now, UTC).isoformat(timespec="seconds")
    which = "behind" if skew > 0 else "ahead of"
    said = f"{abs(skew):.0f} s {which} our clock ({ours}), at most {tolerance:g} s are taken"
    raise Refused(
        UNSIGNED, f"the timestamp is {said}", help="sign each attempt anew; set the clocks by NTP"
    )


def _how(source: Source) -> str:
    return f"HMAC-SHA256 over {' + "." + '.join(source.over)}, with the secret of '{source.id}'"
