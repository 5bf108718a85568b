from __future__ import annotations
from onexgen.extraction.forms import EntitiesForm
from onexgen.json_types import Json


class Entities:
    def __init__(self, form: EntitiesForm) -> None:
        self.form = form

    def __call__(self, raw: str) -> list[Json]:
        return []
