"""Loads documents of a pack: position-aware, overlaid, validated, prepared, once each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import replace
from importlib import import_module
from typing import Any, Final

from onexgen.config.base import Document
from onexgen.config.pipeline import Overlay
from onexgen.diagnostics import ConfigError, Diagnostic, closest
from onexgen.json_types import Json
from onexgen.resources import Pack
from onexgen.source import Marks, Path, Source, load
from onexgen.validation import validate

# kind -> (grammar, preparation), as "module:name"; imported when a document of the kind is read.
KINDS: Final[dict[str, tuple[str, str | None]]] = {
    "checks": ("onexgen.config.quality:Checks", "onexgen.checking.prepare:prepare_checks"),
    "extraction": ("onexgen.config.reading:Extraction", "onexgen.extraction.prepare:prepare"),
    "failures": ("onexgen.config.quality:Failures", "onexgen.checking.prepare:prepare_failures"),
    "family": ("onexgen.config.family:Family", None),
    "library": ("onexgen.config.reading:Library", "onexgen.extraction.prepare:prepare_library"),
    "overlay": ("onexgen.config.pipeline:Overlay", None),
    "pipeline": ("onexgen.config.pipeline:Pipeline", None),
    "placement": ("onexgen.config.placement:Placement", "onexgen.placement:prepare"),
    "scoring": ("onexgen.config.reading:Scoring", "onexgen.extraction.prepare:prepare_scoring"),
}

_APPEND: Final = "+"


def imported(target: str) -> Any:
    """Return what "module:name" names."""
    module, _, name = target.partition(":")
    return getattr(import_module(module), name)


class Documents:
    """The documents of one pack for one environment, and all that is wrong with them."""

    def __init__(self, pack: Pack, extra: dict[str, bytes] | None = None) -> None:
        """Take files from `pack`; `extra` are files outside it, by the name they were given."""
        self._pack = pack
        self._extra = extra or {}
        self._sources: dict[str, Source | None] = {}
        self._loaded: dict[str, tuple[Document, Marks] | None] = {}
        self._overlay: tuple[Overlay, Source] | None = None
        self._found: list[Diagnostic] = []
        self._marks: list[Marks] = []
        self.prepared: dict[str, Json] = {}
        self.texts: dict[str, str] = {}

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """Return everything that is wrong so far."""
        found = [*self._found, *(item for marks in self._marks for item in marks.diagnostics)]
        return tuple(dict.fromkeys(found))

    def add(self, *diagnostics: Diagnostic) -> None:
        """Record what is wrong with a file that is no document."""
        self._found.extend(diagnostics)

    def raw(self, name: str) -> bytes | None:
        """Return the bytes of a file."""
        return self._extra.get(name) or self._pack.read(name)

    def use_environment(self, name: str) -> None:
        """Apply environments/NAME.yaml to everything that is loaded from now on."""
        path = f"environments/{name}.yaml"
        if self.raw(path) is None:
            known = [item.split("/")[-1][:-5] for item in self.names("environments/")]
            raise ConfigError(f"no environment is named '{name}'", help=closest(name, known))
        loaded = self.load(path, "overlay")
        source = self._sources[path]
        if loaded is not None and source is not None and isinstance(loaded[0], Overlay):
            self._overlay = (loaded[0], source)

    def names(self, prefix: str, suffix: str = ".yaml") -> list[str]:
        """Return the names of the pack's files below a folder."""
        return [n for n in self._pack.files if n.startswith(prefix) and n.endswith(suffix)]

    def source(self, name: str) -> Source | None:
        """Return a YAML file with positions, overlaid; None when it cannot be read."""
        if name not in self._sources:
            raw = self.raw(name)
            self._sources[name] = None if raw is None else self._read(name, raw)
        return self._sources[name]

    def _read(self, name: str, raw: bytes) -> Source | None:
        self.texts[name] = raw.decode("utf-8", "replace")
        try:
            source = load(name, raw)
        except ConfigError as error:
            self._found.extend(error.diagnostics)
            return None
        return self._overlaid(source)

    def _overlaid(self, source: Source) -> Source:
        changes = self._overlay[0].set.get(source.path, {}) if self._overlay else {}
        if not changes or self._overlay is None:
            return source
        _, overlay = self._overlay
        data = deepcopy(source.data)
        marks = self.mark(overlay)
        for dotted, value in changes.items():
            place = ("set", source.path, dotted)
            if not _assign(data, dotted.split("."), value):
                marks.error(
                    "unknown-path", place, f"{source.path} has no value at '{dotted}'",
                    help="name keys by dots and list items by their id", key=True,
                )  # fmt: skip
        return replace(source, data=data)

    def mark(self, source: Source) -> Marks:
        """Return where problems of one file are recorded."""
        marks = Marks(source)
        self._marks.append(marks)
        return marks

    def load(self, name: str, kind: str) -> tuple[Document, Marks] | None:
        """Return a validated document and its marks; None when something is wrong with it."""
        if name not in self._loaded:
            self._loaded[name] = self._load(name, kind)
        found = self._loaded[name]
        return found if found is not None and found[0].kind == kind else None

    def _load(self, name: str, kind: str) -> tuple[Document, Marks] | None:
        source = self.source(name)
        if source is None:
            return None
        marks = self.mark(source)
        if not isinstance(source.data, dict):
            marks.error("wrong-type", (), "expected a mapping with `version` and `kind` on top")
            return None
        actual = source.data.get("kind")
        if actual != kind:
            place: Path = ("kind",) if "kind" in source.data else ()
            said = f"this file is of kind '{actual}'" if actual else "missing key 'kind'"
            marks.error("wrong-kind", place, f"{said}, expected '{kind}'")
            return None
        grammar, preparation = KINDS[kind]
        document, problems = validate(imported(grammar), source)
        self._found.extend(self._blamed(problem, source) for problem in problems)
        if document is None:
            return None
        if preparation is not None:
            prepare: Callable[[Document, Marks], Json] = imported(preparation)
            self.prepared[name] = prepare(document, marks)
        return document, marks

    def _blamed(self, problem: Diagnostic, source: Source) -> Diagnostic:
        """Point at the overlay when it was the overlay that set the wrong value."""
        if self._overlay is None:
            return problem
        document, overlay = self._overlay
        for dotted in document.set.get(source.path, {}):
            path = _located(source.data, dotted.split("."))
            if path is not None and source.values.get(path) == problem.span:
                place = ("set", source.path, dotted)
                return replace(problem, path=overlay.path, span=overlay.values.get(place))
        return problem

    def all_kinds(self) -> Iterator[tuple[str, str]]:
        """Yield (name, kind) of every document of the pack that says what it is."""
        for name in [*self.names(""), *self._extra]:
            source = self.source(name)
            kind = source.data.get("kind") if source and isinstance(source.data, dict) else None
            if isinstance(kind, str):
                yield name, kind


def _child(data: Json, part: str) -> str | int | None:
    """Return the key of the part of `data` that a dotted path names."""
    if isinstance(data, dict):
        return part if part in data else None
    if isinstance(data, list):
        for index, item in enumerate(data):
            if isinstance(item, dict) and part in (item.get("id"), item.get("name")):
                return index
        return int(part) if part.isdigit() and int(part) < len(data) else None
    return None


def _located(data: Json, parts: list[str]) -> Path | None:
    path: list[str | int] = []
    for part in parts:
        key = _child(data, part)
        if key is None:
            return None
        path.append(key)
        data = data[key]  # type: ignore[index]
    return tuple(path)


def _assign(data: Json, parts: list[str], value: Json) -> bool:
    """Change one value; `+` as the last part adds an item to a list."""
    if parts[-1] == _APPEND:
        parts = parts[:-1]
        owner = _located(data, parts)
        for key in owner or ():
            data = data[key]  # type: ignore[index]
        if owner is None or not isinstance(data, list):
            return False
        data.append(value)
        return True
    path = _located(data, parts)
    if not path:
        return False
    for key in path[:-1]:
        data = data[key]  # type: ignore[index]
    data[path[-1]] = value  # type: ignore[index]
    return True
