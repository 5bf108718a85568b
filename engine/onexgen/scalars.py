"""Plain words of YAML to values, by the core types of YAML 1.2 and nothing else."""

from __future__ import annotations

import math
import re

from onexgen.json_types import Json

_WORDS: dict[str, Json] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_INTEGER = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
# Longer numbers are a mistake, and Python takes quadratic time for them.
_DIGITS = 400


def plain(word: str) -> Json:
    """Return the value of an unquoted word; ValueError for a number that JSON cannot hold."""
    if word in _WORDS:
        return _WORDS[word]
    if _INTEGER.fullmatch(word):
        return _integer(word)
    if _FLOAT.fullmatch(word):
        return _finite(word)
    if _NOT_FINITE.fullmatch(word):
        raise ValueError("a number must be finite")
    return word


def _integer(word: str) -> int:
    if len(word) > _DIGITS:
        raise ValueError(f"a number may have at most {_DIGITS} digits")
    base = {"0o": 8, "0x": 16}.get(word[:2], 10)
    return int(word, base)


def _finite(word: str) -> float:
    number = float(word)
    if math.isinf(number):
        raise ValueError("a number must be finite")
    return number
