"""Template families: their chains, files and blueprints."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from onexgen.compiler.bare_families import BareFamilies
from onexgen.compiler.documents import Documents
from onexgen.compiler.template_names import TemplateNames
from onexgen.compiler.templates import TemplateCheck
from onexgen.config.family import Family, FamilyFile
from onexgen.decoding import decode
from onexgen.diagnostics import closest
from onexgen.json_types import Json
from onexgen.plan import FamilyPlan, FilePlan
from onexgen.source import Marks, Path

FOLDER: Final = "templates/"
_FAMILY: Final = "/family.yaml"
# templates/NAME/family.yaml, and templates/FOLDER/NAME/family.yaml.
_DEPTHS: Final = (2, 3)

type _Chain = list[tuple[str, Family, Marks]]


class FamilyCompiler:
    """Compiles the families of a pack; problems go to the documents."""

    def __init__(
        self, documents: Documents, templates: TemplateCheck, known: Iterable[str]
    ) -> None:
        """`known` are the names that templates may use."""
        self._documents = documents
        self._templates = templates
        self._known = [*known]
        self._names: dict[str, str] = {}
        self._texts: dict[str, str] = {}
        self._shared: dict[str, TemplateNames] = {}
        self.blueprints: dict[str, Json] = {}
        self.plans: dict[str, FamilyPlan] = {}
        described = [
            name.removeprefix(FOLDER).removesuffix(_FAMILY)
            for name in documents.names(FOLDER)
            if name.endswith(_FAMILY) and name.count("/") in _DEPTHS
        ]
        self._bare = BareFamilies(documents, described)
        # A folder may have the name of the family that it extends, and then stands for it.
        self.folders = [*described, *self._bare.families]

    def compile(self) -> None:
        """Compile every family with its templates and blueprints."""
        for folder in self.folders:
            prefix = f"{FOLDER}{folder}/"
            for name in self._documents.names(prefix):
                if not name.endswith(_FAMILY):
                    self.blueprint(name, self._known)
            for name in self._documents.names(prefix, ".j2"):
                self._template(name.removeprefix(FOLDER))
        undefined = self._templates.undefined(self._shared, self._texts, self._known)
        self._documents.add(*undefined)
        for folder in self.folders:
            self._family(folder)

    def blueprint(self, name: str, known: Iterable[str]) -> None:
        """Check one blueprint and keep its data."""
        source = self._documents.source(name)
        if source is not None:
            marks = self._documents.mark(source)
            self._templates.value(source.data, marks, (), [*known, "this"])
            self.blueprints[name] = source.data

    def is_chosen(self, name: str, marks: Marks, path: Path) -> None:
        """Check that there is a family of this name that is not only a parent."""
        plan = self.plans.get(self._names.get(name, name))
        if plan is None or plan.abstract:
            said = f"no family is named '{name}'" if plan is None else f"'{name}' is only a parent"
            known = [other for other, own in self._names.items() if not self.plans[own].abstract]
            marks.error("unknown-family", path, said, help=closest(name, known))

    def has_blueprint(self, name: str, marks: Marks, path: Path) -> None:
        """Check that any family has a blueprint of this name."""
        known = {file for plan in self.plans.values() for file in plan.blueprints}
        if name not in known:
            said = f"no family has a blueprint '{name}'"
            marks.error("unknown-blueprint", path, said, help=closest(name, known))

    def _template(self, name: str) -> None:
        """Check a template and those that it names, wherever they are; the rest is not ours."""
        if name in self._texts:
            return
        path = f"{FOLDER}{name}"
        text, problems = decode(path, self._documents.raw(path) or b"")
        self._documents.texts[path] = self._texts[name] = text
        self._documents.add(*problems)
        if problems:
            return
        found, names = self._templates.template(name, text)
        self._documents.add(*found)
        if names is not None:
            self._shared[name] = names
            for reference in names.references:
                if self._documents.raw(f"{FOLDER}{reference}") is not None:
                    self._template(reference)

    def _chain(self, name: str) -> _Chain:
        """Return the family and its ancestors, child first."""
        chain: _Chain = []
        seen: list[str] = []
        current: str | None = name
        while current is not None:
            found = self._bare.families.get(current) or self._documents.load(
                f"{FOLDER}{current}{_FAMILY}", "family"
            )
            if found is None:
                break
            family, marks = found
            if not isinstance(family, Family):
                break
            seen.append(current)
            chain.append((current, family, marks))
            parent = family.extends
            if parent in seen:
                said = f"'{parent}' extends itself: {' -> '.join([*seen, parent])}"
                marks.error("unknown-family", ("extends",), said)
                break
            if parent is not None and parent not in self.folders:
                said = f"no family is named '{parent}'"
                marks.error("unknown-family", ("extends",), said, closest(parent, self.folders))
                break
            current = parent
        return chain

    def _family(self, name: str) -> None:
        chain = self._chain(name)
        if not chain:
            return
        own, marks = chain[0][1], chain[0][2]
        folder, name = name, name.rpartition("/")[2]
        if folder == name or name not in self._names:
            self._is_new(name, name, marks, ())
        for index, alias in enumerate(own.aliases):
            self._is_new(alias, name, marks, ("aliases", index))
        folders = [folder for folder, _, _ in chain]
        files = tuple(self._files(chain, folders))
        self.plans[name] = FamilyPlan(
            name=name,
            title=own.title,
            summary=own.summary,
            abstract=own.abstract,
            aliases=list(own.aliases),
            chain=folders,
            files=files,
            blueprints=self._layers(folders),
            sources=self._sources(folders, [file.template for file in files]),
        )

    def _is_new(self, name: str, owner: str, marks: Marks, path: Path) -> None:
        if self._names.setdefault(name, owner) != owner:
            said = f"family '{self._names[name]}' has the name '{name}' too"
            marks.error("duplicate-id", path, said)

    def _files(self, chain: _Chain, folders: list[str]) -> Iterable[FilePlan]:
        """Yield the files of a family: an entry replaces the one of the same path in a parent."""
        entries: dict[str, tuple[FamilyFile, Marks, Path]] = {}
        for folder, family, marks in reversed(chain):
            own: dict[str, str] = {}
            parents = {path: entry[0] for path, entry in entries.items()}
            bare = folder in self._bare.families
            files = self._bare.files(folder, parents) if bare else family.files
            for index, file in enumerate(files):
                place: Path = ("files", index)
                if file.path in own:
                    said = f"file '{file.path}' is defined twice"
                    note = f"first defined at {own[file.path]}"
                    marks.error("duplicate-id", (*place, "path"), said, note=note)
                own.setdefault(file.path, marks.at((*place, "path")))
                entries[file.path] = (file, marks, place)
        for file, marks, place in entries.values():
            self._templates.value(file.path, marks, (*place, "path"), self._known)
            self._templates.condition(file.when, marks, (*place, "when"), self._known)
            template = self._found(folders, file.template)
            if template is not None:
                yield FilePlan(
                    path=file.path,
                    template=template,
                    group=file.group,
                    when=file.when,
                    at=marks.at(place),
                )
            elif not chain[0][1].abstract:
                # What is only a parent may leave templates to its children.
                said = f"no template '{file.template}' in {' or '.join(folders)}"
                marks.error("unknown-template", (*place, "template"), said)

    def _sources(self, folders: list[str], templates: list[str]) -> list[str]:
        """Return the files of a family: documents, blueprints, templates, and what those name."""
        described = [folder for folder in folders if folder not in self._bare.families]
        used: dict[str, None] = dict.fromkeys(f"{folder}{_FAMILY}" for folder in described)
        below = tuple(f"{FOLDER}{folder}/" for folder in folders)
        for name in self.blueprints:
            if name.startswith(below):
                used[name.removeprefix(FOLDER)] = None
        pending = list(templates)
        while pending:
            name = pending.pop()
            if name not in used:
                used[name] = None
                shared = self._shared.get(name)
                pending.extend(shared.references if shared else ())
        return sorted(f"{FOLDER}{name}" for name in used)

    def _found(self, folders: list[str], template: str) -> str | None:
        for folder in folders:
            if self._documents.raw(f"{FOLDER}{folder}/{template}") is not None:
                return f"{folder}/{template}"
        return None

    def _layers(self, folders: list[str]) -> dict[str, list[Json]]:
        """Return file name -> blueprints of that name, parent first."""
        layers: dict[str, list[Json]] = {}
        for folder in reversed(folders):
            prefix = f"{FOLDER}{folder}/"
            for name, data in self.blueprints.items():
                if name.startswith(prefix):
                    layers.setdefault(name.removeprefix(prefix), []).append(data)
        return layers
