"""JSON Schemas from the grammar: one source for checks, editors and the manual."""

from __future__ import annotations

import json
from typing import Final

from onexgen.compiler.documents import KINDS, imported

_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"


def schema_texts() -> dict[str, str]:
    """Return file name -> JSON Schema text of every kind of document."""
    texts = {}
    for kind, (grammar, _) in sorted(KINDS.items()):
        schema = imported(grammar).model_json_schema(by_alias=True)
        schema = {"$schema": _DIALECT, **schema}
        texts[f"{kind}.schema.json"] = json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
    return texts
