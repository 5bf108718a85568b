"""The values that flow through a run: what JSON can say, nothing else."""

from __future__ import annotations

type Json = bool | int | float | str | list[Json] | dict[str, Json] | None
type JsonObject = dict[str, Json]
