"""All documents of one kind, for commands that run no pipeline."""

from __future__ import annotations

from onexgen.compiler import Compilation
from onexgen.config.base import Document
from onexgen.diagnostics import ConfigError
from onexgen.resources import Pack


def names_of_kind(pack: Pack, kind: str) -> list[str]:
    """Return the names of the files that may describe something of a kind."""
    said = f"kind: {kind}".encode()
    return [name for name, raw in pack.contents.items() if said in raw]


def documents_of_kind(pack: Pack, kind: str, environment: str | None = None) -> dict[str, Document]:
    """Return name -> document; everything that is wrong with them is raised at once."""
    compilation = Compilation(pack, environment)
    loaded = {name: compilation.documents.load(name, kind) for name in names_of_kind(pack, kind)}
    raise_if_wrong(compilation)
    return {name: one[0] for name, one in loaded.items() if one}


def raise_if_wrong(compilation: Compilation) -> None:
    """Raise a ConfigError with all errors of a compilation, if there is one."""
    found = compilation.diagnostics
    if any(item.severity == "error" for item in found):
        texts = compilation.documents.texts
        raise ConfigError("the data files are wrong", diagnostics=found, texts=texts)
