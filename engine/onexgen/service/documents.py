"""The data files of the service, compiled once and kept."""

from __future__ import annotations

from typing import Any, Final

from onexgen.diagnostics import ConfigError
from onexgen.json_types import Json
from onexgen.resources import Pack
from onexgen.store import PlanStore

# By this name an overlay goes that is in no file.
_ELSEWHERE: Final = "registry"


def sole_document(
    pack: Pack, kind: str, environment: str | None, overlay: bytes | None = None
) -> tuple[str, dict[str, Any]]:
    """Return name and data of the only file of a kind; ConfigError with all that is wrong.

    An `overlay` from elsewhere is applied last.
    """
    outside = {} if overlay is None else {_ELSEWHERE: overlay}
    store = PlanStore(pack, kind, environment, outside)
    stored = store.load()
    if stored is None:
        stored = {"documents": _compiled(pack, kind, environment, outside)}
        store.save(stored)
    found: dict[str, Any] = stored["documents"]
    if len(found) != 1:
        said = ", ".join(found) or "no file"
        raise ConfigError(
            f"one file must describe the {kind}, found {said}", help=f"see rules/{kind}.yaml"
        )
    [(name, data)] = found.items()
    return name, data


def _compiled(
    pack: Pack, kind: str, environment: str | None, outside: dict[str, bytes]
) -> dict[str, Json]:
    # Compiling needs a YAML parser; a warm start does not.
    from onexgen.compiler import Compilation
    from onexgen.compiler.of_kind import names_of_kind, raise_if_wrong

    compilation = Compilation(pack, environment, outside=outside)
    for name in outside:
        compilation.documents.use_overlay(name)
    loaded = {name: compilation.documents.load(name, kind) for name in names_of_kind(pack, kind)}
    raise_if_wrong(compilation)
    return {name: compilation.documents.prepared[name] for name, one in loaded.items() if one}
