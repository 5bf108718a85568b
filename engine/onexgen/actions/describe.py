"""Schemas of classes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from onexgen.actions.base import Workspace
from onexgen.json_types import Json
from onexgen.shapes import Shapes


@dataclass(frozen=True, slots=True, kw_only=True)
class DescribeOptions:
    """Which classes to describe, and what the names in them mean."""

    files: dict[str, str]
    """Path -> text; only Python files are looked at."""
    classes: dict[str, str]
    """Name of the answer -> name of a class."""
    types: dict[str, Json]
    """What a type of a field holds: its name -> JSON Schema."""
    limits: dict[str, str]
    """What limits of a field are called: in Python -> in JSON Schema."""


class Describe:
    """Read from the text of Python files what classes hold, as JSON Schema."""

    Options: ClassVar[type[Any]] = DescribeOptions
    EMPTY: ClassVar[Json] = {}
    FILES: ClassVar[Mapping[str, str]] = {}

    def __init__(self, workspace: Workspace) -> None:
        """Use nothing of the workspace."""

    def __call__(self, options: DescribeOptions) -> Json:
        """Return name -> JSON Schema, with what it needs under `$defs`."""
        shapes = Shapes(options.files, options.types, options.limits)
        return {name: shapes.schema(found) for name, found in options.classes.items()}
