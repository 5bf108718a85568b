"""Cross-checks of placement rules, when they are compiled."""

from __future__ import annotations

from typing import Final

from jinja2 import TemplateSyntaxError, meta

from onexgen.config.placement import Placement, Where
from onexgen.expressions import Expressions
from onexgen.json_types import Json
from onexgen.source import Marks, Path
from onexgen.storage import paths

_TEXTS: Final = ("directory", "package")


def prepare(document: Placement, marks: Marks) -> Json:
    """Return the places with their positions; the last one has to fit always."""
    expressions = Expressions(lambda _: None)
    _names(document.suffix, ("suffix",), expressions, marks)
    seen: dict[str, str] = {}
    for index, where in enumerate(document.places):
        place: Path = ("places", index)
        if where.id in seen:
            note = f"first defined at {seen[where.id]}"
            said = f"'{where.id}' is defined twice"
            marks.error("duplicate-id", (*place, "id"), said, note=note)
        seen.setdefault(where.id, marks.at((*place, "id")))
        _check_reach(where, place, marks, is_last=index == len(document.places) - 1)
        _check_marker(where, place, expressions, marks)
    return {
        "suffix": document.suffix,
        "places": [
            {**where.model_dump(mode="json", exclude={"why"}), "at": marks.at(("places", index))}
            for index, where in enumerate(document.places)
        ],
    }


def _check_reach(where: Where, place: Path, marks: Marks, *, is_last: bool) -> None:
    fits_always = where.marker is None and where.when is True
    if fits_always and not is_last:
        marks.error(
            "unreachable-place", place, f"'{where.id}' fits always: what follows is never used",
            help="give it a `when` or a `marker`, or move it to the end",
        )  # fmt: skip
    if is_last and not fits_always:
        marks.error(
            "no-last-place", place, f"'{where.id}' is the last place and may not fit",
            help="let the last place have neither `when` nor `marker`",
        )  # fmt: skip


def _check_marker(where: Where, place: Path, expressions: Expressions, marks: Marks) -> None:
    names = {key: _names(getattr(where, key), (*place, key), expressions, marks) for key in _TEXTS}
    # The condition is looked at first: reading files is the dearer of the two.
    names["when"] = _names(where.when, (*place, "when"), expressions, marks)
    for key, used in names.items():
        if "marker" not in used or (where.marker is not None and key != "when"):
            continue
        why = "the place has no `marker`"
        if where.marker is not None:
            why = "the condition is looked at before the marker"
        said = "nothing defines 'marker' here"
        marks.error("undefined-name", (*place, key), said, help=why)
    if where.marker is None:
        return
    for key in ("file", "beside"):
        value = getattr(where.marker, key)
        reason = paths.problem(value.replace("*", "x"))
        if reason is not None:
            marks.error("wrong-path", (*place, "marker", key), f"'{value}' {reason}")
    if where.marker.beside.split("/").count("*") != 1 or where.marker.beside.count("*") != 1:
        marks.error(
            "wrong-path", (*place, "marker", "beside"),
            f"'{where.marker.beside}' needs one star, for a whole name",
            help="for example lib/*/parts",
        )  # fmt: skip


def _names(value: str | bool, path: Path, expressions: Expressions, marks: Marks) -> set[str]:
    """Return the names that the expressions of a text use."""
    if isinstance(value, bool):
        return set()
    try:
        return {
            name
            for is_expression, part in expressions.split(value)
            if is_expression
            for name in meta.find_undeclared_variables(
                expressions.environment.parse(f"{{{{ ({part}) }}}}")
            )
        }
    except TemplateSyntaxError as error:
        marks.error("expression-syntax", path, f"{error.message} in '{value.strip()}'")
        return set()
