"""From the steps that a user wrote to steps that can run."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final, Literal, get_args, get_origin, get_type_hints

from pydantic import TypeAdapter, ValidationError

from onexgen.actions import ACTIONS, load_action
from onexgen.actions.options import describe, is_required, option_fields
from onexgen.compiler.documents import Documents
from onexgen.compiler.families import FOLDER, FamilyCompiler
from onexgen.compiler.templates import TemplateCheck
from onexgen.config.pipeline import Stage, Step, seconds
from onexgen.diagnostics import closest
from onexgen.json_types import Json
from onexgen.plan import StagePlan, StepPlan
from onexgen.source import Marks, Path
from onexgen.wording import shown

# What options may name besides documents.
_FAMILY: Final = "family"
_BLUEPRINT: Final = "blueprint"


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
        self._reserved = {*known, "this"}
        self._ids: dict[tuple[str, str], str] = {}
        self._uses_families = False
        # Families can be compiled only when all names that templates may use are known.
        self._families: list[tuple[str, Path]] = []
        self._layers: list[tuple[str, Path]] = []
        self._blueprints: list[tuple[str, list[str]]] = []

    def families(self) -> FamilyCompiler:
        """Return the families and blueprints that the steps use, compiled."""
        families = FamilyCompiler(self._documents, self._templates, self.known)
        for name, known in self._blueprints:
            families.blueprint(name, known)
        if self._uses_families:
            families.compile()
        for name, path in self._families:
            families.is_chosen(name, self._marks, path)
        for name, path in self._layers:
            families.has_blueprint(name, self._marks, path)
        return families

    def stage(self, stage: Stage, path: Path) -> StagePlan:
        """Return one stage, compiled."""
        self._is_new("stage", stage.id, (*path, "id"))
        self._templates.condition(stage.when, self._marks, (*path, "when"), self.known)
        steps = tuple(
            self._step(step, (*path, "steps", index)) for index, step in enumerate(stage.steps)
        )
        repeat = stage.repeat
        if repeat is not None:
            place = (*path, "repeat", "until")
            self._templates.condition(repeat.until, self._marks, place, self.known)
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

    def _is_new(self, sort: str, name: str, path: Path) -> None:
        first = self._ids.setdefault((sort, name), self._marks.at(path))
        if first != self._marks.at(path):
            said = f"{sort} '{name}' is defined twice"
            self._marks.error("duplicate-id", path, said, note=f"first defined at {first}")

    def _step(self, step: Step, path: Path) -> StepPlan:
        self._is_new("step", step.id, (*path, "id"))
        key = step.into or step.id
        is_reserved = step.id in self._reserved or self._templates.is_reserved(step.id)
        if is_reserved:
            said = f"'{step.id}' means something else in expressions"
            self._marks.error(
                "reserved-name", (*path, "id"), said, help="give the step another name"
            )
        self._templates.condition(step.when, self._marks, (*path, "when"), self.known)
        if step.into is not None and step.into not in self.known:
            self._marks.error(
                "undefined-name", (*path, "into"), f"no earlier step makes '{step.into}'",
                help=closest(step.into, self.known),
            )  # fmt: skip
        self._action(step, path)
        if key not in self.known and step.into is None and not is_reserved:
            self.known.append(key)
        return StepPlan(
            id=step.id,
            uses=step.uses,
            key=key,
            options=dict(step.with_),
            when=step.when,
            empty=load_action(step.uses).EMPTY if step.uses in ACTIONS else None,
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
                if kind is not None and isinstance(value, str) and value:
                    self._file(value, kind, (*place, name), is_layer=bool(step.with_.get(_FAMILY)))

    def _file(self, name: str, kind: str, path: Path, *, is_layer: bool) -> None:
        """Take note of what an option names; all of it is compiled before a run."""
        is_fixed = not _has_expression(name)
        if kind == _FAMILY:
            self._uses_families = True
            if is_fixed:
                self._families.append((name, path))
        elif not is_fixed:
            if not is_layer:
                said = "expected the name of a file, got an expression"
                help_text = "files are compiled before a run: name each in a step of its own"
                self._marks.error("not-a-file", path, said, help=help_text)
        elif kind != _BLUEPRINT:
            self._documents.refer(name, kind, self._marks, path)
        elif is_layer:
            self._layers.append((name, path))
        elif not name.startswith(FOLDER):
            self._marks.error("not-a-file", path, f"a blueprint stands below {FOLDER}")
        elif self._documents.exists(name, self._marks, path):
            self._blueprints.append((name, list(self.known)))

    def _option(self, value: Json, hint: Any, path: Path) -> None:
        if _has_expression(value):
            self._templates.value(value, self._marks, path, self.known)
            return
        try:
            TypeAdapter(hint).validate_python(value, strict=True)
        except ValidationError:
            said = f"expected {describe(hint)}, got {shown(value)}"
            is_choice = get_origin(hint) is Literal and isinstance(value, str)
            near = closest(str(value), get_args(hint)) if is_choice else ""
            self._marks.error("wrong-type", path, said, help=near)


def _has_expression(value: Json) -> bool:
    if isinstance(value, str):
        return "${{" in value
    if isinstance(value, dict):
        return any(_has_expression(item) for item in value.values())
    return isinstance(value, list) and any(_has_expression(item) for item in value)
