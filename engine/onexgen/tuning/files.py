"""Examples of rules that do not read requests: checks look at files, patterns at failures."""

from __future__ import annotations

from typing import Any, Final

from onexgen.checking.looking import Looker, Subject, Unread
from onexgen.config.failures import FailurePattern
from onexgen.config.quality import Check, Example
from onexgen.expressions import Expressions
from onexgen.json_types import JsonObject
from onexgen.testing.recognising import EXAMPLE, example_of, fits_example, recognise
from onexgen.tuning.knowledge import Written

_LONGEST: Final = 60


def fires_on(form: Any, written: Written, example: Example | str) -> bool | None:
    """Tell whether a check or a pattern fires on an example; None for a rule that reads texts."""
    rule = written.rule
    if isinstance(rule, FailurePattern):
        return _recognises(form, rule, str(example))
    if isinstance(rule, Check) and isinstance(example, Example):
        return _finds(form, rule, example)
    return None


def _recognises(form: Any, rule: FailurePattern, text: str) -> bool:
    """Tell whether a pattern is the first to recognise a text, or would at all if it is none."""
    if text in rule.fires:
        return bool(recognise(example_of(text), form, EXAMPLE)[0]["id"] == rule.id)
    own = next(item for item in form["patterns"] if item["id"] == rule.id)
    return fits_example(own, text, form)


def _finds(form: Any, rule: Check, example: Example) -> bool:
    """Tell whether a check finds anything; no program is run: a stranger may have named it."""
    if rule.tool is not None:
        return example in rule.fires
    if rule.expects is not None:
        files: JsonObject = dict(example.files)
        context: JsonObject = {**example.data, "files": files}
        return not Expressions(lambda _: None).fill(rule.expects, context)
    own = next(item for item in form["checks"] if item["id"] == rule.id)
    unread = [Unread(kind, name) for name, kind in example.unreadable.items()]
    subject = Subject(dict(example.files), {}, unread)
    return bool(Looker([own]).look(own, subject, subject.matching(own["files"])))


def shown_example(example: Example | str) -> str:
    """Return an example as one short line."""
    if isinstance(example, str):
        return " ".join(example.split())[:_LONGEST]
    parts = (f"{name}: {' '.join(text.split())}" for name, text in example.files.items())
    return "; ".join(parts)[:_LONGEST]
