"""Template families: their chains, files and blueprints."""

from __future__ import annotations

from collections.abc import Iterable

from onexgen.compiler.documents import Documents
from onexgen.compiler.templates import TemplateCheck
from onexgen.config.family import Family
from onexgen.diagnostics import closest
from onexgen.json_types import Json
from onexgen.plan import FamilyPlan, FilePlan
from onexgen.source import Marks

_FOLDER = "templates/"
_FAMILY = "/family.yaml"


class FamilyCompiler:
    """Compiles every family of the pack."""

    def __init__(
        self, documents: Documents, templates: TemplateCheck, known: Iterable[str]
    ) -> None:
        """`known` are the names that templates may use."""
        self._documents = documents
        self._templates = templates
        self._known = [*known, "record", "this"]
        self.names = [
            name.removeprefix(_FOLDER).removesuffix(_FAMILY)
            for name in documents.names(_FOLDER)
            if name.endswith(_FAMILY) and name.count("/") == 2
        ]
        self.blueprints: dict[str, Json] = {}

    def compile(self) -> dict[str, FamilyPlan]:
        """Return name -> family; problems go to the documents."""
        self._check_blueprints()
        self._check_templates()
        plans = (self._family(name) for name in self.names)
        return {plan.name: plan for plan in plans if plan is not None}

    def _check_blueprints(self) -> None:
        for name in self._documents.names(_FOLDER):
            source = None if name.endswith(_FAMILY) else self._documents.source(name)
            if source is not None:
                marks = self._documents.mark(source)
                self._templates.value(source.data, marks, (), self._known)
                self.blueprints[name] = source.data

    def _check_templates(self) -> None:
        for name in self._documents.names(_FOLDER, ".j2"):
            raw = self._documents.raw(name) or b""
            text = raw.decode("utf-8", "replace")
            self._documents.texts[name] = text
            problems = self._templates.template(name.removeprefix(_FOLDER), text, self._known)
            self._documents.add(*problems)

    def _load(self, name: str) -> tuple[Family, Marks] | None:
        found = self._documents.load(f"{_FOLDER}{name}{_FAMILY}", "family")
        if found is None or not isinstance(found[0], Family):
            return None
        return found[0], found[1]

    def _chain(self, name: str) -> list[tuple[str, Family, Marks]]:
        """Return the family and its ancestors, child first."""
        chain: list[tuple[str, Family, Marks]] = []
        seen: set[str] = set()
        current: str | None = name
        while current is not None:
            found = self._load(current)
            if found is None:
                break
            family, marks = found
            seen.add(current)
            chain.append((current, family, marks))
            parent = family.extends
            if parent is not None and (parent in seen or parent not in self.names):
                said = "extends itself" if parent in seen else f"no family is named '{parent}'"
                help_text = "" if parent in seen else closest(parent, self.names)
                marks.error("unknown-family", ("extends",), said, help=help_text)
                break
            current = parent
        return chain

    def _family(self, name: str) -> FamilyPlan | None:
        chain = self._chain(name)
        if not chain:
            return None
        own = chain[0][1]
        folders = [folder for folder, _, _ in chain]
        files: dict[str, FilePlan] = {}
        for _, family, marks in reversed(chain):
            for index, file in enumerate(family.files):
                template = self._template(folders, file.template)
                if template is None and own.abstract:
                    continue  # A child is to bring it.
                if template is None:
                    said = f"no template '{file.template}' in {' or '.join(folders)}"
                    marks.error("unknown-template", ("files", index, "template"), said)
                    continue
                place = ("files", index)
                self._templates.value(file.path, marks, (*place, "path"), self._known)
                self._templates.value(file.when, marks, (*place, "when"), self._known)
                files[file.path] = FilePlan(
                    path=file.path,
                    template=template,
                    group=file.group,
                    when=file.when,
                    at=marks.at(place),
                )
        return FamilyPlan(
            name=name,
            title=own.title,
            summary=own.summary,
            abstract=own.abstract,
            aliases=list(own.aliases),
            chain=folders,
            files=tuple(files.values()),
            blueprints=self._layers(folders),
        )

    def _template(self, folders: list[str], template: str) -> str | None:
        for folder in folders:
            if self._documents.raw(f"{_FOLDER}{folder}/{template}") is not None:
                return f"{folder}/{template}"
        return None

    def _layers(self, folders: list[str]) -> dict[str, list[Json]]:
        """Return file name -> blueprints of that name, parent first."""
        layers: dict[str, list[Json]] = {}
        for folder in reversed(folders):
            prefix = f"{_FOLDER}{folder}/"
            for name, data in self.blueprints.items():
                if name.startswith(prefix):
                    layers.setdefault(name.removeprefix(prefix), []).append(data)
        return layers
