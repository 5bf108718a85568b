"""Families that are only folders of templates: what they extend, and what their files are."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from fnmatch import fnmatchcase
from typing import Final

from onexgen.compiler.documents import Documents
from onexgen.config.family import Family, FamilyFile
from onexgen.config.folders import Folders
from onexgen.diagnostics import closest
from onexgen.positions import Marks, Source

_FOLDER: Final = "templates/"
_TEMPLATE: Final = ".j2"
# An expression in the path of a parent, with what joins it to the rest.
_COMPUTED: Final = re.compile(r"\$\{\{.*?\}\}_?")


class BareFamilies:
    """The folders of templates without a family.yaml, as families."""

    def __init__(self, documents: Documents, known: Collection[str]) -> None:
        """`known` are the names of the families that have a family.yaml."""
        self._documents = documents
        self._known = known
        self.groups: dict[str, list[tuple[str, str]]] = {}
        self.families: dict[str, tuple[Family, Marks]] = {}
        for name in documents.names("rules/"):
            if documents.is_of_kind(name, "folders"):
                found = documents.load(name, "folders")
                if found is not None and isinstance(found[0], Folders):
                    self._read(found[0], found[1])

    def _read(self, folders: Folders, marks: Marks) -> None:
        """Make a family of each folder, except of those that say themselves what they are."""
        for index, one in enumerate(folders.families):
            if one.extends not in self._known:
                said = f"no family is named '{one.extends}'"
                near = closest(one.extends, self._known)
                marks.error("unknown-family", ("families", index, "extends"), said, near)
        prefix = f"{_FOLDER}{folders.below}/"
        templates: dict[str, list[str]] = {}
        for path in self._documents.names(prefix, _TEMPLATE):
            name, _, template = path.removeprefix(prefix).partition("/")
            if template and f"{folders.below}/{name}" not in self._known:
                templates.setdefault(name, []).append(template)
        for name, own in templates.items():
            folder = f"{folders.below}/{name}"
            here = self._documents.mark(Source(f"{prefix}{name}/{own[0]}", "", {}, {}, {}))
            parent = self._parent(name, folders)
            if parent is None:
                begins = " or ".join(f"{one.begins}_" for one in folders.families)
                said = f"no family is extended by '{name}'"
                here.error("unknown-family", (), said, help=f"begin its name with {begins}")
            elif parent in self._known:
                self.groups[folder] = [(one.files, one.group) for one in folders.groups]
                self.families[folder] = (_family(name, parent, own), here)

    def _parent(self, name: str, folders: Folders) -> str | None:
        """Return the family that a folder extends, by its name."""
        whole = [one for one in self._known if f"{name}_".startswith(f"{one}_")]
        for known in sorted(whole, key=len, reverse=True):
            found = self._documents.load(f"{_FOLDER}{known}/family.yaml", "family")
            if found is not None and isinstance(found[0], Family) and not found[0].abstract:
                return known
        first = name.partition("_")[0]
        return next((one.extends for one in folders.families if one.begins == first), None)

    def files(self, folder: str, parents: Mapping[str, FamilyFile]) -> list[FamilyFile]:
        """Return the entries of a folder: in the place of its parents' files, else new ones.

        A template that a parent's file is made of needs no entry: it is looked up here first.
        """
        used = {file.template for file in parents.values()}
        alike = {_COMPUTED.sub("", path): path for path in parents}
        family = self.families[folder][0]
        entries = []
        for file in family.files:
            if file.template in used and file.path not in parents:
                continue
            place = parents.get(alike.get(file.path, ""))
            entries.append(
                place.model_copy(update={"template": file.template})
                if place
                else file.model_copy(update={"group": self._group(folder, file.path)})
            )
        return entries

    def _group(self, folder: str, path: str) -> str:
        groups: Iterable[tuple[str, str]] = self.groups[folder]
        return next((group for files, group in groups if fnmatchcase(path, files)), "")


def _family(name: str, parent: str, templates: Iterable[str]) -> Family:
    """Return a family of templates; one without a further ending is only a part of others."""
    paths = {name: name.removesuffix(_TEMPLATE) for name in templates}
    return Family.model_construct(
        version=1,
        kind="family",
        title=name,
        summary=f"{parent} with templates of its own.",
        extends=parent,
        abstract=False,
        aliases=[],
        files=[
            FamilyFile(path=path, template=template, group="new")
            for template, path in paths.items()
            if "." in path.rpartition("/")[2]
        ],
    )
