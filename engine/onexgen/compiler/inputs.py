"""The inputs of a pipeline, which are also the options of its run."""

from __future__ import annotations

from onexgen.config.pipeline import Input, Pipeline
from onexgen.config.reserved import RESERVED_INPUTS
from onexgen.expressions import Expressions
from onexgen.json_types import Json
from onexgen.plan import InputPlan
from onexgen.source import Marks, Path


def compile_inputs(
    pipeline: Pipeline, marks: Marks, expressions: Expressions
) -> tuple[InputPlan, ...]:
    """Return the typed inputs; a name that commands use themselves is an error."""
    return tuple(
        _input(name, given, marks, ("inputs", name), expressions)
        for name, given in pipeline.inputs.items()
    )


def _input(
    name: str, given: Input, marks: Marks, path: Path, expressions: Expressions
) -> InputPlan:
    if name in RESERVED_INPUTS:
        option = "--" + name.replace("_", "-")
        marks.error(
            "reserved-input", path, f"input '{name}' is named like the option {option}",
            help="give the input another name", key=True,
        )  # fmt: skip
    choices = given.choices
    if isinstance(choices, str):
        value = expressions.fill(choices, {})
        choices = [str(item) for item in value] if isinstance(value, list) else []
    if choices is not None and not choices:
        marks.error("empty-choices", (*path, "choices"), "these choices are empty")
    if given.default is not None and choices and given.default not in choices:
        marks.error("wrong-type", (*path, "default"), "the default is none of the choices")
    return InputPlan(
        name=name,
        type=given.type,
        help=given.help,
        required=given.required,
        default=_default(given),
        choices=choices,
        max_length=given.max_length,
        minimum=given.minimum,
        maximum=given.maximum,
        positional=given.positional,
        variable=given.variable,
        disable=given.disable,
        at=marks.at(path),
    )


def _default(given: Input) -> Json:
    if given.default is None and given.type == "list":
        return []
    return given.default
