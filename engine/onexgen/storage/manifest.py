"""What a package says about itself: who made it from what, and what every file was."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from onexgen.diagnostics import UsageError
from onexgen.json_types import Json, JsonObject
from onexgen.storage import content, paths, tree

PATH: Final = ".onexgen/manifest.json"
REPLACED: Final = ".onexgen/replaced"
CACHES: Final = ("__pycache__",)
_TOOL: Final = "onexgen"
_SCHEMA_VERSION: Final = 1
_MAX_BYTES: Final = 1 << 22
_MAX_FILE_BYTES: Final = 1 << 26
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """What a package was made from."""

    version: str
    pipeline: str
    environment: str | None
    inputs: Mapping[str, Json]
    sources: Mapping[str, str]
    context: Mapping[str, Json] = field(default_factory=dict)

    def to_json(self) -> JsonObject:
        """Return what a manifest says of it."""
        return {
            "schema_version": _SCHEMA_VERSION,
            "tool": {"name": _TOOL, "version": self.version},
            "pipeline": self.pipeline,
            "environment": self.environment,
            "inputs": dict(sorted(self.inputs.items())),
            "context": dict(sorted(self.context.items())),
            "sources": dict(sorted(self.sources.items())),
        }


class Recalled(NamedTuple):
    """A package on disk: path -> text, its manifest included, and what was found out about it."""

    files: Mapping[str, str]
    results: Mapping[str, Json]


class Manifest(NamedTuple):
    """The files that were written, each with its digest; the manifest itself is not among them."""

    files: Mapping[str, str]

    def folders(self) -> set[str]:
        """Return every folder that holds one of the files."""
        return {folder for path in self.files for folder in paths.above(path)}


def text(
    files: Mapping[str, str], origin: Origin, results: Mapping[str, Json] | None = None
) -> str:
    """Return the manifest of some files: the same for the same package, wherever it is made."""
    digests: JsonObject = {
        path: content.digest(data) for path, data in sorted(content.encoded(files).items())
    }
    data: JsonObject = {**origin.to_json(), "files": digests, "results": dict(results or {})}
    lines = (f"  {json.dumps(key)}: {_indented(value)}" for key, value in data.items())
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _indented(value: Json) -> str:
    """Return what json.dumps would write with an indent of two, one level in.

    The json module writes that by Python code: for long tables of texts a line each is faster.
    """
    if isinstance(value, dict) and value and all(isinstance(v, str) for v in value.values()):
        lines = (f"    {json.dumps(key)}: {json.dumps(text)}" for key, text in value.items())
        return "{\n" + ",\n".join(lines) + "\n  }"
    return json.dumps(value, indent=2).replace("\n", "\n  ")


def read(directory: str) -> Manifest | None:
    """Return the manifest of a package; None when there is none that can be relied on."""
    data = parsed(tree.read(f"{directory}/{PATH}", _MAX_BYTES))
    return None if data is None else Manifest(data["files"])


def recall(directory: str, origin: Origin) -> Recalled | None:
    """Return a package if it was made from just that, and every file is as it was written."""
    raw = tree.read(f"{directory}/{PATH}", _MAX_BYTES)
    data = parsed(raw)
    if raw is None or data is None:
        return None
    if any(data.get(key) != value for key, value in origin.to_json().items()):
        return None
    texts = {PATH: raw.decode()}
    for path, expected in data["files"].items():
        found = tree.read(f"{directory}/{path}", _MAX_FILE_BYTES)
        if found is None or content.digest(found) != expected:
            return None
        texts[path] = found.decode()
    results = data.get("results")
    return Recalled(texts, results if isinstance(results, dict) else {})


def parsed(raw: bytes | None) -> dict[str, Any] | None:
    """Return the data of a manifest that can be relied on; None for anything else."""
    try:
        data = json.loads(raw) if raw else None
    except (ValueError, RecursionError):
        return None
    if not isinstance(data, dict) or data.get("schema_version") != _SCHEMA_VERSION:
        return None
    tool, files = data.get("tool"), data.get("files")
    if not isinstance(tool, dict) or tool.get("name") != _TOOL or not isinstance(files, dict):
        return None
    are_digests = all(isinstance(item, str) and _DIGEST.fullmatch(item) for item in files.values())
    return data if are_digests and not any(map(paths.problem, files)) else None


def verify(directory: str, caches: Collection[str] = CACHES) -> dict[str, list[str]]:
    """Compare a package with its manifest: what is missing, changed, and there besides."""
    manifest = read(directory)
    if manifest is None:
        raise UsageError(
            f"{directory} has no valid {PATH}", help="name the folder of a generated package"
        )
    found: dict[str, list[str]] = {"missing": [], "changed": [], "extra": []}
    for path, expected in sorted(manifest.files.items()):
        if not os.path.lexists(f"{directory}/{path}"):
            found["missing"].append(path)
        elif tree.digest(f"{directory}/{path}") != expected:
            found["changed"].append(path)
    found["extra"] = [
        path
        for path, kind in tree.entries(directory, caches).items()
        if kind is not tree.Kind.EMPTY_FOLDER
        and path not in manifest.files
        and path != PATH
        and not path.startswith(f"{REPLACED}/")
    ]
    return found
