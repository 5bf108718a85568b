"""The inputs of a run: read, converted, limited; every wrong one is named."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from onexgen.diagnostics import UsageError, closest
from onexgen.json_types import Json, JsonObject
from onexgen.plan import InputPlan

_SHOWN = 60


def resolve_inputs(
    plans: tuple[InputPlan, ...],
    given: Mapping[str, Any],
    *,
    default: Callable[[str], Any] = lambda _: None,
    ask: Callable[[InputPlan], str] | None = None,
) -> JsonObject:
    """Return a value for every input: given, from its variable, asked for, or its default."""
    known = {plan.name: plan for plan in plans}
    for name in given:
        if name not in known:
            raise UsageError(f"there is no input '{name}'", help=closest(name, known))
    return {plan.name: _resolved(plan, given.get(plan.name), default, ask) for plan in plans}


def _resolved(
    plan: InputPlan,
    value: Any,
    default: Callable[[str], Any],
    ask: Callable[[InputPlan], str] | None,
) -> Json:
    if value is None and plan.variable:
        value = os.environ.get(plan.variable)
    if value is None:
        value = default(plan.name)
    if value is None and plan.required and ask is not None:
        value = ask(plan)
    if value is None and plan.required:
        option = plan.name.replace("_", "-")
        raise UsageError(f"missing input '{plan.name}'", help=f"give it with --{option}")
    if value is None:
        return plan.default
    return _limited(plan, _converted(plan, value))


def _converted(plan: InputPlan, value: Any) -> Json:
    if plan.type == "list":
        return [str(item) for item in value] if isinstance(value, (list, tuple)) else [str(value)]
    if plan.type == "document":
        return value if isinstance(value, dict) else _document(plan, str(value))
    if plan.type == "boolean" and isinstance(value, str):
        return _boolean(plan, value)
    if plan.type in ("integer", "number") and isinstance(value, str):
        return _number(plan, value)
    if plan.type in ("string", "path"):
        if not isinstance(value, str):
            return str(value)
        return _text(plan, value) if plan.type == "string" else value
    converted: Json = value
    return converted


def _boolean(plan: InputPlan, value: str) -> bool:
    if value.lower() in ("1", "true", "yes", "on"):
        return True
    if value.lower() in ("0", "false", "no", "off"):
        return False
    raise UsageError(f"input '{plan.name}' must be true or false, got '{value}'")


def _number(plan: InputPlan, value: str) -> float | int:
    try:
        return int(value) if plan.type == "integer" else float(value)
    except ValueError as error:
        kind = "a whole number" if plan.type == "integer" else "a number"
        raise UsageError(f"input '{plan.name}' must be {kind}, got '{value}'") from error


def _text(plan: InputPlan, value: str) -> str:
    """Return the text itself, that of standard input (-), or that of a file (@file)."""
    if not plan.positional:
        return value
    if value == "-":
        return _decoded(plan, sys.stdin.buffer.read(), "standard input")
    if value.startswith("@") and len(value) > 1:
        path = Path(value[1:])
        try:
            return _decoded(plan, path.read_bytes(), str(path))
        except OSError as error:
            raise UsageError(f"cannot read '{path}': {error.strerror}") from error
    return value


def _decoded(plan: InputPlan, raw: bytes, where: str) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise UsageError(
            f"input '{plan.name}' from {where} is not UTF-8: byte {error.start + 1}",
            help=_limits(plan),
        ) from error


def _document(plan: InputPlan, value: str) -> JsonObject:
    path = Path(value)
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise UsageError(f"cannot read '{path}': {error.strerror}") from error
    from onexgen.source import load

    data = load(str(path), raw).data
    if not isinstance(data, dict):
        raise UsageError(f"input '{plan.name}': {path} holds no mapping")
    return data


def _limited(plan: InputPlan, value: Json) -> Json:
    if plan.choices is not None and value not in plan.choices:
        raise UsageError(
            f"input '{plan.name}' has no choice '{_short(str(value))}'",
            help=closest(str(value), plan.choices),
        )
    if isinstance(value, str):
        _check_text(plan, value)
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        low, high = plan.minimum, plan.maximum
        if (low is not None and value < low) or (high is not None and value > high):
            raise UsageError(f"input '{plan.name}' must be {low:g} to {high:g}, got {value}")
    return value


def _check_text(plan: InputPlan, value: str) -> None:
    try:
        value.encode("utf-8")
    except UnicodeEncodeError as error:
        raise UsageError(f"input '{plan.name}' is not UTF-8", help=_limits(plan)) from error
    if plan.max_length is not None and len(value) > plan.max_length:
        raise UsageError(
            f"input '{plan.name}' has {len(value):,} characters", help=_limits(plan)
        )
    if plan.required and not value.strip():
        raise UsageError(f"input '{plan.name}' is empty", help=_limits(plan))


def _limits(plan: InputPlan) -> str:
    most = f" of at most {plan.max_length:,} characters" if plan.max_length else ""
    return f"it takes UTF-8 text{most}"


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."
