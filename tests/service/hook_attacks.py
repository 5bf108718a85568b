"""Deliveries of which none may be taken: forged, changed, late, repeated, and ambiguous ones."""

from __future__ import annotations

import hashlib
import hmac
import json
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Final

KEY: Final = b"a secret that only the sender and we know"
SIGNATURE, TIMESTAMP, DELIVERY = "X-Onexgen-Signature", "X-Onexgen-Timestamp", "X-Onexgen-Delivery"
HUB_SIGNATURE, HUB_DELIVERY, HUB_EVENT = (
    "X-Hub-Signature-256",
    "X-GitHub-Delivery",
    "X-GitHub-Event",
)


@dataclass(frozen=True)
class Delivery:
    """One request, as it goes over the line."""

    source: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    kind: str = "right"

    def header(self, name: str) -> str:
        """Return the value of a header."""
        return dict(self.headers)[name]

    def having(self, **changed: str | None) -> Delivery:
        """Return this with some headers changed, added, or taken away."""
        names = {key.replace("_", "-").lower(): value for key, value in changed.items()}
        kept = tuple((k, v) for k, v in self.headers if k.lower() not in names)
        new = tuple((k, v) for k, v in names.items() if v is not None)
        return replace(self, headers=kept + new)


def generic(payload: object, at: int, name: str = "", key: bytes = KEY) -> Delivery:
    """Return a delivery that is signed with its time."""
    body = json.dumps(payload).encode()
    digest = hmac.new(key, f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    headers = [(TIMESTAMP, str(at)), (SIGNATURE, f"sha256={digest}")]
    return Delivery("generic", tuple(headers + ([(DELIVERY, name)] if name else [])), body)


def hub(payload: object, name: str, key: bytes = KEY) -> Delivery:
    """Return a delivery whose body alone is signed."""
    body = json.dumps(payload).encode()
    digest = hmac.new(key, body, hashlib.sha256).hexdigest()
    headers = ((HUB_SIGNATURE, f"sha256={digest}"), (HUB_DELIVERY, name), (HUB_EVENT, "issues"))
    return Delivery("github", headers, body)


@dataclass
class Attacks:
    """Makes attacks out of deliveries that were taken; the same ones for the same seed."""

    taken: list[Delivery]
    now: int
    lots: random.Random = field(default_factory=lambda: random.Random(8001))  # noqa: S311 - which attack comes next is no secret.

    def some(self, count: int) -> Iterator[Delivery]:
        """Yield so many attacks, every kind as often as any other."""
        kinds = list(KINDS.items())
        for number in range(count):
            kind, make = kinds[number % len(kinds)]
            yield replace(make(self, self.lots.choice(self.of(kind))), kind=kind)

    def of(self, kind: str) -> list[Delivery]:
        """Return the deliveries that a kind of attack can start from."""
        timed = [one for one in self.taken if one.source == "generic"]
        return timed if kind in TIMED else self.taken

    def fresh(self) -> dict[str, str]:
        """Return a request that nobody has sent yet."""
        return {"prompt": f"Create a Compute node that hashes {self.lots.getrandbits(64):x} files"}

    def skew(self) -> int:
        """Return more seconds than the clocks may be apart, either way."""
        return self.lots.choice((-1, 1)) * self.lots.randint(330, 10**6)


def _signature(one: Delivery) -> str:
    return SIGNATURE if one.source == "generic" else HUB_SIGNATURE


def _signed_as(one: Delivery, value: str | None) -> Delivery:
    return one.having(**{_signature(one).replace("-", "_"): value})


def _random_digest(it: Attacks, one: Delivery) -> Delivery:
    return _signed_as(one, f"sha256={it.lots.randbytes(32).hex()}")


def _one_bit(it: Attacks, one: Delivery) -> Delivery:
    raw = bytearray.fromhex(one.header(_signature(one)).removeprefix("sha256="))
    raw[it.lots.randrange(32)] ^= 1 << it.lots.randrange(8)
    return _signed_as(one, f"sha256={raw.hex()}")


def _cut(it: Attacks, one: Delivery) -> Delivery:
    return _signed_as(one, one.header(_signature(one))[: it.lots.randrange(70)])


def _no_prefix(_: Attacks, one: Delivery) -> Delivery:
    return _signed_as(one, one.header(_signature(one)).removeprefix("sha256="))


def _other_prefix(_: Attacks, one: Delivery) -> Delivery:
    return _signed_as(one, one.header(_signature(one)).replace("sha256=", "sha1="))


def _unsigned(_: Attacks, one: Delivery) -> Delivery:
    return _signed_as(one, None)


def _twice(it: Attacks, one: Delivery) -> Delivery:
    new = generic(it.fresh(), it.now)
    return replace(new, headers=(*new.headers, (_signature(one), one.header(_signature(one)))))


def _other_secret(it: Attacks, _: Delivery) -> Delivery:
    return generic(it.fresh(), it.now, key=it.lots.randbytes(32))


def _no_secret(it: Attacks, _: Delivery) -> Delivery:
    return generic(it.fresh(), it.now, key=b"")


def _byte_changed(it: Attacks, one: Delivery) -> Delivery:
    raw = bytearray(one.body)
    raw[it.lots.randrange(len(raw))] ^= 1 << it.lots.randrange(8)
    return replace(one, body=bytes(raw))


def _space_added(it: Attacks, one: Delivery) -> Delivery:
    return replace(one, body=it.lots.choice((one.body + b" ", b"\n" + one.body)))


def _other_body(it: Attacks, one: Delivery) -> Delivery:
    return replace(one, body=json.dumps(it.fresh()).encode())


def _late(it: Attacks, _: Delivery) -> Delivery:
    return generic(it.fresh(), it.now - abs(it.skew()))


def _early(it: Attacks, _: Delivery) -> Delivery:
    return generic(it.fresh(), it.now + abs(it.skew()))


def _time_changed(it: Attacks, one: Delivery) -> Delivery:
    return one.having(X_Onexgen_Timestamp=str(it.now + it.lots.randint(1, 200)))


def _time_odd(it: Attacks, one: Delivery) -> Delivery:
    at = one.header(TIMESTAMP)
    odd = (f"0{at}", f"+{at}", f"{at}.0", "", "now", f"{at} {at}", hex(int(at)), f"-{at}")
    return one.having(X_Onexgen_Timestamp=it.lots.choice(odd))


def _timeless(_: Attacks, one: Delivery) -> Delivery:
    return one.having(X_Onexgen_Timestamp=None)


def _again(_: Attacks, one: Delivery) -> Delivery:
    return one


def _again_in_capitals(_: Attacks, one: Delivery) -> Delivery:
    value = one.header(_signature(one)).removeprefix("sha256=")
    return _signed_as(one, f"sha256={value.upper()}")


def _again_by_another_name(it: Attacks, one: Delivery) -> Delivery:
    name = f"{it.lots.getrandbits(64):x}"
    return one.having(
        **{(DELIVERY if one.source == "generic" else HUB_DELIVERY).replace("-", "_"): name}
    )


def _name_again(it: Attacks, one: Delivery) -> Delivery:
    return generic(it.fresh(), it.now, name=one.header(DELIVERY))


def _odd_name(it: Attacks, _: Delivery) -> Delivery:
    return generic(it.fresh(), it.now, name=it.lots.choice(("a.b", "x" * 101, "a b", "../x")))


def _to_another(_: Attacks, one: Delivery) -> Delivery:
    return replace(one, source="github" if one.source == "generic" else "generic")


def _to_nobody(it: Attacks, one: Delivery) -> Delivery:
    return replace(one, source=it.lots.choice(("gitlab", "Generic", "generic%20", "..%2fhealth")))


KINDS: Final[dict[str, Callable[[Attacks, Delivery], Delivery]]] = {
    "random digest": _random_digest,
    "one bit of the digest": _one_bit,
    "digest cut off": _cut,
    "no prefix": _no_prefix,
    "other prefix": _other_prefix,
    "unsigned": _unsigned,
    "two signatures": _twice,
    "other secret": _other_secret,
    "empty secret": _no_secret,
    "one bit of the body": _byte_changed,
    "space in the body": _space_added,
    "other body": _other_body,
    "late": _late,
    "early": _early,
    "time changed": _time_changed,
    "odd time": _time_odd,
    "no time": _timeless,
    "again": _again,
    "again in capitals": _again_in_capitals,
    "again by another name": _again_by_another_name,
    "name again": _name_again,
    "odd name": _odd_name,
    "to another source": _to_another,
    "to nobody": _to_nobody,
}
# Kinds that start from a delivery which says its time.
TIMED: Final = frozenset({"time changed", "odd time", "no time", "two signatures", "name again"})
