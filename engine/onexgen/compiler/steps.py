"""From the steps that a user wrote to steps that can run."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Any, Final, get_type_hints

from pydantic import TypeAdapter, ValidationError

from onexgen.actions import ACTIONS, load_action
from onexgen.actions.options import describe, is_required, option_fields
from onexgen.compiler.documents import Documents
from onexgen.compiler.templates import TemplateCheck
from onexgen.config.pipeline import Stage, Step
from onexgen.diagnostics import closest
from onexgen.json_types import Json
from onexgen.plan import StagePlan, StepPlan
from onexgen.source import Marks, Path

_UNITS: Final = {"ms": 0.001, "s": 1.0, "m": 60.0}


def seconds(duration: str) -> float:
    """Return the seconds of a duration such as 500ms, 5s or 2m."""
    unit = next(unit for unit in _UNITS if duration.endswith(unit))
    return float(duration.removesuffix(unit)) * _UNITS[unit]


class StepCompiler:
    """Compiles stages in order, and knows which names exist at each step."""

    def __init__(
        self, documents: Documents, templates: TemplateCheck, marks: Marks, known: Iterable[str]
    ) -> None:
        """Begin with the names that exist before the first step."""
        self._documents = documents
        self._templates = templates
        self._marks = marks
        self.known = list(known)
        self._ids: dict[str, str] = {}

    def stage(self, stage: Stage, path: Path) -> StagePlan:
        """Return one stage, compiled."""
        self._is_new(stage.id, (*path, "id"))
        self._templates.value(_json(stage.when), self._marks, (*path, "when"), self.known)
        steps = tuple(
            self._step(step, (*path, "steps", index)) for index, step in enumerate(stage.steps)
        )
        repeat = stage.repeat
        if repeat is not None:
            place = (*path, "repeat", "until")
            self._templates.value(repeat.until, self._marks, place, self.known)
        return StagePlan(
            id=stage.id,
            title=stage.title,
            steps=steps,
            when=stage.when,
            optional=stage.optional,
            timeout=seconds(stage.timeout) if stage.timeout else None,
            on_failure=stage.on_failure,
            retries=stage.retries,
            until=repeat.until if repeat else None,
            at_most=repeat.at_most if repeat else 1,
            at=self._marks.at(path),
        )

    def _is_new(self, name: str, path: Path) -> None:
        if name in self._ids:
            note = f"first defined at {self._ids[name]}"
            self._marks.error("duplicate-id", path, f"'{name}' is defined twice", note=note)
        self._ids.setdefault(name, self._marks.at(path))

    def _step(self, step: Step, path: Path) -> StepPlan:
        self._is_new(step.id, (*path, "id"))
        self._templates.value(_json(step.when), self._marks, (*path, "when"), self.known)
        if step.into is not None and step.into not in self.known:
            self._marks.error(
                "undefined-name", (*path, "into"), f"no earlier step makes '{step.into}'",
                help=closest(step.into, self.known),
            )  # fmt: skip
        self._action(step, path)
        key = step.into or step.id
        if key not in self.known:
            self.known.append(key)
        return StepPlan(
            id=step.id,
            uses=step.uses,
            key=key,
            options=dict(step.with_),
            when=step.when,
            at=self._marks.at(path),
        )

    def _action(self, step: Step, path: Path) -> None:
        if step.uses not in ACTIONS:
            self._marks.error(
                "unknown-action", (*path, "uses"), f"no action is named '{step.uses}'",
                help=closest(step.uses, ACTIONS),
            )  # fmt: skip
            return
        action = load_action(step.uses)
        fields = option_fields(action.Options)
        place = (*path, "with")
        for name in step.with_:
            if name not in fields:
                said = f"action '{step.uses}' has no option '{name}'"
                self._marks.error(
                    "unknown-key", (*place, name), said, help=closest(name, fields), key=True
                )
        for name, field in fields.items():
            if is_required(field) and name not in step.with_:
                said = f"action '{step.uses}' needs the option '{name}'"
                self._marks.error("missing-key", path, said)
        hints = get_type_hints(action.Options)
        for name, value in step.with_.items():
            if name in fields:
                self._option(value, hints[fields[name].name], (*place, name))
                kind = action.FILES.get(name)
                if kind is not None and isinstance(value, str) and "${{" not in value:
                    self._document(value, kind, (*place, name))

    def _option(self, value: Json, hint: Any, path: Path) -> None:
        if _has_expression(value):
            self._templates.value(value, self._marks, path, [*self.known, "record"])
            return
        try:
            TypeAdapter(hint).validate_python(value, strict=True)
        except ValidationError:
            said = f"expected {describe(hint)}, got {value!r}"
            self._marks.error("wrong-type", path, said)

    def _document(self, name: str, kind: str, path: Path) -> None:
        if self._documents.raw(name) is None:
            known = self._documents.names(name.split("/")[0] + "/")
            near = difflib.get_close_matches(name, known, n=1)
            self._marks.error(
                "file-not-found", path, f"no file '{name}' in this folder or in the pack",
                help=f"did you mean '{near[0]}'?" if near else "",
            )  # fmt: skip
            return
        self._documents.load(name, kind)


def _json(value: str | bool) -> Json:
    return value


def _has_expression(value: Json) -> bool:
    if isinstance(value, str):
        return "${{" in value
    if isinstance(value, dict):
        return any(_has_expression(item) for item in value.values())
    return isinstance(value, list) and any(_has_expression(item) for item in value)
