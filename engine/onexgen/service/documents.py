"""The data files of the service, compiled once and kept."""

from __future__ import annotations

from typing import Any

from onexgen.diagnostics import ConfigError
from onexgen.json_types import Json
from onexgen.resources import Pack
from onexgen.store import PlanStore


def sole_document(pack: Pack, kind: str, environment: str | None) -> tuple[str, dict[str, Any]]:
    """Return name and data of the only file of a kind; ConfigError with all that is wrong."""
    store = PlanStore(pack, kind, environment, {})
    stored = store.load()
    if stored is None:
        stored = {"documents": _compiled(pack, kind, environment)}
        store.save(stored)
    found: dict[str, Any] = stored["documents"]
    if len(found) != 1:
        said = ", ".join(found) or "no file"
        raise ConfigError(
            f"one file must describe the {kind}, found {said}", help=f"see rules/{kind}.yaml"
        )
    [(name, data)] = found.items()
    return name, data


def _compiled(pack: Pack, kind: str, environment: str | None) -> dict[str, Json]:
    # Compiling needs a YAML parser; a warm start does not.
    from onexgen.compiler import Compilation
    from onexgen.compiler.of_kind import names_of_kind, raise_if_wrong

    compilation = Compilation(pack, environment)
    loaded = {name: compilation.documents.load(name, kind) for name in names_of_kind(pack, kind)}
    raise_if_wrong(compilation)
    return {name: compilation.documents.prepared[name] for name, one in loaded.items() if one}
