"""Loads documents of a pack: position-aware, overlaid, validated, prepared, once each."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from typing import Any, Final

from onexgen.compiler.overlays import Keys, overlaid
from onexgen.config.base import Document
from onexgen.config.pipeline import Overlay
from onexgen.diagnostics import ConfigError, Diagnostic, UsageError, closest
from onexgen.json_types import Json
from onexgen.resources import Pack
from onexgen.schema_paths import keys_of, schemas_at
from onexgen.source import Marks, Path, Source, load
from onexgen.store import Shelf
from onexgen.validation import validate

# kind -> (grammar, preparation), as "module:name"; imported when a document of the kind is read.
KINDS: Final[dict[str, tuple[str, str | None]]] = {
    "archive": ("onexgen.config.archive:Archive", "onexgen.archiving:prepare"),
    "checks": ("onexgen.config.quality:Checks", "onexgen.checking.prepare:prepare_checks"),
    "doctor": ("onexgen.config.doctor:Doctor", "onexgen.advice:prepare"),
    "extraction": ("onexgen.config.reading:Extraction", "onexgen.extraction.prepare:prepare"),
    "failures": ("onexgen.config.failures:Failures", "onexgen.checking.prepare:prepare_failures"),
    "family": ("onexgen.config.family:Family", None),
    "folders": ("onexgen.config.folders:Folders", None),
    "library": ("onexgen.config.reading:Library", "onexgen.extraction.prepare:prepare_library"),
    "measures": ("onexgen.config.measures:Measures", None),
    "overlay": ("onexgen.config.pipeline:Overlay", None),
    "pipeline": ("onexgen.config.pipeline:Pipeline", None),
    "placement": ("onexgen.config.placement:Placement", "onexgen.placement:prepare"),
    "scoring": ("onexgen.config.reading:Scoring", "onexgen.extraction.prepare:prepare_scoring"),
    "service": ("onexgen.config.service:Service", "onexgen.roles:prepare"),
    "topics": ("onexgen.config.topics:Topics", "onexgen.topics:prepare"),
}

_FAMILY: Final = "/family.yaml"

# Overlays in this folder belong to a project: they are always applied, before an environment's.
_ALWAYS: Final = "rules/"
_OVERLAY: Final = re.compile(rb"""^["']?kind["']?[ \t]*:[ \t]*["']?overlay\b""", re.MULTILINE)


def imported(target: str) -> Any:
    """Return what "module:name" names."""
    module, _, name = target.partition(":")
    return getattr(import_module(module), name)


def is_overlay(raw: bytes) -> bool:
    """Tell whether a file says that it is an overlay, without reading all of it."""
    return _OVERLAY.search(raw) is not None


def _keys(source: Source) -> Keys:
    """Return which keys the grammar of a file allows at a path."""
    data = source.data
    kind = data.get("kind") if isinstance(data, dict) else None
    name = "family" if source.path.endswith(_FAMILY) else str(kind)
    if name not in KINDS:
        return lambda _: ()
    schema = imported(KINDS[name][0]).model_json_schema(by_alias=True)
    return lambda path: keys_of(schemas_at(schema, path))


class Documents:
    """The documents of one pack for one environment, and all that is wrong with them."""

    def __init__(self, pack: Pack, outside: Mapping[str, bytes], shelf: Shelf) -> None:
        """Take files from `pack`; those outside it go by the names that they were given."""
        self._pack = pack
        self._shelf = shelf
        self._outside = outside
        self._sources: dict[str, Source | None] = {}
        self._loaded: dict[str, tuple[Document, Marks] | None] = {}
        self._overlays: list[tuple[Overlay, Marks]] = []
        self._found: list[Diagnostic] = []
        self._marks: list[Marks] = []
        self._of_no_kind: set[str] = set()
        self.prepared: dict[str, Json] = {}
        self.texts: dict[str, str] = {}
        for name in self.names(_ALWAYS):
            if is_overlay(self._pack.read(name) or b""):
                self.use_overlay(name)

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
        return self._outside[name] if name in self._outside else self._pack.read(name)

    def use_environment(self, name: str) -> None:
        """Apply environments/NAME.yaml to everything that is loaded from now on."""
        path = f"environments/{name}.yaml"
        if self.raw(path) is None:
            known = [item.split("/")[-1][:-5] for item in self.names("environments/")]
            raise UsageError(f"no environment is named '{name}'", help=closest(name, known))
        self.use_overlay(path)

    def use_overlay(self, path: str) -> None:
        """Apply an overlay to everything that is loaded from now on."""
        found = self._overlay_at(path)
        if found is not None:
            self._overlays.append(found)

    @property
    def overlays(self) -> list[str]:
        """Return the overlays that are applied, in their order."""
        return [marks.source.path for _, marks in self._overlays]

    def check_environment(self, path: str) -> None:
        """Check every path of an overlay, whatever the environment."""
        found = self._overlay_at(path)
        if found is not None:
            overlay, marks = found
            for file, changes in overlay.set.items():
                source = self.source(file)
                if source is not None:
                    overlaid(source, changes, marks, _keys(source))

    def _overlay_at(self, path: str) -> tuple[Overlay, Marks] | None:
        """Return an overlay; the files that it names have to be there."""
        loaded = self.load(path, "overlay")
        if loaded is None:
            return None
        overlay, marks = loaded
        if not isinstance(overlay, Overlay):
            return None
        for file in overlay.set:
            self.exists(file, marks, ("set", file), key=True)
        return overlay, marks

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
            source = self._loaded_source(name, raw)
        except ConfigError as error:
            self._found.extend(error.diagnostics)
            return None
        for overlay, marks in self._overlays:
            changes = overlay.set.get(source.path)
            if changes:
                source = overlaid(source, changes, marks, _keys(source))
        return source

    def _loaded_source(self, name: str, raw: bytes) -> Source:
        """Return a file with positions; one that has not changed since is not parsed again."""
        key = f"source:{name}"
        seen, text, *data = self._shelf.get(key) or (None, "")
        if seen == raw:
            return Source.from_data(name, text, *data)
        source = load(name, raw)
        self._shelf.put(key, (raw, source.text, *source.to_data()))
        return source

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
        if name in self._of_no_kind:
            return None
        if actual != kind:
            place: Path = ("kind",) if "kind" in source.data else ()
            said = f"this file is of kind '{actual}'" if actual else "missing key 'kind'"
            marks.error("wrong-kind", place, f"{said}, expected '{kind}'")
            return None
        grammar, preparation = KINDS[kind]
        document, problems = validate(imported(grammar), source)
        self._found.extend(problems)
        if document is None:
            return None
        for place, other, other_kind in document.references():
            self.refer(other, other_kind, marks, place)
        if preparation is not None:
            prepare: Callable[[Document, Marks], Json] = imported(preparation)
            self.prepared[name] = prepare(document, marks)
        return document, marks

    def is_of_kind(self, name: str, kind: str) -> bool:
        """Tell whether a file says that it is of a kind, without looking for what is wrong."""
        source = self.source(name)
        data = source.data if source else None
        return isinstance(data, dict) and data.get("kind") == kind

    def refer(self, name: str, kind: str, marks: Marks, path: Path) -> None:
        """Load a document that another one names; says so when it is not there."""
        if not self.exists(name, marks, path) or self.load(name, kind) is not None:
            return
        other = self._loaded[name]
        if other is not None:
            said = f"'{name}' is of kind '{other[0].kind}', expected '{kind}'"
            marks.error("wrong-kind", path, said)

    def exists(self, name: str, marks: Marks, path: Path, *, key: bool = False) -> bool:
        """Tell whether a file that a document names is there; says so when it is not."""
        if self.raw(name) is not None:
            return True
        known = self.names(name.split("/", maxsplit=1)[0] + "/")
        near = difflib.get_close_matches(name, known, n=1)
        marks.error(
            "file-not-found", path, f"no file '{name}' in this folder or in the pack",
            help=f"did you mean '{near[0]}'?" if near else "", key=key,
        )  # fmt: skip
        return False

    def all_kinds(self) -> Iterator[tuple[str, str]]:
        """Yield (name, kind) of every document; one that does not say its kind is wrong."""
        for name in [*self.names(""), *self._outside]:
            # The others below templates are blueprints: their keys are the user's own.
            is_document = not name.startswith("templates/") or name.endswith(_FAMILY)
            source = self.source(name) if is_document else None
            if source is None:
                continue
            kind = source.data.get("kind") if isinstance(source.data, dict) else None
            if name.startswith("templates/"):
                yield name, "family"
            elif isinstance(kind, str) and kind in KINDS:
                yield name, kind
            else:
                self._unknown_kind(source, kind)

    def _unknown_kind(self, source: Source, kind: Json) -> None:
        place: Path = () if kind is None else ("kind",)
        said = "missing key 'kind'" if kind is None else f"no document is of kind '{kind}'"
        self._of_no_kind.add(source.path)
        near = closest(str(kind), KINDS) or f"one of: {', '.join(KINDS)}"
        self.mark(source).error("unknown-kind", place, said, help=near)
