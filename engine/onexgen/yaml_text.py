"""JSON data as block YAML: every text that is written goes through one quoting function.

A library would do, but each costs 50 to 100 ms at every start, and this is all of YAML that is
written; a property test reads it back with two independent parsers.
"""

from __future__ import annotations

import json
import re
from typing import Final

from onexgen.json_types import Json

# Plain only where YAML 1.1 and 1.2 both read the same text back.
_PLAIN: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_./ -]*[A-Za-z0-9_/]|[A-Za-z_]")
_RESERVED: Final = frozenset(
    {"y", "n", "yes", "no", "on", "off", "true", "false", "null", "none", "nan", "inf", "infinity"}
)
_UNPRINTABLE: Final = re.compile("[\x7f-\x9f\ud800-\udfff\u2028\u2029\ufeff\ufffe\uffff]")
_WIDTH: Final = 88


def to_yaml(value: Json, indent: int = 0) -> str:
    """Return block YAML for `value`, ending in a newline."""
    lines = _block(value, indent)
    return "\n".join(lines) + "\n"


def _block(value: Json, indent: int) -> list[str]:
    if isinstance(value, dict) and value:
        return [line for key, item in value.items() for line in _entry(quote(key), item, indent)]
    if isinstance(value, list) and value:
        return [line for item in value for line in _item(item, indent)]
    return [" " * indent + _flow(value)]


def _entry(key: str, value: Json, indent: int) -> list[str]:
    pad = " " * indent
    short = f"{pad}{key}: {_flow(value)}"
    if not _is_deep(value) and (not isinstance(value, (dict, list)) or len(short) <= _WIDTH):
        return [short]
    return [f"{pad}{key}:", *_block(value, indent + 2)]


def _item(value: Json, indent: int) -> list[str]:
    pad = " " * indent
    short = f"{pad}- {_flow(value)}"
    if not isinstance(value, (dict, list)) or not value:
        return [short]
    lines = _block(value, indent + 2)
    return [f"{pad}- {lines[0].lstrip(' ')}", *lines[1:]]


def _is_deep(value: Json) -> bool:
    """Tell whether a value is more than a short list or mapping of numbers and words."""
    items = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return any(isinstance(item, (dict, list)) for item in items)


def _flow(value: Json) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{quote(k)}: {_flow(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_flow(item) for item in value) + "]"
    if isinstance(value, str):
        return quote(value)
    text = json.dumps(value)
    # YAML 1.1 reads 1e+16 as text: a number needs a point there.
    return text.replace("e", ".0e") if isinstance(value, float) and "." not in text else text


def quote(text: str) -> str:
    """Return a scalar that every YAML parser reads back as this text."""
    if _PLAIN.fullmatch(text) and text.lower() not in _RESERVED:
        return text
    body = json.dumps(text, ensure_ascii=False)
    return _UNPRINTABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", body)
