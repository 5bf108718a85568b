"""Cross-checks of hooks when they are compiled: what is signed, and what is made of it."""

from __future__ import annotations

from typing import Final, cast

from jinja2 import TemplateSyntaxError

from onexgen.config.hooks import Hooks, Source
from onexgen.config.pipeline import seconds
from onexgen.expressions import Expressions
from onexgen.json_types import Json
from onexgen.source import Marks, Path

# What may be signed besides the body -> the key that says which header has it.
_HEADERS: Final = ("timestamp", "delivery")


def prepare_hooks(hooks: Hooks, marks: Marks, place: Path) -> Json:
    """Return the sources, tolerances in seconds; says what would let somebody else in."""
    expressions = Expressions(lambda _: None)
    seen: dict[str, str] = {}
    for number, source in enumerate(hooks.sources):
        here = (*place, "sources", number)
        if source.id in seen:
            note = f"first defined at {seen[source.id]}"
            marks.error("duplicate-id", (*here, "id"), f"'{source.id}' is defined twice", note=note)
        seen.setdefault(source.id, marks.at((*here, "id")))
        _check_signature(source, marks, here)
        _check_expressions(cast("Json", source.when), expressions, marks, (*here, "when"))
        for name, value in source.inputs.items():
            _check_expressions(value, expressions, marks, (*here, "inputs", name))
    sources = [
        {
            **source.model_dump(mode="json"),
            "tolerance": 0.0 if source.tolerance is None else seconds(source.tolerance),
        }
        for source in hooks.sources
    ]
    return cast("Json", {"sources": sources})


def _check_signature(source: Source, marks: Marks, place: Path) -> None:
    over = source.signature.over
    where = (*place, "signature", "over")
    if "body" not in over:
        marks.error("missing-key", where, "the body is not signed: anybody could change it",
                    help="add 'body'")  # fmt: skip
    for name in sorted({one for one in over if over.count(one) > 1}):
        marks.error("duplicate-id", where, f"'{name}' is signed twice")
    for name in _HEADERS:
        if name in over and getattr(source, name) is None:
            marks.error("missing-key", place, f"'{name}' is signed, and no header has it",
                        help=f"say `{name}: HEADER`")  # fmt: skip
    if source.timestamp is not None and "timestamp" not in over:
        said = "the time is not signed: whoever repeats a delivery could change it"
        marks.error("missing-key", where, said, help="add 'timestamp'")
    if (source.timestamp is None) != (source.tolerance is None):
        said = "`timestamp` and `tolerance` need each other"
        marks.error("missing-key", place, said, help="give both, or none")
    if source.timestamp is None and source.delivery is None:
        said = "without `timestamp` and `delivery` nothing tells a new delivery from an old one"
        marks.error("missing-key", place, said, help="say which header has one of them")


def _check_expressions(value: Json, expressions: Expressions, marks: Marks, place: Path) -> None:
    if isinstance(value, list):
        for number, item in enumerate(value):
            _check_expressions(item, expressions, marks, (*place, number))
    elif isinstance(value, dict):
        for key, item in value.items():
            _check_expressions(item, expressions, marks, (*place, key))
    elif isinstance(value, str):
        try:
            for is_expression, part in expressions.split(value):
                if is_expression:
                    expressions.environment.parse(f"{{{{ ({part}) }}}}")
        except TemplateSyntaxError as error:
            marks.error("expression-syntax", place, f"{error.message} in '{value.strip()}'")
