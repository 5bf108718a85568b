"""Cross-checks of what a doctor says, when it is compiled."""

from __future__ import annotations

from typing import cast

from onexgen.config.doctor import Doctor
from onexgen.config.pipeline import seconds
from onexgen.json_types import Json
from onexgen.source import Marks


def prepare(document: Doctor, marks: Marks) -> Json:
    """Return the advice with times in seconds; says which cases are there twice."""
    seen: dict[str, str] = {}
    for number, one in enumerate(document.advice):
        place = ("advice", number, "id")
        if one.id in seen:
            note = f"first defined at {seen[one.id]}"
            marks.error("duplicate-id", place, f"'{one.id}' is defined twice", note=note)
        seen.setdefault(one.id, marks.at(place))
    data = document.model_dump(mode="json")
    limits = document.limits
    data["limits"] |= {key: seconds(getattr(limits, key)) for key in ("patience", "clock")}
    return cast("Json", data)
