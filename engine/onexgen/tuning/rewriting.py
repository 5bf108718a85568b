"""New weights in the text of rule files: nothing else of a file changes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from onexgen.diagnostics import Span
from onexgen.positions import Marks
from onexgen.tuning.knowledge import Knowledge, Written

_WEIGHT = "weight"


@dataclass(frozen=True, slots=True)
class Edit:
    """A stretch of a file and what is to stand there."""

    span: Span
    text: str


def rewritten(
    knowledge: Knowledge, weights: Iterable[tuple[Written, float]]
) -> dict[str, tuple[str, str]]:
    """Return file -> text before and after, for the files in which the weights stand."""
    edits: dict[str, list[Edit]] = {}
    for written, weight in weights:
        marks = knowledge.marks(written.file)
        file, edit = _edit(knowledge, marks, written, f"{weight:g}")
        edits.setdefault(file, []).append(edit)
    return {
        file: (knowledge.texts[file], _applied(knowledge.texts[file], own))
        for file, own in edits.items()
    }


def _edit(knowledge: Knowledge, marks: Marks, written: Written, weight: str) -> tuple[str, Edit]:
    """Return where a weight stands, or where it would stand: behind the label."""
    if _WEIGHT in written.rule.model_fields_set:
        file, span = marks.place((*written.path, _WEIGHT))
        return file, Edit(span, weight)
    file, rule = marks.place(written.path)
    _, label = marks.place((*written.path, "label"))
    _, key = marks.place((*written.path, "label"), key=True)
    behind = Span(label.end_line, label.end_column, label.end_line, label.end_column)
    line = knowledge.texts[file].split("\n")[rule.line - 1]
    is_flow = line[rule.column - 1 : rule.column] == "{"
    if is_flow:
        return file, Edit(behind, f", {_WEIGHT}: {weight}")
    # A comment behind the label stays where it is.
    text = knowledge.texts[file].split("\n")[label.end_line - 1]
    end = Span(label.end_line, len(text.rstrip("\r")) + 1, label.end_line, 0)
    return file, Edit(end, f"\n{' ' * (key.column - 1)}{_WEIGHT}: {weight}")


def _applied(text: str, edits: list[Edit]) -> str:
    lines = text.split("\n")
    for edit in sorted(edits, key=lambda edit: edit.span, reverse=True):
        number, start = edit.span.line - 1, edit.span.column - 1
        line = lines[number]
        end = max(edit.span.end_column - 1, start)
        lines[number] = line[:start] + edit.text + line[end:]
    return "\n".join(lines)
