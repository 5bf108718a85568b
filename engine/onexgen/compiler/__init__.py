"""From a pack's files to a Plan: every cross-reference checked, all problems at once."""

from __future__ import annotations

from collections.abc import Mapping

from onexgen.compiler.documents import Documents
from onexgen.compiler.inputs import compile_inputs
from onexgen.compiler.steps import StepCompiler
from onexgen.compiler.templates import TemplateCheck
from onexgen.config.pipeline import Pipeline
from onexgen.diagnostics import ConfigError, Diagnostic, UsageError, closest
from onexgen.expressions import CodeStore, Expressions
from onexgen.json_types import Json
from onexgen.plan import Plan
from onexgen.resources import Pack
from onexgen.store import Shelf

# What every expression may use: the runner makes it.
_ALWAYS = ("inputs", "record", "run")


class Compilation:
    """One compilation of one pack: what it made, and what is wrong."""

    def __init__(
        self,
        pack: Pack,
        environment: str | None = None,
        codes: CodeStore | None = None,
        outside: Mapping[str, bytes] | None = None,
        shelf: Shelf | None = None,
    ) -> None:
        """Begin with a pack, the overlay of an environment, and files that are not in the pack.

        What is on the shelf need not be found out again: how files were read, what texts need.
        """
        self.pack = pack
        self._shelf = shelf or Shelf(None)
        self.documents = Documents(pack, outside or {}, self._shelf)
        if environment:
            self.documents.use_environment(environment)

        def read(name: str) -> str | None:
            raw = pack.read(f"templates/{name}")
            return None if raw is None else raw.decode("utf-8-sig", "replace")

        functions = {"labels": self._labels}
        self.expressions = Expressions(read, codes=codes, functions=functions)

    def _labels(self, name: str) -> Json:
        """Return the labels of a scoring document, for the choices of an input."""
        if self.documents.raw(name) is None:
            raise ValueError(f"no file '{name}' in this folder or in the pack")
        self.documents.load(name, "scoring")
        prepared = self.documents.prepared.get(name)
        labels = prepared.get("labels") if isinstance(prepared, dict) else None
        if not isinstance(labels, list):
            return None
        return [label["name"] for label in labels if isinstance(label, dict)]

    def pipeline(self, name: str) -> Plan | None:
        """Return the plan of one pipeline; None when something is wrong."""
        if self.documents.raw(name) is None:
            raise UsageError(
                f"no pipeline '{name}' in this folder or in the pack",
                help=_meant(name, self.documents.names("pipelines/")),
            )
        loaded = self.documents.load(name, "pipeline")
        if loaded is None:
            return None
        pipeline, marks = loaded
        if not isinstance(pipeline, Pipeline):
            return None
        templates = TemplateCheck(self.expressions, self._shelf)
        inputs = compile_inputs(pipeline, marks, self.expressions, templates)
        steps = StepCompiler(self.documents, templates, marks, _ALWAYS)
        stages = tuple(
            steps.stage(stage, ("stages", index)) for index, stage in enumerate(pipeline.stages)
        )
        templates.value(dict(pipeline.outputs), marks, ("outputs",), steps.known)
        templates.value(list(pipeline.summary), marks, ("summary",), steps.known)
        families = steps.families()
        if any(item.severity == "error" for item in self.documents.diagnostics):
            return None
        return Plan(
            name=pipeline.name,
            path=name,
            description=pipeline.description,
            inputs=inputs,
            stages=stages,
            outputs=dict(pipeline.outputs),
            summary=list(pipeline.summary),
            events={str(kind): topic for kind, topic in pipeline.events.items()},
            documents=dict(self.documents.prepared),
            families=families.plans,
            blueprints=families.blueprints,
            digests=self._used_digests(name),
        )

    def _used_digests(self, pipeline: str) -> dict[str, str]:
        """Return digests of what can shape the output: the pipeline, rules and templates."""
        used = {pipeline, *self.documents.prepared, *self.documents.overlays}
        return {
            name: digest
            for name, digest in self.pack.digests.items()
            if name in used or name.startswith("templates/")
        }

    def everything(self) -> None:
        """Compile every document of the pack and those from elsewhere, for `check`."""
        for name, kind in list(self.documents.all_kinds()):
            if kind == "pipeline":
                self.pipeline(name)
            elif kind == "overlay":
                self.documents.check_environment(name)
            else:
                self.documents.load(name, kind)

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """Return all problems found so far."""
        return self.documents.diagnostics


def compile_plan(
    pack: Pack,
    name: str,
    environment: str | None = None,
    codes: CodeStore | None = None,
    outside: Mapping[str, bytes] | None = None,
    shelf: Shelf | None = None,
) -> Plan:
    """Return the plan of a pipeline, or raise ConfigError with everything that is wrong."""
    compilation = Compilation(pack, environment, codes, outside, shelf)
    plan = compilation.pipeline(name)
    if plan is None:
        raise ConfigError(
            f"{name} cannot be run",
            diagnostics=compilation.diagnostics,
            texts=compilation.documents.texts,
        )
    return plan


def _meant(name: str, known: list[str]) -> str:
    """Suggest a pipeline, also for a name without folder or ending."""
    path = f"pipelines/{name}.yaml"
    return closest(path if path in known else name, known)
