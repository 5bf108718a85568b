"""A delivery is taken once, from whom it says, as it was sent, when it was sent."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import replace

import pytest

from onexgen.service.hooks.signatures import Genuine, genuine
from onexgen.service.hooks.sources import Refused, Source

NOW = 1_800_000_000.0
KEY = b"a secret of sixteen bytes and more"
BODY = b'{"prompt": "Create a Compute node that hashes files"}'
SOURCE = Source(
    id="generic", secrets=("SECRET",), signature="x-signature", prefix="sha256=",
    over=("timestamp", "body"), timestamp="x-timestamp", tolerance=300, delivery="x-delivery",
    event=None, when=True, mode="generate", inputs={},
)  # fmt: skip
UNTIMED = replace(SOURCE, over=("body",), timestamp=None, tolerance=0)


def signed(body: bytes = BODY, at: float = NOW, key: bytes = KEY) -> list[tuple[str, str]]:
    """Return the headers of a delivery that is right."""
    content = f"{at:.0f}.".encode() + body
    digest = hmac.new(key, content, hashlib.sha256).hexdigest()
    return [("X-Timestamp", f"{at:.0f}"), ("X-Signature", f"sha256={digest}")]


def test_a_right_one() -> None:
    """What is right is known by its signature and by the name that its sender gave it."""
    headers = [*signed(), ("X-Delivery", "d-1")]

    found = genuine(SOURCE, [b"the old one", KEY], headers, BODY, NOW + 299)

    assert found == Genuine(headers[1][1].removeprefix("sha256="), "d-1", None)


def test_capitals_make_no_other_signature() -> None:
    """A signature in capitals is the same: it does not get a delivery in again."""
    [time, (name, value)] = signed()
    shouted = (name, "sha256=" + value.removeprefix("sha256=").upper())

    first, second = (
        genuine(SOURCE, [KEY], [time, one], BODY, NOW) for one in ((name, value), shouted)
    )

    assert first == second


LATE = (
    "the timestamp is 301 s behind our clock (2027-01-15T08:00:00+00:00), at most 300 s are taken"
)
EARLY = LATE.replace("behind", "ahead of")


@pytest.mark.parametrize(
    ("source", "headers", "body", "expected"),
    [
        (SOURCE, [], BODY, "there is no header x-signature"),
        (SOURCE, [*signed(), ("x-signature", "sha256=00")], BODY,
         "there is more than one header x-signature"),
        (SOURCE, [("x-signature", "00" * 32)], BODY, "x-signature must begin with 'sha256='"),
        (SOURCE, [("x-signature", "sha256=00")], BODY,
         "x-signature is no HMAC-SHA256 in 64 hexadecimal digits"),
        (SOURCE, [("x-signature", "sha256=" + "\u0660" * 64)], BODY,
         "x-signature is no HMAC-SHA256 in 64 hexadecimal digits"),
        (SOURCE, signed()[1:], BODY, "there is no header x-timestamp"),
        (SOURCE, [("x-timestamp", "1e9"), signed()[1]], BODY,
         "x-timestamp is no time in whole seconds since 1970"),
        (SOURCE, [("x-timestamp", f"0{NOW:.0f}"), signed()[1]], BODY,
         "x-timestamp is no time in whole seconds since 1970"),
        (SOURCE, [("x-timestamp", f"{NOW + 1:.0f}"), signed()[1]], BODY,
         "the signature is not that of this request"),
        (SOURCE, signed(), BODY + b" ", "the signature is not that of this request"),
        (SOURCE, signed(key=b"another"), BODY, "the signature is not that of this request"),
        (SOURCE, signed(at=NOW - 301), BODY, LATE),
        (SOURCE, signed(at=NOW + 301), BODY, EARLY),
        (SOURCE, [*signed(), ("X-Delivery", "a.b")], BODY,
         "x-delivery is none: up to 100 of A-Z a-z 0-9 _ : -"),
        (UNTIMED, signed(), BODY, "there is no header x-delivery"),
    ],
)  # fmt: skip
def test_a_wrong_one(
    source: Source, headers: list[tuple[str, str]], body: bytes, expected: str
) -> None:
    """What is forged, changed, late, early or ambiguous is refused, with the reason."""
    with pytest.raises(Refused) as caught:
        genuine(source, [KEY], headers, body, NOW)

    assert (caught.value.status, caught.value.message) == (401, expected)


def test_nobody_can_sign_without_a_secret() -> None:
    """Without a key nothing is right."""
    with pytest.raises(Refused) as caught:
        genuine(SOURCE, [], signed(key=b""), BODY, NOW)

    assert (
        caught.value.help
        == "HMAC-SHA256 over timestamp + \".\" + body, with the secret of 'generic'"
    )
