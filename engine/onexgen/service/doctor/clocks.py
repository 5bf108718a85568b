"""Clocks of other machines."""

from __future__ import annotations

from onexgen.service.doctor.advice import Found, Limits


def of_clock(what: str, whose: str, ahead: float, limits: Limits) -> list[Found]:
    """Return the case of a clock that is too far from ours; `ahead` in seconds."""
    if abs(ahead) <= limits.clock:
        return []
    way = "ahead of" if ahead > 0 else "behind"
    said = f"{whose} is {abs(ahead):.0f} s {way} this machine's"
    return [Found(what, "clocks-differ", said)]
