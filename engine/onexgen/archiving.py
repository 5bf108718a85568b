"""Packs a package into one file: the same bytes for the same files, wherever it is done."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Final, cast

import yaml
from jinja2 import TemplateSyntaxError

from onexgen import __version__
from onexgen.config.archive import Archive
from onexgen.diagnostics import OnexgenError, UnsafeError, UsageError
from onexgen.expressions import Expressions
from onexgen.json_types import Json, JsonObject
from onexgen.source import Marks
from onexgen.source import Path as Place
from onexgen.storage import content, paths, tree
from onexgen.yaml_text import to_yaml

# Larger files are no source of anything.
_LARGEST: Final = 1 << 26
_READABLE: Final = 0o644


@dataclass(frozen=True, slots=True)
class Packed:
    """An archive: its name, its bytes, and path in it -> size."""

    name: str
    data: bytes
    files: Mapping[str, int]


def prepare(document: Archive, marks: Marks) -> Json:
    """Check the expressions of a document; it is used as it is written."""
    expressions = Expressions(lambda _: None)
    for place, text in _texts(cast("Json", document.model_dump(mode="json")), ()):
        try:
            for is_expression, part in expressions.split(text):
                if is_expression:
                    expressions.environment.parse(f"{{{{ ({part}) }}}}")
        except TemplateSyntaxError as error:
            marks.error("expression-syntax", place, f"{error.message} in '{text.strip()}'")
    for number, path in enumerate([document.reads, *document.beside, *document.add]):
        reason = paths.problem(path)
        if reason is not None:
            place = ("reads",) if not number else ("beside",)
            marks.error("wrong-path", ("add", path) if path in document.add else place,
                        f"'{path}' {reason}", key=path in document.add)  # fmt: skip
    return cast("Json", document.model_dump(mode="json"))


def pack(document: Archive, directory: Path) -> Packed:
    """Return the archive of a folder; nothing is written.

    Errors: UsageError when the folder is no package or lacks what the document needs,
    UnsafeError when it holds a link, a device or a file that is too large.
    """
    files = dict(_files(document, directory))
    context = _context(document, directory, files)
    _check_needs(document, directory, files)
    expressions = Expressions(lambda _: None)
    try:
        name, folder = (
            expressions.fill(text, context) for text in (document.name, document.folder)
        )
        added = expressions.fill_all(cast("Json", document.add), context)
    except OnexgenError as error:
        said = f"{directory}/{document.reads} does not say what an archive needs: {error.message}"
        raise UsageError(said) from error
    for path in filter(None, (name, folder)):
        reason = paths.problem(str(path))
        if reason is not None:
            raise UsageError(f"the archive's '{path}' {reason}", help=f"see {document.reads}")
    inside = {path: _written(path, data) for path, data in cast("JsonObject", added).items()}
    for path, data in files.items():
        is_beside = path in document.beside or not folder
        inside.setdefault(path if is_beside else f"{folder}/{path}", data)
    return Packed(str(name), _archive(inside), {path: len(data) for path, data in inside.items()})


def _texts(value: Json, place: Place) -> Iterator[tuple[Place, str]]:
    if isinstance(value, str):
        yield place, value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _texts(item, (*place, key))
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from _texts(item, (*place, number))


def _files(document: Archive, directory: Path) -> Iterator[tuple[str, bytes]]:
    """Yield path and bytes of every file that is packed, in sorted order."""
    for path, kind in tree.entries(str(directory)).items():
        if any(fnmatchcase(part, name) for part in path.split("/") for name in document.leave_out):
            continue
        if kind is tree.Kind.OTHER:
            raise UnsafeError(
                f"{directory}/{path} is a link or a device", help="archives hold plain files only"
            )
        if kind is tree.Kind.FILE:
            data = tree.read(f"{directory}/{path}", _LARGEST)
            if data is None:
                raise UnsafeError(f"{directory}/{path} is too large or cannot be read")
            yield path, data


def _context(document: Archive, directory: Path, files: Mapping[str, bytes]) -> dict[str, Any]:
    if document.reads not in files:
        said = f"{directory} is no package: it has no {document.reads}"
        raise UsageError(said, help="name the folder of a package")
    try:
        read = yaml.load(files[document.reads], yaml.CSafeLoader)
    except yaml.YAMLError as error:
        said = f"{directory}/{document.reads} cannot be read: {' '.join(str(error).split())}"
        raise UsageError(said) from error
    return {
        "reads": read,
        "directory": directory.name,
        "files": {path: content.digest(data) for path, data in files.items()},
        "version": __version__,
    }


def _check_needs(document: Archive, directory: Path, files: Mapping[str, bytes]) -> None:
    missing = [
        f"{directory} has no {pattern}: {why}"
        for pattern, why in document.needs.items()
        if not any(fnmatchcase(path, pattern) for path in files)
    ]
    if missing:
        raise UsageError("\n".join(missing))


def _written(path: str, data: Json) -> bytes:
    is_yaml = path.endswith((".yaml", ".yml"))
    text = to_yaml(data) if is_yaml else json.dumps(data, indent=2, ensure_ascii=False) + "\n"
    return text.encode()


def _archive(files: Mapping[str, bytes]) -> bytes:
    """Return a compressed archive without times, owners and rights of this machine."""
    buffer = io.BytesIO()
    zipped = gzip.GzipFile(filename="", mode="wb", fileobj=buffer, mtime=0)
    with zipped, tarfile.open(fileobj=zipped, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for path, data in sorted(files.items()):
            info = tarfile.TarInfo(path)
            info.size, info.mode = len(data), _READABLE
            archive.addfile(info, io.BytesIO(data))
    return buffer.getvalue()
