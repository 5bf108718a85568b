"""Filters over lists of mappings: what they say together, order, expansion and reach."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

from onexgen.json_types import Json


def before(values: Sequence[str]) -> Json:
    """Return {value: the values before it}."""
    return {value: list(values[:number]) for number, value in enumerate(values)}


def composed(values: Iterable[Mapping[str, Json]], key: str, pattern: str) -> list[Json]:
    """Return mappings with a text at a key, made by a pattern such as `%(from)s to %(to)s`."""
    return [{**value, key: pattern % value} for value in values]


def distinct(values: Iterable[Mapping[str, Json]], *keys: str) -> list[Json]:
    """Return the mappings that differ in some keys from all before them."""
    kept: dict[tuple[str, ...], Json] = {}
    for value in values:
        kept.setdefault(tuple(str(value.get(key)) for key in keys), dict(value))
    return list(kept.values())


def entries(table: Mapping[str, Mapping[str, Json]], key: str) -> list[Json]:
    """Return the mappings of a table, each with its name there at a key."""
    return [{**item, key: name} for name, item in table.items()]


def product(values: Iterable[Mapping[str, Json]], key: str, *factors: str) -> list[Json]:
    """Return mappings with the product of some numbers at a key; a whole one has no point."""
    return [
        {**value, key: _product([_number(value, name) for name in factors])} for value in values
    ]


def _product(numbers: Iterable[float]) -> float:
    """Return a product, as a whole number if it is one."""
    result = math.prod(numbers)
    return int(result) if float(result).is_integer() else result


def _number(value: Mapping[str, Json], key: str) -> float:
    """Return a number of a mapping; raises TypeError when it is none."""
    number = value.get(key)
    if isinstance(number, bool) or not isinstance(number, int | float):
        raise TypeError(f"no number at '{key}', but {number!r}")
    return number


def neighbours(values: Iterable[Json], source: str, target: str) -> list[Json]:
    """Return a mapping for each value and the next one, with both at their keys."""
    return [{source: value, target: other} for value, other in pairwise(values)]


def reached(
    values: Iterable[str], links: Sequence[Mapping[str, str]], source: str, target: str
) -> list[str]:
    """Return some values and all that links lead to from them, step by step."""
    found = list(dict.fromkeys(values))
    # What is appended is looked at in its turn.
    for value in found:
        ends = dict.fromkeys(link[target] for link in links if link[source] == value)
        found += [end for end in ends if end not in found]
    return found


def spread(values: Iterable[Mapping[str, Json]], key: str) -> list[Json]:
    """Return a mapping for each item of the list that a mapping has at a key."""
    spreading: list[Json] = []
    for value in values:
        items = value[key]
        several = items if isinstance(items, list) else [items]
        spreading += [{**value, key: item} for item in several]
    return spreading
