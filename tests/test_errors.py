"""Each tests/errors/NAME.yaml is refused with exactly the report of NAME.out.

A new case is a new file; `WRITE=1 pytest tests/test_errors.py` writes its report, to be read.
"""

from __future__ import annotations

import os
from enum import Enum
from pathlib import Path
from typing import Annotated, Literal

import pytest
from pydantic import Field, field_validator

from onexgen.config.base import Strict
from onexgen.diagnostics import ConfigError, render
from onexgen.source import load
from onexgen.validation import validate

CASES = sorted((Path(__file__).parent / "errors").glob("*.yaml"))


class Colour(Enum):
    """Colours of soup."""

    RED = "red"
    GREEN = "green"


class Soup(Strict):
    """A part of the example grammar."""

    name: str = Field(min_length=2, max_length=20, description="What guests call it.")
    colour: Colour = Colour.RED
    spice: float = Field(default=0, ge=0, le=1)
    plates: int = Field(default=2, gt=0, lt=100, multiple_of=2)
    served: bool = True
    with_: tuple[str, ...] = Field(default=("bread",), alias="with", min_length=1, max_length=2)
    size: tuple[int, int] = (1, 2)
    tags: frozenset[str] = frozenset()
    course: Literal[
        "starter", "main", "side", "dessert", "drink", "snack", "bread", "soup", "x"
    ] = "soup"

    @field_validator("name")
    @classmethod
    def _lower(cls, name: str) -> str:
        if name != name.lower():
            raise ValueError(f"soups are written small: '{name.lower()}'")
        return name


class Menu(Strict):
    """The example grammar: what the cases of this folder are validated against."""

    version: Literal[1]
    code: str | None = Field(default=None, pattern=r"^[a-z]+$")
    when: str | bool = True
    note: list[str] | str | None = None
    soups: list[Soup] = Field(default_factory=list)
    prices: dict[Annotated[str, Field(pattern=r"^[a-z]+$")], float] = Field(default_factory=dict)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_report(case: Path) -> None:
    """A wrong file gets a report of all that is wrong, as it stands beside it."""
    name = case.name
    try:
        source = load(name, case.read_bytes())
        problems, text = validate(Menu, source)[1], source.text
    except ConfigError as error:
        problems, text = list(error.diagnostics), error.texts[name]
    report = render(problems, {name: text})
    expected = case.with_suffix(".out")
    if "WRITE" in os.environ:
        expected.write_text(report, encoding="utf-8")

    assert report == expected.read_text(encoding="utf-8")
    assert report
