"""The inputs of a pipeline, which are also the options of its run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from onexgen.compiler.templates import TemplateCheck
from onexgen.config.pipeline import Input, Pipeline
from onexgen.config.reserved import RESERVED_INPUTS
from onexgen.diagnostics import OnexgenError, closest
from onexgen.expressions import Expressions
from onexgen.json_types import Json
from onexgen.plan import InputPlan
from onexgen.settings import NAMED_SETTINGS
from onexgen.source import Marks, Path
from onexgen.wording import named

_TEXTS: Final = ("string", "path")
_NUMBERS: Final = ("integer", "number")
# Key of an input -> the types that it makes sense for.
_ONLY: Final = {
    "choices": ("string", "path", "list"),
    "disable": ("boolean",),
    "max_length": _TEXTS,
    "maximum": _NUMBERS,
    "minimum": _NUMBERS,
    "positional": _TEXTS,
}
_TYPES: Final[dict[str, tuple[type, ...]]] = {
    "boolean": (bool,),
    "document": (dict,),
    "integer": (int,),
    "list": (list,),
    "number": (int, float),
    "path": (str,),
    "string": (str,),
}


def compile_inputs(
    pipeline: Pipeline, marks: Marks, expressions: Expressions, templates: TemplateCheck
) -> tuple[InputPlan, ...]:
    """Return the typed inputs; a name that commands use themselves is an error."""
    _check_names(pipeline, marks)
    plans = []
    for name, given in pipeline.inputs.items():
        path: Path = ("inputs", name)
        _check_keys(given, marks, path)
        choices = _choices(given, marks, (*path, "choices"), expressions, templates)
        _check_default(given, choices, marks, (*path, "default"))
        plans.append(_plan(name, given, choices, marks.at(path)))
    return tuple(plans)


def _check_names(pipeline: Pipeline, marks: Marks) -> None:
    """Report options that two inputs, or an input and a command, would share."""
    taken = dict.fromkeys(RESERVED_INPUTS, "commands use")
    for name, given in pipeline.inputs.items():
        for option, path in _options(name, given):
            if option in taken:
                said = f"the option --{option.replace('_', '-')} is one that {taken[option]}"
                marks.error(
                    "reserved-input", path, said, help="give it another name", key=path[-1] == name
                )
            taken.setdefault(option, f"input '{name}' has")
    positional = [name for name, given in pipeline.inputs.items() if given.positional]
    for name in positional[1:]:
        said = f"input '{positional[0]}' is the argument already"
        marks.error("duplicate-argument", ("inputs", name, "positional"), said)


def _options(name: str, given: Input) -> Iterator[tuple[str, Path]]:
    yield name, ("inputs", name)
    if given.disable is not None:
        yield given.disable, ("inputs", name, "disable")
    elif given.type == "boolean":
        yield f"no_{name}", ("inputs", name)


def _check_keys(given: Input, marks: Marks, path: Path) -> None:
    for key, types in _ONLY.items():
        if getattr(given, key) not in (None, False) and given.type not in types:
            said = f"'{key}' means nothing for an input of type {given.type}"
            marks.error("wrong-type", (*path, key), said, key=True)
    if given.setting is not None and given.setting not in NAMED_SETTINGS:
        near = closest(given.setting, NAMED_SETTINGS)
        said = f"there is no key '{given.setting}' of the configuration"
        marks.error("unknown-value", (*path, "setting"), said, near)
    low, high = given.minimum, given.maximum
    if low is not None and high is not None and low > high:
        said = f"the minimum {low:g} is more than the maximum {high:g}"
        marks.error("out-of-range", (*path, "minimum"), said)


def _choices(
    given: Input, marks: Marks, path: Path, expressions: Expressions, templates: TemplateCheck
) -> list[str] | None:
    choices = given.choices
    if isinstance(choices, str):
        found = len(marks.diagnostics)
        known = expressions.functions
        templates.condition(choices, marks, path, known, "write a list, or ${{ ... }}")
        if len(marks.diagnostics) > found:
            return None
        try:
            value = expressions.fill(choices, {})
        except OnexgenError as error:
            marks.error("wrong-choices", path, error.message, error.help)
            return None
        if value is None:
            # What they come from is wrong, which is said elsewhere.
            return None
        choices = [str(item) for item in value] if isinstance(value, list) else []
    if choices is not None and not choices:
        marks.error("wrong-choices", path, "there is nothing to choose from")
    return choices


def _check_default(given: Input, choices: list[str] | None, marks: Marks, path: Path) -> None:
    value = given.default
    if value is None:
        return
    types = _TYPES[given.type]
    if not isinstance(value, types) or (isinstance(value, bool) and bool not in types):
        said = f"the default is {named(value)}, the type is {given.type}"
        marks.error("wrong-type", path, said)
        return
    for item in value if isinstance(value, list) else [value]:
        if choices and item not in choices:
            near = closest(str(item), choices)
            marks.error("unknown-value", path, f"the default '{item}' is none of the choices", near)


def _plan(name: str, given: Input, choices: list[str] | None, at: str) -> InputPlan:
    empty: Json = [] if given.type == "list" else None
    return InputPlan(
        name=name,
        type=given.type,
        help=given.help,
        required=given.required,
        default=empty if given.default is None else given.default,
        choices=choices,
        max_length=given.max_length,
        minimum=given.minimum,
        maximum=given.maximum,
        positional=given.positional,
        variable=given.variable,
        setting=given.setting,
        disable=given.disable,
        at=at,
    )
