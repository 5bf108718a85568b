"""Schemas of events and a description of the routes, for whoever is at the other end."""

from __future__ import annotations

import json
from importlib.util import find_spec
from typing import Final

from pydantic import BaseModel

from onexgen.service.envelope import OnexEnvelopeV1
from onexgen.service.events import EVENTS

_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"


def event_schema_texts() -> dict[str, str]:
    """Return file name -> JSON Schema text."""
    models: dict[str, type[BaseModel]] = {OnexEnvelopeV1.__name__: OnexEnvelopeV1, **EVENTS}
    return {
        f"events/{name}.schema.json": json.dumps(
            {"$schema": _DIALECT, **model.model_json_schema()}, indent=2, ensure_ascii=False
        )
        + "\n"
        for name, model in sorted(models.items())
    }


def service_schema_texts() -> dict[str, str]:
    """Return file name -> OpenAPI text of all roles; nothing where the extra is not installed."""
    if find_spec("fastapi") is None:
        return {}
    from onexgen.service.http.app import described

    return {"openapi.json": json.dumps(described(), indent=2, ensure_ascii=False) + "\n"}
