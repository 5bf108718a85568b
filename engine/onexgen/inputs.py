"""The inputs of a run: read, converted, limited; every wrong one is named."""

from __future__ import annotations

import math
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, cast

from onexgen.diagnostics import UsageError, closest
from onexgen.json_types import Json, JsonObject
from onexgen.plan import InputPlan
from onexgen.wording import named

_SHOWN: Final = 60
_WORDS: Final = {
    **dict.fromkeys(("1", "true", "yes", "on"), True),
    **dict.fromkeys(("0", "false", "no", "off"), False),
}


def resolve_inputs(
    plans: tuple[InputPlan, ...],
    given: Mapping[str, Any],
    *,
    default: Callable[[str], Any] = lambda _: None,
    ask: Callable[[InputPlan], str] | None = None,
    how: Callable[[InputPlan], str] = lambda plan: f"give it with {option_of(plan)}",
) -> JsonObject:
    """Return a value for every input: given, from its variable, asked for, or its default.

    What is given is a value and never the name of a file: it may come from a stranger.
    """
    known = {plan.name: plan for plan in plans}
    for name in given:
        if name not in known:
            raise UsageError(f"there is no input '{name}'", help=closest(name, known))
    values = {plan.name: _resolved(plan, given.get(plan.name), default, ask) for plan in plans}
    for plan in plans:
        if values[plan.name] is None and plan.required:
            raise UsageError(f"missing input '{plan.name}'", help=how(plan))
    return values


def option_of(plan: InputPlan) -> str:
    """Return the option that an input has on the command line."""
    return f"--{plan.name.replace('_', '-')}"


def read_named(plans: tuple[InputPlan, ...], given: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a person gave, with the contents of the files that stand for values.

    That is `-` and `@FILE` for the main input, and the file of a document.
    """
    known = {plan.name: plan for plan in plans}
    return {
        name: _read(known[name], value) if name in known and isinstance(value, str) else value
        for name, value in given.items()
    }


def _read(plan: InputPlan, value: str) -> Any:
    if plan.type == "document":
        return _document(plan, value)
    if plan.type == "path":
        return value
    if plan.positional and value == "-":
        return _decoded(plan, sys.stdin.buffer.read(), "standard input")
    if plan.positional and value.startswith("@") and len(value) > 1:
        return _decoded(plan, _bytes(value[1:]), value[1:])
    return value


def _resolved(
    plan: InputPlan,
    value: Any,
    default: Callable[[str], Any],
    ask: Callable[[InputPlan], str] | None,
) -> Json:
    if value is None:
        value = os.environ.get(plan.variable) if plan.variable else None
        value = default(plan.name) if value is None else value
        value = default(plan.setting) if value is None and plan.setting else value
        # The user's own configuration may name a file.
        value = _document(plan, value) if _is_file(plan, value) else value
    if value is None and plan.required and ask is not None:
        value = ask(plan)
    if value is None:
        return plan.default
    return _limited(plan, _converted(plan, value))


def _is_file(plan: InputPlan, value: Any) -> bool:
    return plan.type == "document" and isinstance(value, str)


def _converted(plan: InputPlan, value: Any) -> Json:
    if plan.type == "list":
        items = value if isinstance(value, (list, tuple)) else [value]
        return [_checked(plan, item, str, "a list of texts") for item in items]
    if plan.type == "document":
        return _checked(plan, value, dict, "a mapping")
    if plan.type == "boolean":
        word = value.lower() if isinstance(value, str) else value
        return _checked(plan, _WORDS.get(word, value), bool, "true or false")
    if plan.type == "integer":
        return _checked(plan, _number(int, value), int, "a whole number")
    if plan.type == "number":
        return _checked(plan, _number(float, value), float, "a number")
    return _checked(plan, value, str, "text")


def _number(kind: type[int | float], value: Any) -> Any:
    """Return the number that a text, or a whole number where any will do, stands for."""
    is_whole = isinstance(value, int) and not isinstance(value, bool)
    if not isinstance(value, str) and not (kind is float and is_whole):
        return value
    try:
        number = kind(value)
    except (ValueError, OverflowError):
        return value
    return number if math.isfinite(number) else value


def _checked(plan: InputPlan, value: Any, kind: type, expected: str) -> Json:
    is_number = not isinstance(value, float) or math.isfinite(value)
    if isinstance(value, kind) and is_number and (kind is bool or not isinstance(value, bool)):
        return cast("Json", value)
    found = f"'{_short(value)}'" if isinstance(value, str) else named(value)
    help_text = "quote it" if expected == "text" and not isinstance(value, (list, dict)) else ""
    raise UsageError(f"input '{plan.name}' must be {expected}, got {found}", help=help_text)


def _bytes(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise UsageError(f"cannot read '{path}': {error.strerror}") from error
    except ValueError as error:
        raise UsageError(f"cannot read {path!r}: {error}") from error


def _decoded(plan: InputPlan, raw: bytes, where: str) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise UsageError(
            f"input '{plan.name}' from {where} is not UTF-8: byte {error.start + 1}",
            help=_limits(plan),
        ) from error


def _document(plan: InputPlan, path: str) -> JsonObject:
    raw = _bytes(path)
    from onexgen.source import load

    data = load(path, raw).data
    if not isinstance(data, dict):
        raise UsageError(f"input '{plan.name}': {path} holds no mapping")
    return data


def _limited(plan: InputPlan, value: Json) -> Json:
    for item in value if isinstance(value, list) else [value]:
        if plan.choices is not None and item not in plan.choices:
            raise UsageError(
                f"input '{plan.name}' has no choice '{_short(str(item))}'",
                help=closest(str(item), plan.choices),
            )
        if isinstance(item, str):
            _check_text(plan, item)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        _check_range(plan, value)
    return value


def _check_range(plan: InputPlan, value: float) -> None:
    low, high = plan.minimum, plan.maximum
    if low is not None and value < low:
        raise UsageError(f"input '{plan.name}' must be at least {low:g}, got {value}")
    if high is not None and value > high:
        raise UsageError(f"input '{plan.name}' must be at most {high:g}, got {value}")


def _check_text(plan: InputPlan, value: str) -> None:
    try:
        value.encode("utf-8")
    except UnicodeEncodeError as error:
        raise UsageError(f"input '{plan.name}' is not UTF-8", help=_limits(plan)) from error
    if plan.max_length is not None and len(value) > plan.max_length:
        raise UsageError(f"input '{plan.name}' has {len(value):,} characters", help=_limits(plan))
    if plan.required and not value.strip():
        raise UsageError(f"input '{plan.name}' is empty", help=_limits(plan))


def _limits(plan: InputPlan) -> str:
    most = f" of at most {plan.max_length:,} characters" if plan.max_length else ""
    return f"it takes UTF-8 text{most}"


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."
